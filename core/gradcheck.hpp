#pragma once

#include <ranktape/core/source_location.hpp>
#include <ranktape/core/tensor.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ranktape {

struct GradcheckOptions {
  double step = 1e-6;                ///< of the central difference, times max(1, |x|)
  double absolute_tolerance = 1e-7;  ///< |analytic - numeric| <= absolute + relative * max|numeric of that input|
  double relative_tolerance = 1e-6;
};

struct GradcheckReport {
  bool passed = true;
  double largest_error = 0;  ///< of |analytic - numeric|
  std::string message;       ///< where the first disagreement is and how large; empty if passed
};

/// Compares the gradient of `function` at `inputs` with central differences, for a fixed pseudo-random cotangent.
/// Inputs must be float64 (throws DTypeError: float32 differences show nothing) and are taken as parameters.
/// Cost: two calls of `function` per element.
GradcheckReport gradcheck(const std::function<Tensor(std::span<const Tensor>)>& function,
                          const std::vector<Tensor>& inputs, const GradcheckOptions& options = {},
                          SourceLocation where = SourceLocation::current());

}  // namespace ranktape
