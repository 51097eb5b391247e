#pragma once

#include <cstdint>

// Internal: shape operations as kernels for the accelerator.
namespace ranktape::detail::kernels {

/// One element of the transpose of a matrix of rows x columns.
template <class Scalar>
struct Transpose {
  const Scalar* from;
  Scalar* to;
  std::int64_t rows;
  std::int64_t columns;
  constexpr void operator()(std::int64_t i) const { to[i] = from[i % rows * columns + i / rows]; }
};

/// One element of `width` elements from each block; blocks lie `from_step` and `to_step` apart.
template <class Scalar>
struct CopyStretch {
  const Scalar* from;
  Scalar* to;
  std::int64_t width;
  std::int64_t from_step;
  std::int64_t to_step;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t block = i / width;
    to[block * to_step + i % width] = from[block * from_step + i % width];
  }
};

/// One element of chosen rows of a matrix.
template <class Scalar>
struct GatherRows {
  const Scalar* from;
  Scalar* to;
  const std::int64_t* rows;
  std::int64_t width;
  constexpr void operator()(std::int64_t i) const { to[i] = from[rows[i / width] * width + i % width]; }
};

/// One element of a row's sum over the gradients of everything gathered from it, in the order it was gathered:
/// `sources` lists the places of row r from first[r] to first[r + 1].
template <class Scalar>
struct ScatterRows {
  const Scalar* gradient;
  Scalar* to;
  const std::int64_t* first;
  const std::int64_t* sources;
  std::int64_t width;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t row = i / width;
    double sum = 0;
    for (std::int64_t s = first[row]; s < first[row + 1]; ++s) {
      sum += static_cast<double>(gradient[sources[s] * width + i % width]);
    }
    to[i] = static_cast<Scalar>(sum);
  }
};

}  // namespace ranktape::detail::kernels
