#pragma once

#include <cstdint>

// Internal.
namespace ranktape::detail {

/// One element of a step of gradient descent, on either device. Without momentum, `momentum` is null.
template <class Scalar>
struct SgdElement {
  Scalar* parameter;
  const Scalar* gradient;
  Scalar* momentum;
  Scalar learning_rate;
  Scalar weight_decay;
  Scalar kept;           ///< of the momentum
  Scalar added;          ///< of the gradient to it: 1 in the first step, then 1 - dampening
  Scalar from_gradient;  ///< the step is this part of the gradient, 0, or with Nesterov 1,
  Scalar from_momentum;  ///< and this part of the momentum, 1, or with Nesterov what is kept
  constexpr void operator()(std::int64_t i) const {
    const Scalar g = gradient[i] + weight_decay * parameter[i];
    if (momentum == nullptr) {
      parameter[i] -= learning_rate * g;
      return;
    }
    momentum[i] = kept * momentum[i] + added * g;
    parameter[i] -= learning_rate * (from_gradient * g + from_momentum * momentum[i]);
  }
};

}  // namespace ranktape::detail
