#pragma once

#include <ranktape/ops/rank/laplace_kernels.hpp>

#include <cmath>
#include <cstdint>

// Internal: lapsum_quantile; lapsum_quantile.cpp has the mathematics.
namespace ranktape::detail {

/// The weight of value i of a sorted list, d b / d u_i.
template <class Index>
constexpr double quantile_weight(const LaplaceList& list, const Crossing& crossing, Index i) {
  const Crossing::Distance away = crossing.distance(list, static_cast<std::uint32_t>(i));
  return away.weight * std::exp(-away.beyond);
}

namespace kernels {

/// One list's quantile.
template <class Scalar>
struct LaplaceQuantile {
  LaplacePlaces sorted;
  SmoothCounts counts;
  double q;
  Crossing* crossings;
  Scalar* quantiles;
  constexpr void operator()(std::int64_t index) const {
    const LaplaceList list = sorted.list(index);
    crossings[index] = counts.of_list(sorted.lists.begin(index)).find(list, 0, q * list.n);
    quantiles[index] = static_cast<Scalar>(list.sign * crossings[index].b);
  }
};

/// In the documents' order.
struct QuantileWeight {
  LaplacePlaces sorted;
  const Crossing* crossings;
  double* weights;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t index = sorted.lists.list_of(i);
    const std::int64_t begin = sorted.lists.begin(index);
    weights[begin + sorted.order[i]] = quantile_weight(sorted.list(index), crossings[index], i - begin);
  }
};

template <class Scalar>
struct QuantileGradient {
  ListOffsets lists;
  const double* weights;
  const Scalar* g;
  Scalar* result;
  constexpr void operator()(std::int64_t i) const {
    result[i] = static_cast<Scalar>(weights[i] * static_cast<double>(g[lists.list_of(i)]));
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
