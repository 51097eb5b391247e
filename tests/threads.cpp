#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace ranktape;

// doctest's checks stay in the main thread; the others only compute.
namespace {

const TensorOptions parameter = {.requires_grad = true};

struct Problem {
  Tensor features;
  Tensor targets;
  Groups groups;
};

Problem make_problem() {
  Random random(17);
  std::vector<float> labels(60);
  for (float& label : labels) {
    label = static_cast<float>(random.below(4));
  }
  return {Tensor::randn(Shape{60, 6}, random), Tensor::from(labels), Groups::from_sizes({20, 1, 0, 24, 15})};
}

/// Trains a model of its own on shared data; returns its last parameters.
std::vector<float> train(const Problem& problem, const Tensor& shared, std::uint64_t seed) {
  Random random(seed);
  Tensor w = Tensor::randn(Shape{6, 8}, random, parameter);
  Tensor v = Tensor::randn(Shape{8}, random, parameter);
  for (int step = 0; step < 50; ++step) {
    const Tape tape;
    const Tensor hidden = tanh(linear(problem.features, w) * shared);
    const Tensor scores = sum(hidden * v, -1);
    const Gradients gradients = spearman_loss(scores, problem.targets, problem.groups).backward();
    for (Tensor* moved : {&w, &v}) {
      const std::span<float> values = moved->mutable_values<float>();
      const std::span<const float> slope = gradients[*moved].values<float>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] -= 0.5F * slope[i];
      }
    }
    if (!gradients.contains(shared)) {
      return {};
    }
  }
  return w.to_vector<float>();
}

}  // namespace

TEST_CASE("threads: two train models of their own on shared data and a shared parameter, as one alone would") {
  const Problem problem = make_problem();
  const Tensor shared = Tensor::full(Shape{8}, 0.5, parameter).named("shared");
  const std::array<std::vector<float>, 2> alone = {train(problem, shared, 1), train(problem, shared, 2)};
  std::array<std::vector<float>, 2> together;
  std::thread first([&] { together[0] = train(problem, shared, 1); });
  std::thread second([&] { together[1] = train(problem, shared, 2); });
  first.join();
  second.join();
  CHECK(alone[0].size() == 48);
  CHECK(alone[0] != alone[1]);
  CHECK(together[0] == alone[0]);
  CHECK(together[1] == alone[1]);
}

TEST_CASE("threads: tensors made by one and used and freed by another") {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Tensor> queue;
  double total = 0;
  constexpr int count = 500;
  std::thread producer([&] {
    for (int i = 0; i < count; ++i) {
      Tensor made = (Tensor::full(Shape{100 + i}, i) * 2.0).named("a name that is longer than the string's own room");
      const std::lock_guard lock(mutex);
      queue.push_back(std::move(made));
      changed.notify_one();
    }
  });
  std::thread consumer([&] {
    for (int i = 0; i < count; ++i) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return !queue.empty(); });
      const Tensor taken = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      total += taken.values<float>()[0];
    }
  });
  producer.join();
  consumer.join();
  CHECK(total == count * (count - 1));
}

TEST_CASE("threads: both drop handles to the same tensors, and the last one frees them") {
  std::vector<Tensor> kept;
  for (int i = 0; i < 1000; ++i) {
    kept.push_back(Tensor::full(Shape{50}, i));
  }
  std::vector<Tensor> others = kept;
  double first_sum = 0;
  double second_sum = 0;
  const auto drain = [](std::vector<Tensor>& handles, double& sum) {
    while (!handles.empty()) {
      sum += handles.back().values<float>()[49];
      handles.pop_back();
    }
  };
  std::thread first([&] { drain(kept, first_sum); });
  std::thread second([&] { drain(others, second_sum); });
  first.join();
  second.join();
  CHECK(first_sum == 499'500);
  CHECK(second_sum == 499'500);
}

TEST_CASE("threads: a tape belongs to the thread that made it") {
  const Tensor w = Tensor::scalar(3, parameter);
  const Tape tape;
  const Tensor loss = (w * w).named("loss");
  std::string text;
  bool recorded = true;
  bool required = true;
  std::thread([&] {
    text = tests::error_text<TapeError>([&] { loss.backward(); });
    recorded = (loss * w).requires_grad();
    required = loss.requires_grad();
  }).join();
  CHECK(text ==
        "backward: the tape that recorded tensor 'loss' [] float32 has ended, or belongs to another thread; call "
        "backward inside the scope of its Tape");
  CHECK_FALSE(recorded);
  CHECK_FALSE(required);
  CHECK(tape.records().size() == 1);
  CHECK(loss.backward()[w].item() == 6);
}

TEST_CASE("threads: what another thread's tape recorded is a constant to one's own") {
  const Tensor w = Tensor::scalar(3, parameter);
  const Tape tape;
  const Tensor squared = w * w;
  double slope = 0;
  std::thread([&] {
    const Tape own;
    slope = (squared * w).backward()[w].item();
  }).join();
  CHECK(slope == 9);
  CHECK((squared * w).backward()[w].item() == 27);
}

TEST_CASE("threads: diagnostics of ranks are the calling thread's own") {
  const Tensor values = Tensor({1, 2, 3, 4});
  soft_rank(values, {.regularization_strength = 1e-3});
  std::int64_t there = -1;
  std::thread([&] {
    soft_rank(values, {.regularization_strength = 1e3});
    there = rank_diagnostics().blocks;
  }).join();
  CHECK(there == 1);
  CHECK(rank_diagnostics().blocks == 4);
}

TEST_CASE("threads: a training step shared with helpers gives the bits of one thread") {
  const int threads = num_threads();
  const auto train_shared = [](int count) {
    set_num_threads(count);
    Random random(5);
    const Tensor features = Tensor::randn(Shape{2000, 40}, random);
    const Tensor targets = Tensor::randn(Shape{20, 100}, random);
    const Mlp model({40, 33, 1}, random, {.activation = Activation::tanh});
    Adam optimizer(model.parameters());
    double loss = 0;
    for (int step = 0; step < 3; ++step) {
      const Tape tape;
      const Tensor value = spearman_loss(reshape(model(features), Shape{20, 100}), targets);
      optimizer.step(value.backward());
      loss = value.item();
    }
    std::vector<double> result = {loss};
    for (const Tensor& tensor : model.parameters()) {
      const std::vector<double> values = tensor.to_vector<double>();
      result.insert(result.end(), values.begin(), values.end());
    }
    return result;
  };
  const std::vector<double> alone = train_shared(1);
  CHECK(train_shared(2) == alone);
  CHECK(train_shared(4) == alone);
  set_num_threads(threads);
}
