#include "list_losses.hpp"
#include "rank_losses.hpp"
#include "sanitizers.hpp"

#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/attention_scorer.hpp>
#include <ranktape/optim/clip.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <malloc.h>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

using namespace ranktape;

namespace {

// Of the calling thread; kept only where operator new is ours, which it is not under a sanitizer.
struct HeapCount {
  std::uint64_t allocations = 0;
  std::int64_t bytes = 0;  ///< allocated and not yet freed
};
constinit thread_local HeapCount heap;

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

void* counted(void* block) {
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  ++heap.allocations;
  heap.bytes += static_cast<std::int64_t>(malloc_usable_size(block));
  return block;
}

void uncounted(void* block) noexcept {
  heap.bytes -= static_cast<std::int64_t>(malloc_usable_size(block));
  std::free(block);
}

}  // namespace

// The forms that the standard library's others (arrays, nothrow, sized) come down to.
void* operator new(std::size_t bytes) { return counted(std::malloc(bytes)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  if (bytes > SIZE_MAX - step) {
    throw std::bad_alloc();
  }
  return counted(std::aligned_alloc(step, (bytes + step - 1) / step * step));
}
void operator delete(void* block) noexcept { uncounted(block); }
void operator delete(void* block, std::size_t) noexcept { uncounted(block); }
void operator delete(void* block, std::align_val_t) noexcept { uncounted(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { uncounted(block); }
#endif

namespace {

// The test cases begin with it.
bool nothing_is_counted() {
  if (tests::address_sanitizer || tests::thread_sanitizer) {
    MESSAGE("skipped: under a sanitizer operator new is not counted");
    return true;
  }
  const std::uint64_t before = heap.allocations;
  const std::vector<int> vector(100);
  CHECK(heap.allocations == before + 1);
  return false;
}

/// The model, the data and the optimizer of a small training run.
struct Training {
  Random random = Random(11);
  Batch batch = make_batch(random);
  Tensor w1 = Tensor::uniform(Shape{8, 16}, -0.3, 0.3, random, {.requires_grad = true}).named("w1");
  Tensor b1 = Tensor::zeros(Shape{16}, {.requires_grad = true}).named("b1");
  Tensor w2 = Tensor::uniform(Shape{16, 1}, -0.3, 0.3, random, {.requires_grad = true}).named("w2");
  Tensor scale = Tensor::ones(Shape{16}, {.requires_grad = true}).named("a name longer than a string's own room");
  Adam optimizer = Adam({w1, b1, w2}, {.learning_rate = 0.01});

  static Batch make_batch(Random& random) {
    std::vector<float> labels(40);
    for (float& label : labels) {
      label = static_cast<float>(random.below(5));
    }
    return {Tensor::randn(Shape{40, 8}, random), Tensor::from(labels), Groups::from_sizes({12, 0, 1, 20, 7})};
  }

  [[nodiscard]] Tensor scores() const {
    const Tensor hidden = linear(batch.features, w1, b1);
    const Tensor mixed = where(greater(hidden, 0.0), hidden, 0.1 * expm1(hidden)) * scale + sigmoid(hidden) / 2.0;
    const Tensor bounded = maximum(minimum(tanh(mixed), 0.9), -square(mixed));
    return reshape(linear(bounded, w2), Shape{batch.features.shape()[0]});
  }

  double step(const SpearmanOptions& options = {}) {
    const Tape tape;
    const Tensor loss = spearman_loss(scores(), batch.targets, batch.groups, options);
    Gradients gradients = loss.backward();
    clip_by_norm(gradients, 1.0);
    optimizer.step(gradients);
    const std::span<const float> slope = gradients[scale].values<float>();
    const std::span<float> values = scale.mutable_values<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] -= 0.01F * slope[i];
    }
    return loss.item();
  }
};

/// Allocations of `count` calls of `function`, after some to warm up.
template <class Function>
std::uint64_t allocations_of(int count, Function&& function) {
  for (int i = 0; i < 3; ++i) {
    function();
  }
  const std::uint64_t before = heap.allocations;
  for (int i = 0; i < count; ++i) {
    function();
  }
  return heap.allocations - before;
}

}  // namespace

TEST_CASE("memory: no loss over lists allocates anything after warm-up") {
  if (nothing_is_counted()) return;
  Training training;
  const Batch& batch = training.batch;
  const LossWeights weights = {Tensor::ones(Shape{5}), Tensor::ones(Shape{40})};
  for (const std::string& name : tests::list_loss_names()) {
    CAPTURE(name);
    const tests::ListLoss loss = tests::list_loss(name, tests::default_options(name), "mean", "mean");
    const Shape shape = name == "ordinal" ? Shape{40, 3} : Shape{40};
    const Tensor scores = Tensor::randn(shape, training.random, {.requires_grad = true});
    CHECK(allocations_of(100, [&] {
            const Tape tape;
            const Gradients gradients = loss(scores, batch.targets, batch.groups, weights).backward();
            CHECK(gradients.contains(scores));
          }) == 0);
  }
}

TEST_CASE("memory: 10,000 training steps allocate nothing after warm-up") {
  if (nothing_is_counted()) return;
  Training training;
  const double first = training.step();
  const std::uint64_t system = pool_statistics().system_allocations;
  double last = 0;
  CHECK(allocations_of(10'000, [&] { last = training.step(); }) == 0);
  CHECK(pool_statistics().system_allocations <= system + 20);  // the second step's: Adam, the loss as a value
  CHECK(last < first - 0.3);                                   // it did train
}

TEST_CASE("memory: nor do steps of an attention scorer, or of sparse features") {
  if (nothing_is_counted()) return;
  Random random(12);
  const Batch batch = Training::make_batch(random);
  const SparseMatrix sparse = SparseMatrix::from_dense(batch.features);
  const std::vector<RowRange> rows = {{12, 13}, {0, 12}, {13, 40}};
  const Groups groups = Groups::from_sizes({1, 12, 27});
  const AttentionScorer scorer(8, random, {.width = 16, .heads = 4, .feed_forward = 24, .dropout = 0.1});
  Adam optimizer(scorer.parameters(), {.learning_rate = 0.01});
  Random dropout(1);
  CHECK(allocations_of(20, [&] {
          const Tape tape;
          const Tensor dense_scores = scorer(batch.features, batch.groups, dropout);
          const Tensor scores = scorer(sparse.select(rows), groups, dropout);
          const Tensor loss = spearman_loss(dense_scores, batch.targets, batch.groups) + mean(square(scores));
          optimizer.step(loss.backward());
        }) == 0);
}

TEST_CASE("memory: nor with any other form of the loss") {
  if (nothing_is_counted()) return;
  Training training;
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
      const SpearmanOptions options = {
          .rank = {.regularization_strength = 2, .regularization = regularization, .strength_unit = unit},
          .normalization = Normalization::soft_ranks,
          .target_ranks = TargetRanks::soft};
      CHECK(allocations_of(100, [&] { training.step(options); }) == 0);
    }
  }
}

TEST_CASE("memory: nor with any loss of soft ranks") {
  if (nothing_is_counted()) return;
  Random random(4);
  const Groups groups = Groups::from_sizes({16, 3, 40});
  const Tensor scores = Tensor::randn(Shape{59}, random, {.requires_grad = true});
  const Tensor labels = rank(scores) * 0.1;
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    CHECK(allocations_of(100, [&] {
            const Tape tape;
            tested.loss(scores, labels, groups, {}, Reduction::mean).backward();
          }) == 0);
  }
}

