// A head's rows are copied together first, the queries times 1 / sqrt(width). Then blocks of rows of scores, as many as
// a cache holds, are made, used and forgotten: forward S = Q K', E = exp(S - greatest), Y = E V / sums; backward, with
// the gradient G of Y and d the products of its rows with those of Y,
//   P = exp(S - l),  T = P * (G V' - d),  dQ = T K / sqrt(width),  dK += T' Q,  dV += P' G.

#include <ranktape/core/array.hpp>
#include <ranktape/ops/attention_list.hpp>
#include <ranktape/ops/attention_rows.hpp>
#include <ranktape/ops/matrix_product.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape::detail {
namespace {

/// The rows of one head without gaps, times a factor.
template <class Scalar>
Array<Scalar> gathered(const AttentionList<Scalar>& list, const Scalar* from, double factor = 1) {
  Array<Scalar> rows(static_cast<std::size_t>(list.documents * list.width));
  Scalar* to = rows.data();
  for (std::int64_t i = 0; i < list.documents; ++i, from += list.step()) {
    to = std::transform(from, from + list.width, to, [&](Scalar x) { return x * static_cast<Scalar>(factor); });
  }
  return rows;
}

/// Back to where they belong; row i times factor(i).
template <class Scalar, class Factor>
void scatter(const AttentionList<Scalar>& list, const Scalar* rows, std::int64_t first, std::int64_t last, Scalar* to,
             const Factor& factor) {
  for (std::int64_t i = first; i < last; ++i, rows += list.width) {
    std::transform(rows, rows + list.width, to + i * list.step(),
                   [scale = static_cast<Scalar>(factor(i))](Scalar x) { return x * scale; });
  }
}

std::int64_t block_rows(std::int64_t documents) {
  return std::min(documents, std::max<std::int64_t>(64, 16384 / documents));
}

double score_scale(std::int64_t width) { return 1 / std::sqrt(static_cast<double>(width)); }

constexpr auto unchanged = [](std::int64_t) { return 1.0; };

}  // namespace

template <class Scalar>
void attend(const AttentionList<Scalar>& list, Scalar* output, double* log_sums) {
  using Matrix = MatrixView<Scalar>;
  const std::int64_t n = list.documents;
  const std::int64_t width = list.width;
  const std::int64_t most_rows = block_rows(n);
  const Array<Scalar> queries = gathered(list, list.queries, score_scale(width));
  const Array<Scalar> keys = gathered(list, list.keys);
  const Array<Scalar> values = gathered(list, list.values);
  const Array<Scalar> scores(static_cast<std::size_t>(most_rows * n));
  const Array<Scalar> rows(static_cast<std::size_t>(most_rows * width));
  const Array<double> sums(static_cast<std::size_t>(most_rows));
  for (std::int64_t first = 0; first < n; first += most_rows) {
    const std::int64_t last = std::min(n, first + most_rows);
    multiply(Matrix(queries.data() + first * width, last - first, width), Matrix(keys.data(), n, width).transposed(),
             scores.data());
    exponentiate(AttentionRows<Scalar>{last - first, n, scores.data()}, sums.data(), log_sums + first * list.heads,
                 list.heads);
    multiply(Matrix(scores.data(), last - first, n), Matrix(values.data(), n, width), rows.data());
    scatter(list, rows.data(), first, last, output,
            [&](std::int64_t i) { return 1 / sums[static_cast<std::size_t>(i - first)]; });
  }
}

template <class Scalar>
void attend_backward(const AttentionList<Scalar>& list, const double* log_sums,
                     const AttentionListGradients<Scalar>& gradients) {
  using Matrix = MatrixView<Scalar>;
  const std::int64_t n = list.documents;
  const std::int64_t width = list.width;
  const std::int64_t most_rows = block_rows(n);
  const double scale = score_scale(width);
  const Array<Scalar> queries = gathered(list, list.queries, scale);
  const Array<Scalar> keys = gathered(list, list.keys);
  const Array<Scalar> values = gathered(list, list.values);
  const Array<Scalar> gradient = gathered(list, gradients.gradient);
  const Array<Scalar> scores(static_cast<std::size_t>(most_rows * n));
  const Array<Scalar> slopes(scores.size());
  const Array<Scalar> rows(static_cast<std::size_t>(most_rows * width));
  const Array<double> products(static_cast<std::size_t>(most_rows));
  const Array<Scalar> by_keys(keys.size());
  const Array<Scalar> by_values(keys.size());
  for (std::int64_t first = 0; first < n; first += most_rows) {
    const std::int64_t last = std::min(n, first + most_rows);
    for (std::int64_t i = first; i < last; ++i) {
      const Scalar* g = gradient.data() + i * width;
      const Scalar* y = gradients.output + i * list.step();
      double sum = 0;
      for (std::int64_t c = 0; c < width; ++c) {
        sum += static_cast<double>(g[c]) * static_cast<double>(y[c]);
      }
      products[static_cast<std::size_t>(i - first)] = sum;
    }
    const Matrix block_queries(queries.data() + first * width, last - first, width);
    const Matrix block_gradient(gradient.data() + first * width, last - first, width);
    const Matrix block_scores(scores.data(), last - first, n);
    const Matrix block_slopes(slopes.data(), last - first, n);
    multiply(block_queries, Matrix(keys.data(), n, width).transposed(), scores.data());
    multiply(block_gradient, Matrix(values.data(), n, width).transposed(), slopes.data());
    differentiate(AttentionRows<Scalar>{last - first, n, scores.data()}, log_sums + first * list.heads, list.heads,
                  products.data(), slopes.data());
    multiply(block_slopes, Matrix(keys.data(), n, width), rows.data());
    scatter(list, rows.data(), first, last, gradients.by_queries, [&](std::int64_t) { return scale; });
    multiply(block_slopes.transposed(), block_queries, by_keys.data(), first > 0);
    multiply(block_scores.transposed(), block_gradient, by_values.data(), first > 0);
  }
  scatter(list, by_keys.data(), 0, n, gradients.by_keys, unchanged);
  scatter(list, by_values.data(), 0, n, gradients.by_values, unchanged);
}

template void attend(const AttentionList<float>&, float*, double*);
template void attend(const AttentionList<double>&, double*, double*);
template void attend_backward(const AttentionList<float>&, const double*, const AttentionListGradients<float>&);
template void attend_backward(const AttentionList<double>&, const double*, const AttentionListGradients<double>&);

}  // namespace ranktape::detail
