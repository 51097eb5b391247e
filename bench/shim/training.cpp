// The training steps of bench/training, with what PyTorch needs to take the same one, batches and first parameters; and
// the optimizer's part of a step alone.

#include "../training/steps.hpp"

#include "job.hpp"

#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <span>

namespace ranktape::bench {
namespace {

const Batches& batches() {
  static const Batches made;
  return made;
}

double latest_loss = 0;

/// Takes the batches in turn.
template <class Step>
class StepJob final : public Job {
 public:
  StepJob() : step_(batches()) {}
  void run() override {
    latest_loss = step_.step(batch_);
    batch_ = (batch_ + 1) % batches().features.size();
  }

 private:
  Step step_;
  std::size_t batch_ = 0;
};

/// A step of the optimizer alone, always with the same gradients.
class AdamJob final : public Job {
 public:
  explicit AdamJob(std::span<const std::int64_t> sizes)
      : random_(1),
        model_(std::vector<std::int64_t>(sizes.begin(), sizes.end()), random_),
        optimizer_(model_.parameters(), {.learning_rate = 1e-9}) {
    const Tape tape;
    gradients_ = mean(model_(Tensor::randn(Shape{8, sizes.front()}, random_))).backward();
  }
  void run() override { optimizer_.step(gradients_); }

 private:
  Random random_;
  Mlp model_;
  Adam optimizer_;
  Gradients gradients_;
};

}  // namespace
}  // namespace ranktape::bench

using namespace ranktape::bench;

RANKTAPE_SHIM Job* shim_new_library_step() {
  return guarded([] { return new StepJob<LibraryStep>; });
}

RANKTAPE_SHIM Job* shim_new_hand_written_step() {
  return guarded([] { return new StepJob<HandWrittenStep>; });
}

/// For the parameters of an MLP of these sizes.
RANKTAPE_SHIM Job* shim_new_adam(const std::int64_t* sizes, std::int64_t count) {
  return guarded([&] { return new AdamJob(std::span(sizes, static_cast<std::size_t>(count))); });
}

/// Of the step that was taken last.
RANKTAPE_SHIM double shim_training_loss() { return latest_loss; }

/// [rows, 136] features and [queries, documents] targets.
RANKTAPE_SHIM void shim_training_batch(std::int64_t batch, float* features, float* targets) {
  const auto index = static_cast<std::size_t>(batch);
  std::ranges::copy(batches().features[index].values<float>(), features);
  std::ranges::copy(batches().targets[index].values<float>(), targets);
}

/// The parameters that a step begins with: of each layer the weights, [inputs, outputs], and the biases.
RANKTAPE_SHIM void shim_training_parameters(float* values) {
  for (const ranktape::Tensor& parameter : LibraryStep(batches()).parameters()) {
    values = std::ranges::copy(parameter.values<float>(), values).out;
  }
}
