#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/sparse_matrix.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

// Internal: how sparse matrices are made.
namespace ranktape::detail {

inline constexpr std::int64_t most_sparse_columns = std::numeric_limits<std::int32_t>::max();

/// A matrix in the pool or on the accelerator, to be filled: a batch of rows allocates nothing on the heap.
struct SparseArrays {
  SparseArrays(std::int64_t rows, std::int64_t entries, Device device)
      : offsets(static_cast<std::size_t>(rows + 1), device),
        indices(static_cast<std::size_t>(entries), device),
        values(static_cast<std::size_t>(entries), device) {}

  [[nodiscard]] SparseMatrix::Data data(std::int64_t columns) const {
    return {.rows = static_cast<std::int64_t>(offsets.size()) - 1,
            .columns = columns,
            .entries = static_cast<std::int64_t>(values.size()),
            .device = offsets.device(),
            .offsets = offsets.data(),
            .indices = indices.data(),
            .values = values.data(),
            .owner = std::allocate_shared<const SparseArrays>(PoolAllocator<SparseArrays>(), *this)};
  }

  Array<std::int64_t> offsets;
  Array<std::int32_t> indices;
  Array<float> values;
};

inline std::shared_ptr<const SparseMatrix::Data> share_data(SparseMatrix::Data data) {
  return std::allocate_shared<const SparseMatrix::Data>(PoolAllocator<SparseMatrix::Data>(), std::move(data));
}

inline void check_column_count(const char* operation, std::int64_t columns, SourceLocation where) {
  if (columns < 0 || columns > most_sparse_columns) {
    fail<ShapeError>(where, operation, "{} columns; there may be 0 to {}", columns, most_sparse_columns);
  }
}

inline void check_on_cpu(const SparseMatrix::Data& data, const char* operation, SourceLocation where) {
  if (data.device != Device::cpu) {
    fail<DeviceError>(where, operation, "the matrix is on the accelerator; use to(Device::cpu)");
  }
}

inline SparseMatrix::Data copied(const SparseMatrix::Data& from, Device device) {
  const SparseArrays to(from.rows, from.entries, device);
  const auto copy = [&](const auto& array, const auto* source) {
    copy_bytes(array.data(), device, source, from.device, array.size() * sizeof(*source));
  };
  copy(to.offsets, from.offsets);
  copy(to.indices, from.indices);
  copy(to.values, from.values);
  return to.data(from.columns);
}

}  // namespace ranktape::detail
