#pragma once

#include <ranktape/ops/rank/softmax_matrix_kernels.hpp>

// Internal: neural_sort on the accelerator; neural_sort.cpp has the mathematics. A document's own sums over its list
// are taken directly, not by a pass over the sorted values: beside the matrix O(n^2) is nothing, and no document has to
// wait for another.
namespace ranktape::detail {

/// What multiplies the values in a row of P.
constexpr double neural_sort_coefficient(int sign, std::int64_t row, std::int64_t n) {
  return sign * (2.0 * static_cast<double>(row) + 1 - static_cast<double>(n));
}

}  // namespace ranktape::detail

namespace ranktape::detail::kernels {

/// A of one document, and its value measured from the median. By place in the sorted order: x = -sorted rises.
template <class Number>
struct NeuralSortMeasure {
  const Number* sorted;
  const std::uint32_t* order;
  std::int64_t n;
  Number* distances;
  Number* centred;

  constexpr void operator()(std::int64_t place) const {
    const std::int64_t begin = place / n * n;
    const Number* list = sorted + begin;
    const Number own = sorted[place];
    const std::int64_t document = begin + order[place];
    distances[document] = sum_of(static_cast<std::size_t>(n), [&](std::size_t k) { return std::abs(list[k] - own); });
    centred[document] = list[n / 2] - own;
  }
};

struct NeuralSortLogits {
  const double* distances;
  const double* centred;
  std::int64_t n;
  int sign;

  struct Row {
    const double* distances;
    const double* centred;
    double coefficient;
    constexpr double operator()(std::int64_t j) const { return coefficient * centred[j] - distances[j]; }
  };
  [[nodiscard]] constexpr Row row(std::int64_t i) const {
    const std::int64_t begin = i / n * n;
    return {distances + begin, centred + begin, neural_sort_coefficient(sign, i - begin, n)};
  }
};

template <class Scalar>
struct MeanOfRow {
  SoftmaxGradient<Scalar> softmax;
  double* means;
  constexpr void operator()(std::int64_t row) const { means[row] = softmax.mean(row); }
};

/// One column's sums: sum of c_i d_ij, and a_j = -sum of d_ij.
template <class Scalar>
struct NeuralSortColumn {
  SoftmaxGradient<Scalar> softmax;
  const double* means;
  int sign;
  double* direct;
  double* of_distances;

  constexpr void operator()(std::int64_t document) const {
    const std::int64_t n = softmax.n;
    const std::int64_t begin = document / n * n;
    double weighted = 0;
    double plain = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const double d = softmax.through(begin + i, document - begin, means[begin + i]);
      weighted += neural_sort_coefficient(sign, i, n) * d;
      plain -= d;
    }
    direct[document] = weighted;
    of_distances[document] = plain;
  }
};

template <class Scalar>
struct NeuralSortGradient {
  const double* sorted;
  const std::uint32_t* order;
  const double* inverse;
  std::int64_t n;
  const double* direct;
  const double* of_distances;
  Scalar* result;

  constexpr void operator()(std::int64_t place) const {
    const std::int64_t begin = place / n * n;
    const double own = sorted[place];
    const std::int64_t document = begin + order[place];
    const double own_part = of_distances[document];
    const double sum = sum_of(static_cast<std::size_t>(n), [&](std::size_t k) {
      const std::int64_t other = begin + static_cast<std::int64_t>(k);
      const int above = (sorted[other] > own ? 1 : 0) - (sorted[other] < own ? 1 : 0);
      return above * (own_part + of_distances[begin + order[other]]);
    });
    result[document] = static_cast<Scalar>((direct[document] + sum) * inverse[place / n]);
  }
};

}  // namespace ranktape::detail::kernels
