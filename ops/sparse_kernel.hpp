#pragma once

#include <cstdint>

// Internal: a sparse matrix times a dense one.
namespace ranktape::detail {

/// Row i of out = start + the sum over the entries of row i of A of their value times the row of B that they name. Each
/// element is one chain of multiply-adds in the order of the entries, whatever the thread.
template <class Scalar>
struct SparseProduct {
  const std::int64_t* offsets = nullptr;
  const std::int32_t* indices = nullptr;
  const float* values = nullptr;
  const Scalar* b = nullptr;  ///< [columns of A, columns]
  std::int64_t columns = 0;
  const Scalar* start = nullptr;  ///< one row for all, or null: zeros
  Scalar* out = nullptr;

  /// One element, summed in double: the kernel for the accelerator.
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t row = i / columns;
    const std::int64_t column = i % columns;
    double sum = start == nullptr ? 0.0 : static_cast<double>(start[column]);
    for (std::int64_t entry = offsets[row]; entry < offsets[row + 1]; ++entry) {
      sum += static_cast<double>(values[entry]) * static_cast<double>(b[indices[entry] * columns + column]);
    }
    out[i] = static_cast<Scalar>(sum);
  }
};

/// Rows `first` to `last` - 1 on the CPU, for the instruction set found at run time.
void multiply_sparse_rows(const SparseProduct<float>& product, std::int64_t first, std::int64_t last);
void multiply_sparse_rows(const SparseProduct<double>& product, std::int64_t first, std::int64_t last);

}  // namespace ranktape::detail
