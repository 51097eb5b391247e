#pragma once

#include <ranktape/ops/list_sums.hpp>

#include <cmath>
#include <cstdint>

// Internal: the matrices that are softmaxes of rows (neural_sort and soft_sort_matrix) on the accelerator. A row's
// greatest logit and sum are one call, then each element is one, and so are the sums that lead back: a row's, a
// column's. Rows, columns and documents are numbered through all lists, which are of length n.
namespace ranktape::detail::kernels {

/// `Logits::row(i)` gives the logits of a row by column, `inverse` the inverse temperature of each list.
template <class Logits>
struct SoftmaxOfRow {
  Logits logits;
  const double* inverse;
  std::int64_t n;
  double* greatest;
  double* sums;

  constexpr void operator()(std::int64_t row) const {
    const auto logit = logits.row(row);
    double most = logit(0);
    for (std::int64_t j = 1; j < n; ++j) {
      const double value = logit(j);
      most = value > most ? value : most;
    }
    const double factor = inverse[row / n];
    greatest[row] = most;
    sums[row] = sum_of(static_cast<std::size_t>(n),
                       [&](std::size_t j) { return std::exp((logit(static_cast<std::int64_t>(j)) - most) * factor); });
  }
};

template <class Scalar, class Logits>
struct SoftmaxElement {
  SoftmaxOfRow<Logits> rows;
  Scalar* matrix;

  constexpr void operator()(std::int64_t element) const {
    const std::int64_t n = rows.n;
    const std::int64_t row = element / n;
    const double shifted = rows.logits.row(row)(element % n) - rows.greatest[row];
    matrix[element] = static_cast<Scalar>(std::exp(shifted * rows.inverse[row / n]) / rows.sums[row]);
  }
};

/// The matrix and its gradient; through the softmax that becomes d_ij = P_ij (g_ij - mean of row i).
template <class Scalar>
struct SoftmaxGradient {
  const Scalar* matrix;
  const Scalar* gradient;
  std::int64_t n;

  [[nodiscard]] constexpr double mean(std::int64_t row) const {
    return sum_of(static_cast<std::size_t>(n), [&](std::size_t j) {
      const std::int64_t at = row * n + static_cast<std::int64_t>(j);
      return static_cast<double>(matrix[at]) * static_cast<double>(gradient[at]);
    });
  }
  [[nodiscard]] constexpr double through(std::int64_t row, std::int64_t column, double mean_of_row) const {
    const std::int64_t at = row * n + column;
    return static_cast<double>(matrix[at]) * (static_cast<double>(gradient[at]) - mean_of_row);
  }
};

}  // namespace ranktape::detail::kernels
