// With D = G * f'(Z), element by element, the gradient of X is D W', that of W is X' D, and that of b the column sums
// of D. All three are made from one block of rows of D after another, while the first-level cache holds it: G, X and
// the points come from memory once, and D is never stored. Chunks of blocks, as many as the shape says, have sums of
// their own, added up in their order: the bits do not depend on which thread takes which.

#include <ranktape/core/array.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/ops/layer_backward.hpp>
#include <ranktape/ops/layer_kernel.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace ranktape::detail {
namespace {

/// How rows are cut. A block's product with X' is added to the gradient of W, which a large W makes dear: then blocks
/// are longer.
struct Cut {
  Cut(std::int64_t rows, std::int64_t weights)
      : block_rows(64 * std::max<std::int64_t>(1, weights / 16384)),
        chunks(std::clamp<std::int64_t>(rows / (12 * block_rows), 1, 16)),
        blocks(std::max<std::int64_t>(1, (rows + block_rows - 1) / block_rows)) {}

  std::int64_t block_rows;
  std::int64_t chunks;
  std::int64_t blocks;
};

/// sums = X' D or sums += X' D, for a block of rows. Of one column, a row times a matrix: D' X.
template <class Scalar>
void add_weight_block(const MatrixView<Scalar>& x, const MatrixView<Scalar>& d, Scalar* sums, bool accumulate) {
  const bool single = d.columns == 1;
  const MatrixView<Scalar> left = single ? d.transposed() : x.transposed();
  const MatrixView<Scalar> right = single ? x : d;
  const Start<Scalar> start = {accumulate ? sums : nullptr, right.columns};
  multiply_block(left, RightFactor<Scalar>(right, left.rows), start, sums);
}

}  // namespace

template <class Scalar>
void LayerBackward<Scalar>::run() const {
  const std::int64_t rows = gradient.rows;
  const std::int64_t inputs = x.columns;
  const std::int64_t outputs = gradient.columns;
  const std::int64_t weights = inputs * outputs;
  const Cut cut(rows, weights);
  std::optional<RightFactor<Scalar>> transposed_weight;
  if (by_x != nullptr) {
    transposed_weight.emplace(weight.transposed(), rows);
  }
  // The first chunk's sums for W are its gradient itself.
  const Array<Scalar> weight_sums(by_weight == nullptr ? 0 : static_cast<std::size_t>((cut.chunks - 1) * weights));
  std::vector<double, PoolAllocator<double>> bias_sums(static_cast<std::size_t>((cut.chunks + 1) * outputs), 0.0);

  const double nanoseconds = 0.04 * static_cast<double>(rows) * static_cast<double>(weights);
  parallel_chunks(cut.chunks, nanoseconds, [&](std::int64_t chunk) {
    Scalar* chunk_weight = chunk == 0 ? by_weight : weight_sums.data() + (chunk - 1) * weights;
    const Array<Scalar> derived(activation ? static_cast<std::size_t>(cut.block_rows * outputs) : 0);
    const std::int64_t first_block = cut.blocks * chunk / cut.chunks;
    const std::int64_t last_block = cut.blocks * (chunk + 1) / cut.chunks;
    for (std::int64_t block = first_block; block < last_block; ++block) {
      const std::int64_t first = block * cut.block_rows;
      const std::int64_t last = std::min(rows, first + cut.block_rows);
      MatrixView<Scalar> d = gradient.rows_between(first, last);
      if (activation) {
        multiply_by_derivative(*activation, points + first * outputs, d.data, derived.data(), d.rows * outputs);
        d.data = derived.data();
      }
      if (by_bias != nullptr) {
        add_column_sums(d.data, d.rows, outputs, bias_sums.data() + chunk * outputs);
      }
      if (by_x != nullptr) {
        multiply_block(d, *transposed_weight, {}, by_x + first * inputs);
      }
      if (by_weight != nullptr) {
        add_weight_block(x.rows_between(first, last), d, chunk_weight, block > first_block);
      }
    }
  });

  if (by_weight != nullptr) {
    for (std::int64_t chunk = 1; chunk < cut.chunks; ++chunk) {
      const Scalar* sums = weight_sums.data() + (chunk - 1) * weights;
      std::transform(sums, sums + weights, by_weight, by_weight, std::plus<>());
    }
  }
  if (by_bias != nullptr) {
    double* sums = bias_sums.data() + cut.chunks * outputs;
    add_column_sums(bias_sums.data(), cut.chunks, outputs, sums);
    std::transform(sums, sums + outputs, by_bias, [](double sum) { return static_cast<Scalar>(sum); });
  }
}

template struct LayerBackward<float>;
template struct LayerBackward<double>;

}  // namespace ranktape::detail
