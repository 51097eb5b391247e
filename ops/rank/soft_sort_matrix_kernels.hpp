#pragma once

#include <ranktape/ops/rank/softmax_matrix_kernels.hpp>

// Internal: soft_sort_matrix on the accelerator; soft_sort_matrix.cpp has the mathematics.
namespace ranktape::detail {

/// The negative logit of a value at this distance from its row's anchor, at temperature 1.
constexpr double soft_sort_cost(int power, double distance) { return power == 1 ? distance : distance * distance; }

/// Its derivative by the difference, which has a sign.
constexpr double soft_sort_slope(int power, double difference) {
  return power == 2 ? 2 * difference : static_cast<double>((difference > 0) - (difference < 0));
}

}  // namespace ranktape::detail

namespace ranktape::detail::kernels {

template <class Scalar>
struct SoftSortLogits {
  const Scalar* values;
  const std::uint32_t* order;
  std::int64_t n;
  int power;

  struct Row {
    const Scalar* values;
    double anchor;
    int power;
    [[nodiscard]] constexpr double difference(std::int64_t j) const { return anchor - static_cast<double>(values[j]); }
    constexpr double operator()(std::int64_t j) const { return -soft_sort_cost(power, std::abs(difference(j))); }
  };
  [[nodiscard]] constexpr Row row(std::int64_t i) const {
    const std::int64_t begin = i / n * n;
    return {values + begin, static_cast<double>(values[begin + order[i]]), power};
  }
};

/// One row's mean, and the gradient of its anchor (but for sign and temperature), left with the anchor's document.
template <class Scalar>
struct SoftSortRow {
  SoftSortLogits<Scalar> logits;
  SoftmaxGradient<Scalar> softmax;
  double* means;
  double* of_anchors;

  constexpr void operator()(std::int64_t row) const {
    const std::int64_t n = softmax.n;
    const double mean = softmax.mean(row);
    const auto own = logits.row(row);
    means[row] = mean;
    of_anchors[row / n * n + logits.order[row]] = sum_of(static_cast<std::size_t>(n), [&](std::size_t k) {
      const auto j = static_cast<std::int64_t>(k);
      return softmax.through(row, j, mean) * soft_sort_slope(logits.power, own.difference(j));
    });
  }
};

template <class Scalar>
struct SoftSortColumn {
  SoftSortLogits<Scalar> logits;
  SoftmaxGradient<Scalar> softmax;
  const double* inverse;
  const double* means;
  const double* of_anchors;
  Scalar* result;

  constexpr void operator()(std::int64_t document) const {
    const std::int64_t n = softmax.n;
    const std::int64_t begin = document / n * n;
    const double sum = sum_of(static_cast<std::size_t>(n), [&](std::size_t i) {
      const std::int64_t row = begin + static_cast<std::int64_t>(i);
      const double slope = soft_sort_slope(logits.power, logits.row(row).difference(document - begin));
      return softmax.through(row, document - begin, means[row]) * slope;
    });
    result[document] = static_cast<Scalar>((sum - of_anchors[document]) * inverse[document / n]);
  }
};

}  // namespace ranktape::detail::kernels
