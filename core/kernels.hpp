#pragma once

#include <ranktape/core/broadcast_strides.hpp>
#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <optional>

// Internal: the few computations that the engine itself needs, on whichever device the tensors are.
namespace ranktape::detail {

void fill(Tensor& target, double value);
/// Copies elements between tensors of as many elements, converting the type.
void copy_values(const Tensor& source, Tensor& target);
/// target += source, element by element, same shape and dtype.
void add_values(Tensor& target, const Tensor& source);
void scale_values(Tensor& target, double factor);
/// Sums `source` over the axes along which `shape` was broadcast to it.
Tensor sum_to_shape(const Tensor& source, const Shape& shape);
/// Sum of squares in double.
double squared_norm(const Tensor& tensor);
/// One element, wherever the tensor is.
double element(const Tensor& tensor, std::int64_t index);
/// The first element that is NaN or infinite.
std::optional<FirstNonFinite> first_non_finite(const Tensor& tensor);
/// Launches what writes it to memory of the accelerator, where the tensor is.
void locate_non_finite(const Tensor& tensor, FirstNonFinite* to);

/// The shape that `a` and `b` broadcast to by NumPy's rule (aligned at the last axis, extents equal or 1), if any.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// How `shape` is read as if it had the shape `target`.
BroadcastStrides broadcast_strides(const Shape& shape, const Shape& target);

}  // namespace ranktape::detail
