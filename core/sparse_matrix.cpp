#include <ranktape/core/sparse_arrays.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <utility>

namespace ranktape {
namespace {

using Data = SparseMatrix::Data;

struct Vectors {
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> indices;
  std::vector<float> values;
};

void check(const char* operation, std::int64_t columns, std::span<const std::int64_t> offsets,
           std::span<const std::int32_t> indices, std::span<const float> values, SourceLocation where) {
  detail::check_column_count(operation, columns, where);
  if (offsets.empty() || offsets.front() != 0) {
    detail::fail<ShapeError>(where, operation,
                             "the offsets must begin with 0; there is one more of them than there are rows");
  }
  if (const auto fall = std::is_sorted_until(offsets.begin(), offsets.end()); fall != offsets.end()) {
    detail::fail<ShapeError>(where, operation, "offset {} is {}, less than the {} before it", fall - offsets.begin(),
                             *fall, *(fall - 1));
  }
  const auto entries = static_cast<std::size_t>(offsets.back());
  if (indices.size() != entries || values.size() != entries) {
    detail::fail<ShapeError>(where, operation,
                             "{} column indices and {} values, and the offsets end with {}; all must agree",
                             indices.size(), values.size(), entries);
  }
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row) {
    std::int64_t before = -1;
    for (auto entry = static_cast<std::size_t>(offsets[row]); entry < static_cast<std::size_t>(offsets[row + 1]);
         ++entry) {
      const std::int64_t column = indices[entry];
      if (column < 0 || column >= columns) {
        detail::fail<ShapeError>(where, operation, "row {} has an entry in column {} of a matrix with {} columns", row,
                                 column, columns);
      }
      if (column <= before) {
        detail::fail<ShapeError>(where, operation,
                                 "in row {} column {} comes after column {}; columns must rise inside a row", row,
                                 column, before);
      }
      before = column;
    }
  }
}

}  // namespace

SparseMatrix::SparseMatrix() : SparseMatrix(from(0, {0}, {}, {})) {}

SparseMatrix SparseMatrix::from(std::int64_t columns, std::vector<std::int64_t> offsets,
                                std::vector<std::int32_t> indices, std::vector<float> values, SourceLocation where) {
  check("SparseMatrix::from", columns, offsets, indices, values, where);
  const auto owner =
      std::make_shared<const Vectors>(Vectors{std::move(offsets), std::move(indices), std::move(values)});
  return SparseMatrix(detail::share_data({.rows = std::ssize(owner->offsets) - 1,
                                          .columns = columns,
                                          .entries = std::ssize(owner->values),
                                          .offsets = owner->offsets.data(),
                                          .indices = owner->indices.data(),
                                          .values = owner->values.data(),
                                          .owner = owner}));
}

SparseMatrix SparseMatrix::share(std::int64_t columns, std::span<const std::int64_t> offsets,
                                 std::span<const std::int32_t> indices, std::span<const float> values,
                                 std::shared_ptr<const void> owner, SourceLocation where) {
  check("SparseMatrix::share", columns, offsets, indices, values, where);
  return SparseMatrix(detail::share_data({.rows = std::ssize(offsets) - 1,
                                          .columns = columns,
                                          .entries = std::ssize(values),
                                          .offsets = offsets.data(),
                                          .indices = indices.data(),
                                          .values = values.data(),
                                          .owner = std::move(owner)}));
}

SparseMatrix SparseMatrix::from_dense(const Tensor& matrix, SourceLocation where) {
  if (!matrix.defined() || matrix.shape().rank() != 2) {
    detail::fail<ShapeError>(where, "SparseMatrix::from_dense", "{} must have two dimensions, [rows, columns]",
                             detail::describe(matrix));
  }
  detail::check_column_count("SparseMatrix::from_dense", matrix.shape()[1], where);
  const std::int64_t columns = matrix.shape()[1];
  Vectors made;
  made.offsets.push_back(0);
  const Tensor local = matrix.detach().to(Device::cpu);
  detail::dispatch(local.dtype(), [&]<class Scalar>() {
    const Scalar* row = detail::data<Scalar>(local);
    for (std::int64_t i = 0; i < matrix.shape()[0]; ++i, row += columns) {
      for (std::int64_t column = 0; column < columns; ++column) {
        if (row[column] != 0) {
          made.indices.push_back(static_cast<std::int32_t>(column));
          made.values.push_back(static_cast<float>(row[column]));
        }
      }
      made.offsets.push_back(std::ssize(made.values));
    }
  });
  return from(columns, std::move(made.offsets), std::move(made.indices), std::move(made.values), where)
      .to(matrix.device(), where);
}

std::span<const std::int64_t> SparseMatrix::offsets(SourceLocation where) const {
  detail::check_on_cpu(*data_, "SparseMatrix::offsets", where);
  return {data_->offsets, static_cast<std::size_t>(rows() + 1)};
}

std::span<const std::int32_t> SparseMatrix::indices(SourceLocation where) const {
  detail::check_on_cpu(*data_, "SparseMatrix::indices", where);
  return {data_->indices, static_cast<std::size_t>(entries())};
}

std::span<const float> SparseMatrix::values(SourceLocation where) const {
  detail::check_on_cpu(*data_, "SparseMatrix::values", where);
  return {data_->values, static_cast<std::size_t>(entries())};
}

Tensor SparseMatrix::to_dense(DType dtype, SourceLocation where) const {
  const Data local = device() == Device::cpu ? *data_ : detail::copied(*data_, Device::cpu);
  Tensor dense = Tensor::zeros(Shape{rows(), columns()}, {.dtype = dtype});
  detail::dispatch(dtype, [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(dense);
    for (std::int64_t row = 0; row < rows(); ++row, to += columns()) {
      for (std::int64_t entry = local.offsets[row]; entry < local.offsets[row + 1]; ++entry) {
        to[local.indices[entry]] = static_cast<Scalar>(local.values[entry]);
      }
    }
  });
  return dense.to(device(), where);
}

SparseMatrix SparseMatrix::to(Device device, SourceLocation where) const {
  if (device == this->device()) {
    return *this;
  }
  if (device == Device::cpu) {
    return SparseMatrix(detail::share_data(detail::copied(*data_, device)));
  }
  Data there = detail::copied(*data_, device);
  there.transposed = detail::share_data(detail::copied(*transposed(where).data_, device));
  return SparseMatrix(detail::share_data(std::move(there)));
}

}  // namespace ranktape
