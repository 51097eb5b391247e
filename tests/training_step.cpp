#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>
using namespace ranktape;

namespace {

// Word for word what docs/design.md shows.
// clang-format off
double training_step(const Mlp& model, const Batch& batch, Optimizer& optimizer) {
  Tape tape;                                                   // records every operation until the end of its scope
  Tensor predictions = model(batch.features);
  Tensor loss = spearman_loss(predictions, batch.targets, batch.groups);
  Gradients gradients = loss.backward();
  optimizer.step(gradients);
  return loss.item();
}
// clang-format on

Batch make_batch() {
  Random random(31);
  const Tensor features = Tensor::randn(Shape{10, 4}, random);
  const Tensor targets({2.f, 0.f, 1.f, 4.f, 3.f, 1.f, 0.f, 2.f, 0.f, 1.f});
  return {features, targets, Groups::from_sizes({3, 5, 2})};
}

template <class Step>
void check_that_it_learns(Step&& step) {
  const double first = step();
  double last = first;
  for (int i = 1; i < 60; ++i) {
    last = step();
  }
  CHECK(first > 0.3);
  CHECK(last < 0.5 * first);
}

}  // namespace

TEST_CASE("training step: of the design, with either optimizer") {
  const Batch batch = make_batch();
  Random random(1);
  const Mlp first({4, 8, 1}, random);
  const Mlp second = first.clone();
  Sgd sgd(first.parameters(), {.learning_rate = 0.1, .momentum = 0.9});
  Adam adam(second.parameters(), {.learning_rate = 0.02});
  check_that_it_learns([&] { return training_step(first, batch, sgd); });
  check_that_it_learns([&] { return training_step(second, batch, adam); });
}

TEST_CASE("training step: the same seed gives the same bits") {
  const auto run = [](std::uint64_t seed) {
    Random random(seed);
    const Mlp model({4, 8, 1}, random);
    Adam optimizer(model.parameters());
    double last = 0;
    for (int i = 0; i < 5; ++i) {
      last = training_step(model, make_batch(), optimizer);
    }
    return last;
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("training step: takes no memory from the system after warm-up") {
  const Batch batch = make_batch();
  Random random(1);
  const Mlp model({4, 8, 1}, random, {.layer_norm = true});
  Adam optimizer(model.parameters());
  for (int i = 0; i < 3; ++i) {
    training_step(model, batch, optimizer);
  }
  const std::uint64_t before = pool_statistics().system_allocations;
  for (int i = 0; i < 20; ++i) {
    training_step(model, batch, optimizer);
  }
#if !defined(__SANITIZE_ADDRESS__)  // under which the pool keeps nothing
  CHECK(pool_statistics().system_allocations == before);
#else
  CHECK(pool_statistics().system_allocations > before);
#endif
}
