#include <ranktape/core/sparse_arrays.hpp>

#include <algorithm>
#include <utility>

// Sparse matrices made of the entries of others.
namespace ranktape {
namespace {

using Data = SparseMatrix::Data;
using detail::SparseArrays;

void check_rows(const RowRange& range, std::int64_t rows, SourceLocation where) {
  if (range.first < 0 || range.first > range.last || range.last > rows) {
    detail::fail<ShapeError>(where, "SparseMatrix::select", "rows {} to {} are not among the {} of the matrix",
                             range.first, range.last - 1, rows);
  }
}

template <class Items, class ToRange>
Data selected(const Data& from, const Items& items, SourceLocation where, const ToRange& to_range) {
  detail::check_on_cpu(from, "SparseMatrix::select", where);
  std::int64_t rows = 0;
  std::int64_t entries = 0;
  for (const auto& item : items) {
    const RowRange range = to_range(item);
    check_rows(range, from.rows, where);
    rows += range.last - range.first;
    entries += from.offsets[range.last] - from.offsets[range.first];
  }
  const SparseArrays to(rows, entries, Device::cpu);
  std::int64_t* offset = to.offsets.data();
  *offset++ = 0;
  std::int64_t filled = 0;
  for (const auto& item : items) {
    const RowRange range = to_range(item);
    const std::int64_t begin = from.offsets[range.first];
    const std::int64_t count = from.offsets[range.last] - begin;
    std::copy_n(from.indices + begin, count, to.indices.data() + filled);
    std::copy_n(from.values + begin, count, to.values.data() + filled);
    for (std::int64_t row = range.first; row < range.last; ++row) {
      *offset++ = filled + from.offsets[row + 1] - begin;
    }
    filled += count;
  }
  return to.data(from.columns);
}

// By counting the entries of each column: O(rows + columns + entries). Rows rise inside each column.
Data transposed_on_cpu(const Data& from) {
  const SparseArrays to(from.columns, from.entries, Device::cpu);
  std::int64_t* const next = to.offsets.data();
  std::fill_n(next, from.columns + 1, 0);
  for (std::int64_t entry = 0; entry < from.entries; ++entry) {
    ++next[from.indices[entry]];
  }
  std::int64_t begin = 0;
  for (std::int64_t column = 0; column <= from.columns; ++column) {
    begin += std::exchange(next[column], begin);
  }
  for (std::int64_t row = 0; row < from.rows; ++row) {
    for (std::int64_t entry = from.offsets[row]; entry < from.offsets[row + 1]; ++entry) {
      const std::int64_t place = next[from.indices[entry]]++;
      to.indices.data()[place] = static_cast<std::int32_t>(row);
      to.values.data()[place] = from.values[entry];
    }
  }
  // Each column's next place is now its end: the beginning of the column behind it.
  std::copy_backward(next, next + from.columns, next + from.columns + 1);
  *next = 0;
  return to.data(from.rows);
}

}  // namespace

SparseMatrix SparseMatrix::select(std::span<const RowRange> ranges, SourceLocation where) const {
  return SparseMatrix(detail::share_data(selected(*data_, ranges, where, [](const RowRange& range) { return range; })));
}

SparseMatrix SparseMatrix::select(std::span<const std::int64_t> rows, SourceLocation where) const {
  return SparseMatrix(detail::share_data(selected(*data_, rows, where, [](std::int64_t row) {
    return RowRange{row, row + 1};
  })));
}

SparseMatrix SparseMatrix::transposed(SourceLocation where) const {
  if (data_->transposed) {
    return SparseMatrix(data_->transposed);
  }
  detail::check_column_count("SparseMatrix::transposed", rows(), where);
  if (device() == Device::cpu) {
    return SparseMatrix(detail::share_data(transposed_on_cpu(*data_)));
  }
  return SparseMatrix(
      detail::share_data(detail::copied(transposed_on_cpu(detail::copied(*data_, Device::cpu)), device())));
}

SparseMatrix SparseMatrix::with_columns(std::int64_t columns, SourceLocation where) const {
  detail::check_on_cpu(*data_, "SparseMatrix::with_columns", where);
  detail::check_column_count("SparseMatrix::with_columns", columns, where);
  if (columns >= this->columns()) {
    Data wider = *data_;
    wider.columns = columns;
    return SparseMatrix(detail::share_data(std::move(wider)));
  }
  // Columns rise inside a row: what stays of it is its beginning.
  const auto kept_end = [&](std::int64_t row) {
    const std::int32_t* const indices = data_->indices;
    return std::lower_bound(indices + data_->offsets[row], indices + data_->offsets[row + 1], columns) - indices;
  };
  std::int64_t kept = 0;
  for (std::int64_t row = 0; row < rows(); ++row) {
    kept += kept_end(row) - data_->offsets[row];
  }
  const SparseArrays to(rows(), kept, Device::cpu);
  to.offsets[0] = 0;
  for (std::int64_t row = 0; row < rows(); ++row) {
    const std::int64_t begin = data_->offsets[row];
    const std::int64_t count = kept_end(row) - begin;
    const std::int64_t filled = to.offsets[static_cast<std::size_t>(row)];
    std::copy_n(data_->indices + begin, count, to.indices.data() + filled);
    std::copy_n(data_->values + begin, count, to.values.data() + filled);
    to.offsets[static_cast<std::size_t>(row) + 1] = filled + count;
  }
  return SparseMatrix(detail::share_data(to.data(columns)));
}

}  // namespace ranktape
