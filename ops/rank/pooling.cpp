#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/pooling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ranktape::detail {
namespace {

std::size_t count(std::int64_t n) { return static_cast<std::size_t>(n); }

}  // namespace

Pooling::Pooling(const Lists& which, const SoftRankOptions& how, const Tensor& values) : lists(which), options(how) {
  if (values.device() == Device::cpu) {
    order = Array<std::uint32_t>(count(values.size()));
    ends = Array<std::uint32_t>(count(values.size()));
    blocks = Array<std::uint32_t>(count(which.count()));
    inverse_strength = Array<double>(count(which.count()));
  }
}

void check_strength(const char* operation, Operand values, const SoftRankOptions& options) {
  const double strength = options.regularization_strength;
  if (strength == 0) {
    fail<NumericError>(values.where(), operation,
                       "regularization_strength is 0, which makes hard ranks with no gradient; call rank or sort for "
                       "those, or give a positive strength");
  }
  if (!(strength > 0) || !std::isfinite(strength)) {
    fail<NumericError>(values.where(), operation, "regularization_strength is {}; it must be positive and finite",
                       strength);
  }
}

template <class Scalar>
double inverse_strength(const Scalar* values, std::int64_t n, const SoftRankOptions& options) {
  double strength = options.regularization_strength;
  if (options.strength_unit == StrengthUnit::absolute) {
    return std::min(1 / strength, std::numeric_limits<double>::max());
  }
  if (options.strength_unit == StrengthUnit::spread) {
    // From the first value: then equal ones deviate by exactly nothing.
    const double first = n == 0 ? 0 : static_cast<double>(values[0]);
    double mean = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      mean += static_cast<double>(values[i]) - first;
    }
    mean /= static_cast<double>(n);
    double squares = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const double deviation = (static_cast<double>(values[i]) - first) - mean;
      squares += deviation * deviation;
    }
    // A constant list has the same soft ranks at any strength; 1 keeps its gradient finite.
    const double spread = std::sqrt(squares / static_cast<double>(n));
    strength *= spread > 0 ? spread : 1;
  }
  return std::min(static_cast<double>(n) / strength, std::numeric_limits<double>::max());
}

template double inverse_strength(const float*, std::int64_t, const SoftRankOptions&);
template double inverse_strength(const double*, std::int64_t, const SoftRankOptions&);

}  // namespace ranktape::detail
