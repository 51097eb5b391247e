#pragma once

#include <ranktape/ops/rank/laplace_kernels.hpp>

#include <cmath>
#include <cstdint>

// Internal: lapsum_permutation; lapsum_permutation.cpp has the mathematics. The formulas are of either device, the
// kernels of the accelerator, where there are rows alone: list l holds documents l n to (l + 1) n, and its matrix
// begins n times as far.
namespace ranktape::detail {

/// F((b - u) / t) and 1 - F((b - u) / t), each to its last digit.
struct Share {
  double below = 0;
  double above = 1;
};

template <class Index>
constexpr Share share_of(const Crossing& crossing, const LaplaceList& list, Index i) {
  const auto place = static_cast<std::uint32_t>(i);
  const Crossing::Distance away = crossing.distance(list, place);
  const double half = std::exp(-away.beyond - away.nearest) / 2;
  return place < crossing.interval ? Share{1 - half, half} : Share{half, 1 - half};
}

/// The difference of the smaller two of the four shares, which are exact.
constexpr double step_of(const Share& last, const Share& next) {
  return last.below < 0.5 ? next.below - last.below : last.above - next.above;
}

/// q_ji
template <class Index>
constexpr double softmax_weight(const Crossing& crossing, const LaplaceList& list, Index i) {
  const Crossing::Distance away = crossing.distance(list, static_cast<std::uint32_t>(i));
  return away.weight * std::exp(-away.beyond);
}

namespace kernels {

/// b_j of every place but each list's first, which is -inf.
struct PermutationCrossing {
  LaplacePlaces sorted;
  SmoothCounts counts;
  Crossing* crossings;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t n = sorted.lists.length;
    const std::int64_t index = i / n;
    const std::int64_t j = i % n;
    if (j > 0) {
      crossings[i] = counts.of_list(index * n).find(sorted.list(index), static_cast<double>(j), 0);
    }
  }
};

/// One entry: row i / n of all rows, sorted value i % n.
template <class Scalar>
struct PermutationEntry {
  LaplacePlaces sorted;
  const Crossing* crossings;
  Scalar* matrix;
  constexpr void operator()(std::int64_t entry) const {
    const std::int64_t n = sorted.lists.length;
    const std::int64_t row = entry / n;
    const std::int64_t i = entry % n;
    const std::int64_t j = row % n;
    const LaplaceList list = sorted.list(row / n);
    const Share last = j > 0 ? share_of(crossings[row], list, i) : Share{0, 1};
    const Share next = j + 1 < n ? share_of(crossings[row + 1], list, i) : Share{1, 0};
    matrix[row * n + list.order[i]] = static_cast<Scalar>(step_of(last, next));
  }
};

/// h_ji of a document i, of row j of all rows, which is not a list's first.
template <class Scalar>
constexpr double permutation_step(const Scalar* g, std::int64_t n, std::int64_t row, std::int64_t document) {
  return static_cast<double>(g[(row - 1) * n + document]) - static_cast<double>(g[row * n + document]);
}

/// sum_l(h_jl q_jl) of one row.
template <class Scalar>
struct PermutationMean {
  LaplacePlaces sorted;
  const Crossing* crossings;
  const Scalar* g;
  double* means;
  constexpr void operator()(std::int64_t row) const {
    const std::int64_t n = sorted.lists.length;
    double mean = 0;
    if (row % n > 0) {
      const LaplaceList list = sorted.list(row / n);
      for (std::int64_t i = 0; i < n; ++i) {
        mean += permutation_step(g, n, row, list.order[i]) * softmax_weight(crossings[row], list, i);
      }
    }
    means[row] = mean;
  }
};

/// The gradient of one sorted value: a sum over its column.
template <class Scalar>
struct PermutationGradient {
  LaplacePlaces sorted;
  const Crossing* crossings;
  const double* means;
  const Scalar* g;
  Scalar* result;
  constexpr void operator()(std::int64_t place) const {
    const std::int64_t n = sorted.lists.length;
    const std::int64_t begin = place / n * n;
    const LaplaceList list = sorted.list(place / n);
    const std::int64_t i = place - begin;
    double sum = 0;
    for (std::int64_t row = begin + 1; row < begin + n; ++row) {
      const Crossing& crossing = crossings[row];
      const double density = crossing.total / 2 * list.inverse;
      sum += density * softmax_weight(crossing, list, i) * (means[row] - permutation_step(g, n, row, list.order[i]));
    }
    result[begin + list.order[i]] = static_cast<Scalar>(sum * list.sign);
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
