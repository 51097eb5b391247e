#include <ranktape/core/backend.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/adam_kernel.hpp>
#include <ranktape/optim/check_options.hpp>

#include <cmath>
#include <utility>

namespace ranktape {
namespace {

std::vector<std::string> buffers(const AdamOptions& options) {
  std::vector<std::string> names = {"first_moment", "second_moment"};
  if (options.amsgrad) {
    names.emplace_back("largest_second_moment");
  }
  return names;
}

}  // namespace

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options, SourceLocation where)
    : Optimizer("Adam", std::move(parameters), options.learning_rate, buffers(options), where), options_(options) {
  detail::check_fraction(where, "Adam", "beta1", options.beta1);
  detail::check_fraction(where, "Adam", "beta2", options.beta2);
  detail::check_positive(where, "Adam", "epsilon", options.epsilon);
  detail::check_not_negative(where, "Adam", "weight_decay", options.weight_decay);
}

void Adam::update(Tensor& parameter, const Tensor& gradient, Slot& slot) {
  const auto t = static_cast<double>(slot.steps);
  const bool decoupled = options_.decoupled_weight_decay;
  detail::dispatch(parameter.dtype(), [&]<class Scalar>() {
    const detail::AdamStep<Scalar> step = {
        .count = parameter.size(),
        .parameter = detail::written<Scalar>(parameter),
        .gradient = detail::data<Scalar>(gradient),
        .first_moment = detail::data<Scalar>(slot.buffers[0]),
        .second_moment = detail::data<Scalar>(slot.buffers[1]),
        .largest = options_.amsgrad ? detail::data<Scalar>(slot.buffers[2]) : nullptr,
        .kept = static_cast<Scalar>(decoupled ? 1 - learning_rate() * options_.weight_decay : 1),
        .coupled_decay = static_cast<Scalar>(decoupled ? 0 : options_.weight_decay),
        .new_first = static_cast<Scalar>(1 - options_.beta1),
        .old_second = static_cast<Scalar>(options_.beta2),
        .new_second = static_cast<Scalar>(1 - options_.beta2),
        .root_scale = static_cast<Scalar>(1 / std::sqrt(1 - std::pow(options_.beta2, t))),
        .step_size = static_cast<Scalar>(learning_rate() / (1 - std::pow(options_.beta1, t))),
        .epsilon = static_cast<Scalar>(options_.epsilon)};
    if (parameter.device() == Device::accelerator) {
      detail::launch(step.count, detail::AdamElement<Scalar>{step});
    } else {
      detail::take_adam_step(step);
    }
  });
}

}  // namespace ranktape