TEST_CASE("memory: nor does any operation, forward or back") {
  if (nothing_is_counted()) return;
  for (const Operation* operation : Operation::all()) {
    Random random(3);
    const std::vector<OperationExample> examples = operation->examples(random);
    for (std::size_t i = 0; i < examples.size(); ++i) {
      std::vector<Tensor> parameters;
      for (const Tensor& input : examples[i].inputs) {
        parameters.push_back(
            Tensor::from(input.to_vector<double>(), input.shape(), {.dtype = DType::float64, .requires_grad = true}));
      }
      // An example may make its own Groups, which takes up to five allocations; nothing else may take any.
      const std::uint64_t forward_without = allocations_of(10, [&] { examples[i].function(parameters); });
      Tensor cotangent;
      const std::uint64_t together = allocations_of(10, [&] {
        const Tape tape;
        const Tensor y = examples[i].function(parameters);
        if (!cotangent.defined()) {
          cotangent = Tensor::ones(y.shape(), {.dtype = y.dtype()});
        }
        y.backward({.cotangent = cotangent});
      });
      CAPTURE(std::string(operation->name()));
      CAPTURE(i);
      CHECK(together == forward_without);
      CHECK(forward_without <= 5 * 10);
    }
  }
}

TEST_CASE("memory: evaluating 100,000 batches outside a tape neither allocates nor grows") {
  if (nothing_is_counted()) return;
  const Training training;
  const auto evaluate = [&] { return spearman_loss(training.scores(), training.batch.targets, training.batch.groups); };
  const double expected = evaluate().item();
  evaluate();
  const std::uint64_t allocations = heap.allocations;
  const std::int64_t bytes = heap.bytes;
  const std::size_t cached = pool_statistics().cached_bytes;
  int different = 0;
  for (int i = 0; i < 100'000; ++i) {
    different += evaluate().item() == expected ? 0 : 1;
  }
  CHECK(different == 0);
  CHECK(heap.allocations == allocations);
  CHECK(heap.bytes == bytes);
  CHECK(pool_statistics().cached_bytes == cached);
}

TEST_CASE("memory: batches of ever other sizes do not grow it either") {
  if (nothing_is_counted()) return;
  Random random(5);
  const auto run = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      const auto n = static_cast<std::int64_t>(1 + random.below(300));
      const Tensor w = Tensor::full(Shape{n}, 0.5, {.requires_grad = true});
      const Tape tape;
      const Tensor y = soft_rank(sigmoid(w * Tensor::full(Shape{n}, 2)));
      y.backward({.cotangent = y.detach()});
    }
  };
  release_cached_memory();
  run(1000);
  const std::int64_t bytes = heap.bytes;
  run(5000);
  CHECK(heap.bytes <= bytes + 20'000);
}

TEST_CASE("memory: a tape gives back what it held") {
  if (nothing_is_counted()) return;
  const Tensor w = Tensor::scalar(1, {.requires_grad = true});
  release_cached_memory();
  const std::int64_t before = heap.bytes;
  {
    const Tape tape;
    Tensor y = w;
    for (int i = 0; i < 10'000; ++i) {
      y = y * 0.5 + 1.0;
    }
    CHECK(heap.bytes > before + 1'000'000);
    y.backward();
  }
  release_cached_memory();
  CHECK(heap.bytes == before);
}
