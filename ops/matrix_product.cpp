// Blocks of rows of the output, panels of its columns, stretches of the depth: what is read again and again stays in
// the cache, and the tiles of product_kernel.cpp read A and B where they lie. Goto and van de Geijn, "Anatomy of
// high-performance matrix multiplication", 2008, with fewer copies: the matrices of a ranking model are so narrow that
// a copy costs more than it saves.

#include <ranktape/ops/device_product.hpp>
#include <ranktape/ops/matrix_product.hpp>
#include <ranktape/ops/product_kernel.hpp>

namespace ranktape::detail {
namespace {

constexpr std::int64_t most_block_rows = 96;

std::int64_t round_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

// Panels of a wide B lie scattered over many pages, which a copy brings together once for all rows of A.
template <class Scalar>
bool is_read_in_place(const MatrixView<Scalar>& b, std::int64_t rows) {
  return b.column_step == 1 && (rows < 256 || b.columns <= 2 * panel_width<Scalar>);
}

// One panel of B in rows of `width`, the columns past its own zero. Sixteen rows at a time: of a transposed B these are
// whole cache lines.
template <class Scalar>
void pack_panel(const MatrixView<Scalar>& b, std::int64_t first_column, std::int64_t width, Scalar* packed) {
  constexpr std::int64_t rows_at_once = 16;
  const std::int64_t columns = std::min(width, b.columns - first_column);
  if (columns < width) {
    std::fill_n(packed, b.rows * width, Scalar{0});
  }
  for (std::int64_t first = 0; first < b.rows; first += rows_at_once) {
    const std::int64_t last = std::min(b.rows, first + rows_at_once);
    for (std::int64_t j = 0; j < columns; ++j) {
      const Scalar* column = b.data + (first_column + j) * b.column_step;
      for (std::int64_t i = first; i < last; ++i) {
        packed[i * width + j] = column[i * b.row_step];
      }
    }
  }
}

template <class Scalar>
void multiply_panel_of(const MatrixView<Scalar>& a, const typename RightFactor<Scalar>::Panel& panel,
                       const Start<Scalar>& start, Scalar* out, std::int64_t out_row) {
  PanelProduct<Scalar> product;
  product.rows = a.rows;
  product.columns = panel.width;
  product.a_row = a.row_step;
  product.a_step = a.column_step;
  product.b_row = panel.row_step;

  // A panel with padding is computed beside its place.
  const bool padded = panel.columns != panel.width;
  alignas(64) Scalar block[most_block_rows * panel_width<Scalar>];
  Scalar row[panel_width<Scalar>];
  product.out = padded ? block : out;
  product.out_row = padded ? panel.width : out_row;
  product.start = start.data;
  product.start_row = start.row_step;
  if (start.data == nullptr || (padded && start.row_step == 0)) {
    std::fill_n(row, panel.width, Scalar{0});
    if (start.data != nullptr) {
      std::copy_n(start.data, panel.columns, row);
    }
    product.start = row;
    product.start_row = 0;
  } else if (padded) {
    for (std::int64_t i = 0; i < a.rows; ++i) {
      std::copy_n(start.data + i * start.row_step, panel.columns, block + i * panel.width);
      std::fill_n(block + i * panel.width + panel.columns, panel.width - panel.columns, Scalar{0});
    }
    product.start = block;
    product.start_row = panel.width;
  }

  // The stretch of B and, of a transposed A, that of A too are to stay in the first-level cache.
  const std::int64_t longest = a.column_step == 1 ? 256 : 64;
  const std::int64_t stretches = std::max<std::int64_t>(1, (a.columns + longest - 1) / longest);
  for (std::int64_t s = 0; s < stretches; ++s) {
    const std::int64_t k = a.columns * s / stretches;
    product.depth = a.columns * (s + 1) / stretches - k;
    product.a = a.data + k * a.column_step;
    product.b = panel.data + k * panel.row_step;
    multiply_panel(product);
    product.start = product.out;
    product.start_row = product.out_row;
  }
  if (padded) {
    for (std::int64_t i = 0; i < a.rows; ++i) {
      std::copy_n(block + i * panel.width, panel.columns, out + i * out_row);
    }
  }
}

}  // namespace

template <class Scalar>
RightFactor<Scalar>::RightFactor(MatrixView<Scalar> b, std::int64_t rows)
    : view_(b), first_packed_(is_read_in_place(b, rows) ? b.columns / line<Scalar> * line<Scalar> : 0) {
  if (first_packed_ == b.columns || b.columns == 1) {
    return;
  }
  const std::int64_t width = round_up(b.columns - first_packed_, line<Scalar>);
  packed_ = Array<Scalar>(static_cast<std::size_t>(b.rows * width));
  const std::int64_t panels = (width + panel_width<Scalar> - 1) / panel_width<Scalar>;
  const auto nanoseconds = static_cast<double>(b.rows * width);
  parallel_chunks(panels, nanoseconds, [&](std::int64_t panel) {
    const std::int64_t first = panel * panel_width<Scalar>;
    pack_panel(b, first_packed_ + first, std::min(panel_width<Scalar>, width - first), packed_.data() + first * b.rows);
  });
}

template <class Scalar>
typename RightFactor<Scalar>::Panel RightFactor<Scalar>::panel(std::int64_t column) const {
  if (column < first_packed_) {
    const std::int64_t columns = std::min(panel_width<Scalar>, first_packed_ - column);
    return {view_.data + column, view_.row_step, columns, columns};
  }
  const std::int64_t columns = std::min(panel_width<Scalar>, view_.columns - column);
  const std::int64_t width = round_up(columns, line<Scalar>);
  return {packed_.data() + (column - first_packed_) * view_.rows, width, columns, width};
}

template <class Scalar>
void multiply_block(const MatrixView<Scalar>& a, const RightFactor<Scalar>& b, const Start<Scalar>& start,
                    Scalar* out) {
  const MatrixView<Scalar>& right = b.view();
  if (right.columns == 1) {
    static constexpr Scalar zero = 0;
    RowProducts<Scalar> products;
    products.rows = a.rows;
    products.depth = a.columns;
    products.a = a.data;
    products.a_row = a.row_step;
    products.x = right.data;
    products.start = start.data == nullptr ? &zero : start.data;
    products.start_step = start.data == nullptr ? 0 : start.row_step;
    products.out = out;
    multiply_rows(products);
    return;
  }
  for (std::int64_t first = 0; first < a.rows; first += most_block_rows) {
    const std::int64_t last = std::min(a.rows, first + most_block_rows);
    for (std::int64_t column = 0; column < right.columns;) {
      const auto panel = b.panel(column);
      const Scalar* from = start.data == nullptr ? nullptr : start.data + first * start.row_step + column;
      multiply_panel_of(a.rows_between(first, last), panel, {from, start.row_step},
                        out + first * right.columns + column, right.columns);
      column += panel.columns;
    }
  }
}

template <class Scalar>
void multiply(MatrixView<Scalar> a, MatrixView<Scalar> b, Scalar* out, bool accumulate) {
  // A row times a matrix stored by columns is a matrix stored by rows times a column, and the other way round.
  if ((a.rows == 1 && b.column_step != 1) || (b.columns == 1 && a.column_step != 1)) {
    std::swap(a, b);
    a = a.transposed();
    b = b.transposed();
  }
  const Start<Scalar> start = accumulate ? Start<Scalar>{out, b.columns} : Start<Scalar>{};
  multiply(a, RightFactor<Scalar>(b, a.rows), start, out, [](std::int64_t, std::int64_t) {});
}

void multiply(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b, Tensor& out, bool accumulate) {
  dispatch(out.dtype(), [&]<class Scalar>() {
    MatrixView<Scalar> left(a);
    MatrixView<Scalar> right(b);
    left = transpose_a ? left.transposed() : left;
    right = transpose_b ? right.transposed() : right;
    if (out.device() == Device::accelerator) {
      multiply_on_accelerator(DeviceProduct<Scalar>{{left.data, left.row_step, left.column_step},
                                                    {right.data, right.row_step, right.column_step},
                                                    data<Scalar>(out),
                                                    left.rows,
                                                    left.columns,
                                                    right.columns,
                                                    accumulate});
      return;
    }
    multiply(left, right, data<Scalar>(out), accumulate);
  });
}

template class RightFactor<float>;
template class RightFactor<double>;
template void multiply_block(const MatrixView<float>&, const RightFactor<float>&, const Start<float>&, float*);
template void multiply_block(const MatrixView<double>&, const RightFactor<double>&, const Start<double>&, double*);
template void multiply(MatrixView<float>, MatrixView<float>, float*, bool);
template void multiply(MatrixView<double>, MatrixView<double>, double*, bool);

}  // namespace ranktape::detail
