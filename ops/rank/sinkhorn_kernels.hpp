#pragma once

#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/list_view.hpp>

#include <cmath>
#include <cstdint>

// Internal: the values of sinkhorn_sort, squashed into [0, 1], and the way back; sinkhorn_sort.cpp has the mathematics.
// One call per list, of n > 0.
namespace ranktape::detail::kernels {

template <class Scalar>
struct Squash {
  const Scalar* values;
  std::int64_t n;
  int sign;
  double* w;
  double* z;
  double* inverse_deviation;

  constexpr void operator()(std::int64_t list) const {
    const std::int64_t begin = list * n;
    const Moments found = moments(ListView<const Scalar>{values + begin, n, 1});
    const double deviation = std::sqrt(found.variance);
    const double inverse = deviation > 0 ? 1 / deviation : 1;
    inverse_deviation[list] = inverse;
    for (std::int64_t i = begin; i < begin + n; ++i) {
      w[i] = sign * (static_cast<double>(values[i]) - found.mean) * inverse;
      z[i] = 1 / (1 + std::exp(-w[i]));
    }
  }
};

template <class Scalar>
struct Unsquash {
  const double* of_z;
  const double* w;
  const double* z;
  const double* inverse_deviation;
  std::int64_t n;
  int sign;
  Scalar* result;

  constexpr void operator()(std::int64_t list) const {
    const std::int64_t begin = list * n;
    const auto q = [&](std::size_t i) {
      const double own = z[begin + static_cast<std::int64_t>(i)];
      return of_z[begin + static_cast<std::int64_t>(i)] * own * (1 - own);
    };
    const auto size = static_cast<std::size_t>(n);
    const auto count = static_cast<double>(n);
    const double mean = sum_of(size, q) / count;
    const double slope =
        sum_of(size, [&](std::size_t i) { return q(i) * w[begin + static_cast<std::int64_t>(i)]; }) / count;
    const double factor = sign * inverse_deviation[list];
    for (std::size_t i = 0; i < size; ++i) {
      const std::int64_t at = begin + static_cast<std::int64_t>(i);
      result[at] = static_cast<Scalar>((q(i) - mean - w[at] * slope) * factor);
    }
  }
};

}  // namespace ranktape::detail::kernels
