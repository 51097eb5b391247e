#pragma once

#include <cmath>
#include <cstdint>

// Internal: Adam's loop, for the instruction set found at run time; the bits are the same for each.
namespace ranktape::detail {

/// One step of one parameter. `largest` is null, or holds the largest second moments.
template <class Scalar>
struct AdamStep {
  std::int64_t count = 0;
  Scalar* parameter = nullptr;
  const Scalar* gradient = nullptr;
  Scalar* first_moment = nullptr;
  Scalar* second_moment = nullptr;
  Scalar* largest = nullptr;

  Scalar kept = 1;           ///< of the parameter, after decoupled decay
  Scalar coupled_decay = 0;  ///< of the parameter, added to the gradient
  Scalar new_first = 0;      ///< 1 - beta1
  Scalar old_second = 0;     ///< beta2
  Scalar new_second = 0;     ///< 1 - beta2
  Scalar root_scale = 0;     ///< 1 / sqrt(1 - beta2^t)
  Scalar step_size = 0;      ///< learning_rate / (1 - beta1^t)
  Scalar epsilon = 0;
};

/// One element of a step; `largest` is null, or the largest second moment.
template <class Scalar>
constexpr void adam_element(const AdamStep<Scalar>& step, Scalar gradient, Scalar& parameter, Scalar& first_moment,
                            Scalar& second_moment, Scalar* largest) {
  const Scalar value = parameter * step.kept;
  const Scalar g = gradient + step.coupled_decay * value;
  first_moment += step.new_first * (g - first_moment);
  second_moment = step.old_second * second_moment + step.new_second * g * g;
  Scalar square = second_moment;
  if (largest != nullptr) {
    square = *largest = *largest < square ? square : *largest;
  }
  parameter = value - step.step_size * first_moment / (std::sqrt(square) * step.root_scale + step.epsilon);
}

/// The same as a kernel for the accelerator.
template <class Scalar>
struct AdamElement {
  AdamStep<Scalar> step;
  constexpr void operator()(std::int64_t i) const {
    adam_element(step, step.gradient[i], step.parameter[i], step.first_moment[i], step.second_moment[i],
                 step.largest == nullptr ? nullptr : step.largest + i);
  }
};

/// A step on the CPU.
void take_adam_step(const AdamStep<float>& step);
void take_adam_step(const AdamStep<double>& step);

}  // namespace ranktape::detail
