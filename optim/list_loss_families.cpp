#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/optim/loss_families.hpp>

#include <array>

namespace ranktape::detail {
namespace {

NamedLoss make_mse(LossArguments&) {
  return {.loss = [](const Tensor& predictions, const Batch& batch,
                     Random&) { return mean(square(predictions - batch.targets)); },
          .constant_labels = true};
}

}  // namespace

std::span<const LossFamily> list_loss_families() {
  static constexpr std::array<LossFamily, 1> families = {{
      {"mse", "mean squared difference of score and label", make_mse},
  }};
  return families;
}

}  // namespace ranktape::detail
