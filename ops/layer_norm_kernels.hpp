#pragma once

#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/list_view.hpp>

#include <cmath>
#include <cstdint>

// Internal: the arithmetic of layer_norm, for either device.
//
// z = (x - mean) / s with s = sqrt(variance + epsilon), y = z w + b.
// With g the gradient of y and h = g w: x's is (h - mean(h) - z mean(h z)) / s, w's the sum of g z and b's that of g
// over all rows.
namespace ranktape::detail {

/// One row, standardised.
template <class Scalar>
struct StandardisedRow {
  constexpr StandardisedRow(const Scalar* values, std::int64_t size, double epsilon) : x(values) {
    const Moments m = moments(ListView<const Scalar>{values, size, 1});
    mean = m.mean;
    inverse = 1 / std::sqrt(m.variance + epsilon);
  }
  constexpr double operator[](std::size_t i) const { return (static_cast<double>(x[i]) - mean) * inverse; }

  const Scalar* x;
  double mean = 0;
  double inverse = 0;
};

namespace kernels {

/// Of one row.
template <class Scalar>
struct LayerNorm {
  const Scalar* x;
  const Scalar* weight;
  const Scalar* bias;
  Scalar* y;
  std::int64_t size;
  double epsilon;
  constexpr void operator()(std::int64_t row) const {
    const StandardisedRow<Scalar> z(x + row * size, size, epsilon);
    Scalar* to = y + row * size;
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
      to[i] = static_cast<Scalar>(z[i] * static_cast<double>(weight[i]) + static_cast<double>(bias[i]));
    }
  }
};

/// The gradient of one row of x; z is kept for the sums below.
template <class Scalar>
struct LayerNormGradient {
  const Scalar* x;
  const Scalar* weight;
  const Scalar* gradient;
  Scalar* to;
  double* standardised;
  std::int64_t size;
  double epsilon;
  constexpr void operator()(std::int64_t row) const {
    const auto count = static_cast<std::size_t>(size);
    const StandardisedRow<Scalar> own(x + row * size, size, epsilon);
    const Scalar* g = gradient + row * size;
    double* z = standardised + row * size;
    for (std::size_t i = 0; i < count; ++i) {
      z[i] = own[i];
    }
    const auto h = [&](std::size_t i) { return static_cast<double>(g[i]) * static_cast<double>(weight[i]); };
    const double mean = sum_of(count, h) / static_cast<double>(size);
    const double slope = sum_of(count, [&](std::size_t i) { return h(i) * z[i]; }) / static_cast<double>(size);
    for (std::size_t i = 0; i < count; ++i) {
      to[row * size + static_cast<std::int64_t>(i)] = static_cast<Scalar>((h(i) - mean - z[i] * slope) * own.inverse);
    }
  }
};

/// What the gradients of weight and bias are made of, over a stretch of rows: call i is column i % size of stretch
/// i / size.
template <class Scalar>
struct LayerNormSums {
  static constexpr std::int64_t rows_per_stretch = 64;
  const Scalar* gradient;
  const double* standardised;
  double* weight_sums;
  double* bias_sums;
  std::int64_t size;
  std::int64_t rows;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t first = i / size * rows_per_stretch;
    const std::int64_t last = first + rows_per_stretch < rows ? first + rows_per_stretch : rows;
    double weight = 0;
    double bias = 0;
    for (std::int64_t place = first * size + i % size; place < last * size; place += size) {
      const auto g = static_cast<double>(gradient[place]);
      weight += g * standardised[place];
      bias += g;
    }
    weight_sums[i] = weight;
    bias_sums[i] = bias;
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
