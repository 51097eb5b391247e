#pragma once

#include <cstdint>

// Internal: matrix products on the accelerator.
namespace ranktape::detail {

/// A matrix row by row without gaps, or the transpose of one: element (i, j) at data[i * row_step + j * column_step].
template <class Scalar>
struct DeviceFactor {
  const Scalar* data;
  std::int64_t row_step;
  std::int64_t column_step;
};

/// out = A B, or out += A B.
template <class Scalar>
struct DeviceProduct {
  DeviceFactor<Scalar> a;
  DeviceFactor<Scalar> b;
  Scalar* out;
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t columns;
  bool accumulate;
};

/// By cuBLAS on CUDA, by a kernel elsewhere. Throws DeviceError in a build without an accelerator.
void multiply_on_accelerator(const DeviceProduct<float>& product);
void multiply_on_accelerator(const DeviceProduct<double>& product);

}  // namespace ranktape::detail
