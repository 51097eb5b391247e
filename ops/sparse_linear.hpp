#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/activation.hpp>

namespace ranktape {

/// x W, x W + b, or activation(x W + b), for sparse x [n, in], a weight [in, out] and a bias [out] of either dtype on
/// x's device; the result is [n, out]. Costs entries * out; the gradient of W as much and, for x on the CPU, x
/// transposed. Throws ShapeError where shapes do not fit, DTypeError and DeviceError as `linear` of dense x.
Tensor linear(const SparseMatrix& x, Operand weight);
Tensor linear(const SparseMatrix& x, Operand weight, Operand bias);
Tensor linear(const SparseMatrix& x, Operand weight, Operand bias, Activation activation);

}  // namespace ranktape
