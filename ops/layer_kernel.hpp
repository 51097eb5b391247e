#pragma once

#include <ranktape/ops/activation.hpp>

#include <cstdint>

// Internal: the elementwise loops of a layer, for the instruction set found at run time. Each does the same arithmetic
// for every instruction set, so the bits are the same.
namespace ranktape::detail {

/// Whether `multiply_by_derivative` wants the activation's output, and not its input.
bool is_differentiated_at_output(Activation activation);

/// to[i] = activation(from[i]); `to` may be `from`, but not overlap it otherwise.
void activate(Activation activation, const float* from, float* to, std::int64_t count);
void activate(Activation activation, const double* from, double* to, std::int64_t count);

/// to[i] = gradient[i] * the derivative where the activation's output (or input) is points[i]. No overlaps.
void multiply_by_derivative(Activation activation, const float* points, const float* gradient, float* to,
                            std::int64_t count);
void multiply_by_derivative(Activation activation, const double* points, const double* gradient, double* to,
                            std::int64_t count);

/// sums[j] += the elements of column j, in the order of the rows.
void add_column_sums(const float* matrix, std::int64_t rows, std::int64_t columns, double* sums);
void add_column_sums(const double* matrix, std::int64_t rows, std::int64_t columns, double* sums);

}  // namespace ranktape::detail
