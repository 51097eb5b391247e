// A program outside the library: a training step, and a few steps of it on made-up data.
#include <cmath>
#include <cstdio>

#include <ranktape/ranktape.hpp>
using namespace ranktape;

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

int main() {
  Random random(1);
  Mlp model({4, 8, 1}, random);
  Adam optimizer(model.parameters(), {.learning_rate = 0.01});
  Tensor features = Tensor::randn(Shape{10, 4}, random);
  Tensor targets({2.f, 0.f, 1.f, 4.f, 3.f, 1.f, 0.f, 2.f, 0.f, 1.f});
  Groups groups = Groups::from_sizes({3, 5, 2});
  Batch batch{features, targets, groups};

  double first = training_step(model, batch, optimizer);
  double last = first;
  for (int step = 1; step < 50; ++step) last = training_step(model, batch, optimizer);
  std::printf("loss: first %.4f, last %.4f\n", first, last);
  return std::isfinite(last) && last < first ? 0 : 1;
}
