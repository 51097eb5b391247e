#pragma once

#include <ranktape/core/source_location.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ranktape {

/// Rows `first` to `last` - 1 of a matrix.
struct RowRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// A matrix of float32 of which only some entries are stored, row by row (CSR); the others are 0. For features of which
/// most are missing: a constant, never differentiated. An immutable value and a cheap handle: copies share the entries.
class SparseMatrix {
 public:
  /// No row, no column.
  SparseMatrix();

  /// Row i has the values of entries offsets[i] to offsets[i + 1] - 1, in the columns that `indices` names, rising
  /// inside the row. Takes the vectors without a copy. Throws ShapeError for anything else; O(entries).
  static SparseMatrix from(std::int64_t columns, std::vector<std::int64_t> offsets, std::vector<std::int32_t> indices,
                           std::vector<float> values, SourceLocation where = SourceLocation::current());
  /// The same over memory of another's (a mapped file), which `owner` keeps alive and nobody writes.
  static SparseMatrix share(std::int64_t columns, std::span<const std::int64_t> offsets,
                            std::span<const std::int32_t> indices, std::span<const float> values,
                            std::shared_ptr<const void> owner, SourceLocation where = SourceLocation::current());
  /// The entries of a matrix, of either dtype, that are not 0. Throws ShapeError unless it has two dimensions.
  static SparseMatrix from_dense(const Tensor& matrix, SourceLocation where = SourceLocation::current());

  [[nodiscard]] std::int64_t rows() const { return data_->rows; }
  [[nodiscard]] std::int64_t columns() const { return data_->columns; }
  /// How many are stored; zeros may be among them.
  [[nodiscard]] std::int64_t entries() const { return data_->entries; }
  [[nodiscard]] Device device() const { return data_->device; }

  /// rows() + 1 numbers. These three throw DeviceError off the CPU.
  [[nodiscard]] std::span<const std::int64_t> offsets(SourceLocation where = SourceLocation::current()) const;
  /// The column of each entry.
  [[nodiscard]] std::span<const std::int32_t> indices(SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] std::span<const float> values(SourceLocation where = SourceLocation::current()) const;

  /// These rows, in the order given, repeated where they come again: a copy. Throws ShapeError for rows that are not
  /// there, DeviceError off the CPU.
  [[nodiscard]] SparseMatrix select(std::span<const RowRange> ranges,
                                    SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] SparseMatrix select(std::span<const std::int64_t> rows,
                                    SourceLocation where = SourceLocation::current()) const;
  /// Rows and columns exchanged: a copy. Throws ShapeError for 2^31 rows or more.
  [[nodiscard]] SparseMatrix transposed(SourceLocation where = SourceLocation::current()) const;
  /// The same matrix with other columns: those from `columns` on are left out, new ones are empty.
  [[nodiscard]] SparseMatrix with_columns(std::int64_t columns, SourceLocation where = SourceLocation::current()) const;
  /// A matrix with all entries, [rows, columns], on the same device.
  [[nodiscard]] Tensor to_dense(DType dtype = DType::float32, SourceLocation where = SourceLocation::current()) const;
  /// On another device, with what gradients need there (its transpose: twice the memory); itself where nothing changes.
  [[nodiscard]] SparseMatrix to(Device device, SourceLocation where = SourceLocation::current()) const;

  /// Internal: what kernels read, in memory of the device.
  struct Data {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t entries = 0;
    Device device = Device::cpu;
    const std::int64_t* offsets = nullptr;
    const std::int32_t* indices = nullptr;
    const float* values = nullptr;
    std::shared_ptr<const void> owner = {};
    std::shared_ptr<const Data> transposed = {};  ///< on the accelerator, where nothing could make it
  };
  [[nodiscard]] const Data& data() const { return *data_; }

 private:
  explicit SparseMatrix(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

  std::shared_ptr<const Data> data_;
};

}  // namespace ranktape
