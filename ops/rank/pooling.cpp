#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/temperature_kernels.hpp>

#include <cmath>

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
  constexpr int power = 1;
  return InverseOfList{options.regularization_strength, options.strength_unit,
                       power}(ListView<const Scalar>{values, n, 1});
}

template double inverse_strength(const float*, std::int64_t, const SoftRankOptions&);
template double inverse_strength(const double*, std::int64_t, const SoftRankOptions&);

}  // namespace ranktape::detail
