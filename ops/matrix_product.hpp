#pragma once

#include <ranktape/core/tensor.hpp>

// Internal: the one place where matrices are multiplied.
namespace ranktape::detail {

/// out = A B, or out += A B, of matrices of one dtype and fitting shapes; A is `a`, or its transpose, and so B.
void multiply(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b, Tensor& out,
              bool accumulate = false);

/// sums[column] = the sum of that column of a matrix, in double.
void sum_columns(const Tensor& matrix, Tensor& sums);

}  // namespace ranktape::detail
