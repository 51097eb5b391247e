#pragma once

#include <ranktape/ops/rank/transport_list.hpp>

// Internal: the passes over a matrix of transport: what they compute of a row, and what that row then adds to a column.
// A column's sum goes through the rows in order, whether the rows are the outer loop or a column is taken by itself.
namespace ranktape::detail {

/// P's row from h. Forward it leaves the row's part of phi.
template <class Number>
constexpr void fill_row(const TransportList<Number>& list, std::int64_t i) {
  const std::int64_t n = list.n;
  const Number inverse = list.inverse;
  Number* row = list.matrix + i * n;
  std::int64_t greatest = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    row[j] = list.h[j] - list.cost(i, list.z[j]);
    greatest = row[j] > row[greatest] ? j : greatest;
  }
  const Number most = row[greatest];
  Number others = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    row[j] = std::exp((row[j] - most) * inverse);
    others += j == greatest ? Number{0} : row[j];
  }
  for (std::int64_t j = 0; j < n; ++j) {
    row[j] /= 1 + others;
  }
  list.greatest[i] = static_cast<std::uint32_t>(greatest);
  if (!list.state->backward) {
    list.rows[i] = (list.h[i] - most) * inverse - std::log1p(others);
  }
}

/// The diagonal of the Laplacian: sum_i P_ij (1 - P_ij).
template <class Number>
struct DiagonalRow {
  const Number* row;
  std::int64_t greatest;
  Number others;  ///< 1 - the greatest

  constexpr Number operator()(std::int64_t j) const { return row[j] * (j == greatest ? others : 1 - row[j]); }

  static constexpr void begin(const TransportList<Number>& list, std::int64_t i) {
    const Number* row = list.matrix + i * list.n;
    Number others = 0;
    for (std::int64_t j = 0; j < list.n; ++j) {
      others += j == list.greatest[i] ? Number{0} : row[j];
    }
    list.rows[i] = others;
  }
  static constexpr DiagonalRow of(const TransportList<Number>& list, std::int64_t i) {
    return {list.matrix + i * list.n, list.greatest[i], list.rows[i]};
  }
};

/// The Laplacian times x, sum_i P_ij (x_j - sum_k P_ik x_k). `rows` has the inner sums.
template <class Number>
struct LaplacianRow {
  const Number* row;
  const Number* x;
  Number origin;  ///< x at the greatest entry
  Number mean;

  constexpr Number operator()(std::int64_t j) const { return row[j] * ((x[j] - origin) - mean); }

  static constexpr LaplacianRow of(const TransportList<Number>& list, std::int64_t i, Number mean) {
    return {list.matrix + i * list.n, list.direction, list.direction[list.greatest[i]], mean};
  }
  static constexpr LaplacianRow of(const TransportList<Number>& list, std::int64_t i) {
    return of(list, i, list.rows[i]);
  }
  static constexpr void begin(const TransportList<Number>& list, std::int64_t i) {
    const LaplacianRow own = of(list, i, 0);
    list.rows[i] = list.sum([&](std::int64_t k) { return own.row[k] * (own.x[k] - own.origin); });
  }
};

/// sum_i P_ij (G_ij - mu_j - sum_k P_ik (G_ik - mu_k)) weight_i.
template <class Number, class Scalar>
struct GradientRow {
  const Number* row;
  const Scalar* g;
  const Number* mu;
  Number origin;  ///< G - mu at the greatest entry
  Number mean;
  Number weight;

  [[nodiscard]] constexpr Number value(std::int64_t j) const { return static_cast<Number>(g[j]) - mu[j]; }
  constexpr Number operator()(std::int64_t j) const { return row[j] * ((value(j) - origin) - mean) * weight; }

  /// `gradient` is that of the whole matrix.
  static constexpr GradientRow of(const TransportList<Number>& list, const Scalar* gradient, std::int64_t i,
                                  Number mean, Number weight) {
    GradientRow own = {list.matrix + i * list.n, gradient + i * list.n, list.mu, 0, mean, weight};
    own.origin = own.value(list.greatest[i]);
    return own;
  }
  static constexpr GradientRow of(const TransportList<Number>& list, const Scalar* gradient, std::int64_t i) {
    return of(list, gradient, i, list.rows[i], 1);
  }
  /// For dL/dz: weighted by 2 / t a_i, from the middle, for the rows of the unweighted sum add up to 0.
  static constexpr GradientRow of_result(const TransportList<Number>& list, const Scalar* gradient, std::int64_t i) {
    return of(list, gradient, i, list.rows[i], 2 * list.inverse * (list.anchor(i) - Number{0.5}));
  }
  static constexpr void begin(const TransportList<Number>& list, const Scalar* gradient, std::int64_t i) {
    const GradientRow own = of(list, gradient, i, 0, 1);
    list.rows[i] = list.sum([&](std::int64_t k) { return own.row[k] * (own.value(k) - own.origin); });
  }
};

/// The largest |G| of a row, for `advance`.
template <class Number, class Scalar>
constexpr void measure_row(const TransportList<Number>& list, const Scalar* gradient, std::int64_t i) {
  list.image[i] = static_cast<Number>(largest(gradient + i * list.n, list.n));
}

}  // namespace ranktape::detail
