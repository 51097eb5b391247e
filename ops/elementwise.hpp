#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor.hpp>

// Elementwise operations. Two tensors must be of one dtype and device (DTypeError, DeviceError) and broadcast by
// NumPy's rule (ShapeError): aligned at the last axis, extents equal or 1. A number takes the tensor's dtype.
// Cost: one pass forward and one back; what is saved is the input or the output itself, never a copy.
namespace ranktape {

Tensor operator+(Operand a, Operand b);
Tensor operator+(Operand a, double b);
Tensor operator+(double a, Operand b);
Tensor operator-(Operand a, Operand b);
Tensor operator-(Operand a, double b);
Tensor operator-(double a, Operand b);
Tensor operator*(Operand a, Operand b);
Tensor operator*(Operand a, double b);
Tensor operator*(double a, Operand b);
Tensor operator/(Operand a, Operand b);
Tensor operator/(Operand a, double b);
Tensor operator/(double a, Operand b);
Tensor operator-(Operand x);

/// base^exponent. NaN for a negative base with an exponent that is no integer.
Tensor power(Operand base, Operand exponent);
Tensor power(Operand base, double exponent);
/// The larger of both; where they are equal each gets half of the gradient.
Tensor maximum(Operand a, Operand b);
Tensor maximum(Operand a, double b);
Tensor minimum(Operand a, Operand b);
Tensor minimum(Operand a, double b);

Tensor negate(Operand x);
Tensor abs(Operand x);  ///< derivative 0 at 0
Tensor exp(Operand x);
Tensor log(Operand x);
Tensor log1p(Operand x);  ///< log(1 + x), exact for small x
Tensor expm1(Operand x);  ///< e^x - 1, exact for small x
Tensor sqrt(Operand x);
Tensor square(Operand x);
Tensor reciprocal(Operand x);
Tensor tanh(Operand x);
Tensor sigmoid(Operand x);  ///< 1 / (1 + e^-x)
Tensor relu(Operand x);     ///< max(x, 0); derivative 0 at 0
Tensor leaky_relu(Operand x, double negative_slope = 0.01);
Tensor elu(Operand x, double alpha = 1);  ///< x if x > 0, else alpha (e^x - 1)
Tensor gelu(Operand x);                   ///< x Phi(x), Phi the normal distribution function (no approximation)
Tensor silu(Operand x);                   ///< x sigmoid(x)
Tensor softplus(Operand x);               ///< log(1 + e^x), no overflow
/// x, but at least `low` and at most `high`; derivative 1 from low to high, both included. NumericError unless low <=
/// high.
Tensor clamp(Operand x, double low, double high);

/// a where `condition` is not zero, else b; all three broadcast. No gradient flows to the condition.
Tensor where(Operand condition, Operand a, Operand b);

/// Comparisons: 1 where they hold, else 0, in the dtype of the operands. Constants: no gradient flows through.
Tensor equal(Operand a, Operand b);
Tensor not_equal(Operand a, Operand b);
Tensor less(Operand a, Operand b);
Tensor less_equal(Operand a, Operand b);
Tensor greater(Operand a, Operand b);
Tensor greater_equal(Operand a, Operand b);
Tensor equal(Operand a, double b);
Tensor not_equal(Operand a, double b);
Tensor less(Operand a, double b);
Tensor less_equal(Operand a, double b);
Tensor greater(Operand a, double b);
Tensor greater_equal(Operand a, double b);

}  // namespace ranktape
