#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>

// The same elements in another arrangement. ShapeError where an axis, a length or an index does not fit; a negative
// axis counts from the end. Nothing is saved for the gradient but shapes and indices.
namespace ranktape {

/// The same elements, which it shares with x, in another shape of as many.
Tensor reshape(Operand x, const Shape& shape);
/// x repeated along new first axes and along axes of extent 1: what it broadcasts to by NumPy's rule.
Tensor expand(Operand x, const Shape& shape);
/// A matrix with rows and columns exchanged.
Tensor transpose(Operand x);

/// The elements begin, ..., end - 1 along an axis. The gradient is as large as x: to cut x into many pieces costs
/// their number times the size of x.
Tensor slice(Operand x, int axis, std::int64_t begin, std::int64_t end);
/// One after the other along an axis; all other extents, the dtype (DTypeError) and the device must agree.
Tensor concatenate(std::span<const Tensor> tensors, int axis, SourceLocation where = SourceLocation::current());
Tensor concatenate(std::initializer_list<Tensor> tensors, int axis, SourceLocation where = SourceLocation::current());
/// The elements at `rows` along the first axis, which may come in any order and repeatedly. The gradients of a row
/// taken several times are added in that order, in double.
Tensor gather_rows(Operand x, std::span<const std::int64_t> rows);

}  // namespace ranktape
