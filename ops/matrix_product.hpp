#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <cstdint>

// Internal: the one place where matrices are multiplied.
namespace ranktape::detail {

/// A matrix in memory, or the transpose of one: element (i, j) at data[i * row_step + j * column_step].
template <class Scalar>
struct MatrixView {
  const Scalar* data;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t row_step;
  std::int64_t column_step;

  /// Row by row without gaps.
  MatrixView(const Scalar* elements, std::int64_t height, std::int64_t width)
      : MatrixView(elements, height, width, width, 1) {}
  MatrixView(const Scalar* elements, std::int64_t height, std::int64_t width, std::int64_t down, std::int64_t across)
      : data(elements), rows(height), columns(width), row_step(down), column_step(across) {}
  explicit MatrixView(const Tensor& matrix)
      : MatrixView(detail::data<Scalar>(matrix), matrix.shape()[0], matrix.shape()[1]) {}

  [[nodiscard]] MatrixView transposed() const { return {data, columns, rows, column_step, row_step}; }
  [[nodiscard]] MatrixView rows_between(std::int64_t first, std::int64_t last) const {
    return {data + first * row_step, last - first, columns, row_step, column_step};
  }
};

/// The right factor B of products, made ready to be read in panels of columns: where it lies, or from a copy.
template <class Scalar>
class RightFactor {
 public:
  /// `rows` of left factors will be multiplied with it: for few a copy does not pay.
  RightFactor(MatrixView<Scalar> b, std::int64_t rows);

  /// Columns of B, padded with zeros to whole cache lines.
  struct Panel {
    const Scalar* data;
    std::int64_t row_step;
    std::int64_t columns;
    std::int64_t width;  ///< with the padding
  };
  /// The panel that begins at `column`, the first one or the end of another.
  [[nodiscard]] Panel panel(std::int64_t column) const;
  [[nodiscard]] const MatrixView<Scalar>& view() const { return view_; }

 private:
  MatrixView<Scalar> view_;
  std::int64_t first_packed_;  // column
  Array<Scalar> packed_;
};

/// What a product is added to: nothing, one row for all (a bias), or a matrix.
template <class Scalar>
struct Start {
  const Scalar* data = nullptr;
  std::int64_t row_step = 0;
};

/// out = start + A B, on this thread; `out` has B's columns and no gaps, and may be the matrix that it starts from.
/// With a B of one column, A must not be transposed.
template <class Scalar>
void multiply_block(const MatrixView<Scalar>& a, const RightFactor<Scalar>& b, const Start<Scalar>& start, Scalar* out);

/// The same, shared by threads. Calls finish(first, last) for each block of rows of `out` as soon as it is there, while
/// the cache holds it. The bits depend on neither threads nor blocks.
template <class Scalar, class Finish>
void multiply(const MatrixView<Scalar>& a, const RightFactor<Scalar>& b, const Start<Scalar>& start, Scalar* out,
              const Finish& finish) {
  constexpr double multiplications_per_nanosecond = 50;
  const std::int64_t columns = b.view().columns;
  // Some six blocks at least, of whole tiles (product_kernel.cpp).
  const std::int64_t block_rows = std::clamp<std::int64_t>((a.rows / 6 + 11) / 12 * 12, 24, 96);
  const double nanoseconds = static_cast<double>(a.rows) * static_cast<double>(a.columns) *
                             static_cast<double>(columns) / multiplications_per_nanosecond;
  parallel_chunks((a.rows + block_rows - 1) / block_rows, nanoseconds, [&](std::int64_t block) {
    const std::int64_t first = block * block_rows;
    const std::int64_t last = std::min(a.rows, first + block_rows);
    const Scalar* from = start.data == nullptr ? nullptr : start.data + first * start.row_step;
    multiply_block(a.rows_between(first, last), b, {from, start.row_step}, out + first * columns);
    finish(first, last);
  });
}

/// out = A B, or out += A B, of any shapes that fit.
template <class Scalar>
void multiply(MatrixView<Scalar> a, MatrixView<Scalar> b, Scalar* out, bool accumulate = false);

/// out = A B, or out += A B, of matrices of one dtype, device and fitting shapes; A is `a`, or its transpose, and so B.
void multiply(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b, Tensor& out,
              bool accumulate = false);

}  // namespace ranktape::detail
