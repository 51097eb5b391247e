#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/activation.hpp>

// Linear algebra. Operands must be of one dtype and device (DTypeError, DeviceError) and their shapes must fit
// (ShapeError); nothing broadcasts. What is saved for the gradient is the operands themselves, never a copy.
namespace ranktape {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// The product of two matrices: [m, k] with [k, n] gives [m, n]; with `transpose_a`, a is [k, m], and so b.
Tensor matmul(Operand a, Operand b, const MatmulOptions& options = {});

/// x W, or x W + b: x is [n, in], the weight [in, out] and the bias [out]; the result is [n, out].
Tensor linear(Operand x, Operand weight);
Tensor linear(Operand x, Operand weight, Operand bias);
/// activation(x W + b) in one pass over the memory each way; equal to apply(activation, linear(x, W, b)) bit for bit.
/// Of the activations whose derivative is known at the output (relu, tanh, sigmoid) only the output is kept.
Tensor linear(Operand x, Operand weight, Operand bias, Activation activation);

/// The sum of the products of corresponding elements, of two tensors of one shape; accumulated in double.
Tensor dot(Operand a, Operand b);

}  // namespace ranktape
