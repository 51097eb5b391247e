#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/elementwise_pair_formulas.hpp>
#include <ranktape/ops/shape_kernels.hpp>
#include <ranktape/ops/shape_operations.hpp>

#include <algorithm>

namespace ranktape {
namespace {

const Operation reshape_operation("reshape", [](Random& random) -> std::vector<OperationExample> {
  return {{{Tensor::randn(Shape{2, 6}, random, {.dtype = DType::float64})}, [](std::span<const Tensor> x) {
             return reshape(x[0], {3, 4});
           }}};
});

// The gradient has the shape that x was broadcast to: the engine sums it back.
const Operation expand_operation("expand", [](Random& random) -> std::vector<OperationExample> {
  return {{{Tensor::randn(Shape{3, 1}, random, {.dtype = DType::float64})}, [](std::span<const Tensor> x) {
             return expand(x[0], {2, 3, 4});
           }}};
});

const Operation transpose_operation("transpose", [](Random& random) -> std::vector<OperationExample> {
  return {{{Tensor::randn(Shape{3, 20}, random, {.dtype = DType::float64})},
           [](std::span<const Tensor> x) { return transpose(x[0]); }}};
});

// In squares, so that both sides stay in cache.
Tensor transposed(const Tensor& matrix) {
  constexpr std::int64_t square = 16;
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  Tensor result = detail::make_tensor_like(matrix, Shape{columns, rows});
  detail::dispatch(matrix.dtype(), [&]<class Scalar>() {
    const Scalar* from = detail::data<Scalar>(matrix);
    Scalar* to = detail::data<Scalar>(result);
    if (matrix.device() == Device::accelerator) {
      detail::launch(result.size(), detail::kernels::Transpose<Scalar>{from, to, rows, columns});
      return;
    }
    for (std::int64_t top = 0; top < rows; top += square) {
      for (std::int64_t left = 0; left < columns; left += square) {
        for (std::int64_t j = left; j < std::min(left + square, columns); ++j) {
          for (std::int64_t i = top; i < std::min(top + square, rows); ++i) {
            to[j * rows + i] = from[i * columns + j];
          }
        }
      }
    }
  });
  return result;
}

}  // namespace

Tensor reshape(Operand x, const Shape& shape) {
  if (shape.size() != x->size()) {
    detail::fail<ShapeError>(x.where(), "reshape", "{} has {} elements, and shape {} has {}; the number must stay",
                             detail::describe(x), x->size(), to_string(shape), shape.size());
  }
  Tensor y = detail::share_elements(x, shape);
  if (Recorder recorder{reshape_operation, {x}}) {
    recorder.record(y, [original = x->shape()](BackwardPass& pass) {
      pass.add(0, detail::share_elements(pass.gradient(), original));
    });
  }
  return y;
}

Tensor expand(Operand x, const Shape& shape) {
  if (detail::broadcast_shape(x->shape(), shape) != shape) {
    detail::fail<ShapeError>(x.where(), "expand",
                             "{} does not broadcast to {}: aligned at the last axis, extents must be equal, or 1 in "
                             "the tensor",
                             detail::describe(x), to_string(shape));
  }
  Tensor y = detail::make_tensor_like(x, shape);
  detail::map_pairs(x, x, y, formulas::First{});
  if (Recorder recorder{expand_operation, {x}}) {
    recorder.record(y, [](BackwardPass& pass) { pass.add(0, pass.gradient()); });
  }
  return y;
}

Tensor transpose(Operand x) {
  if (x->shape().rank() != 2) {
    detail::fail<ShapeError>(x.where(), "transpose", "{} is not a matrix; reshape it to two dimensions",
                             detail::describe(x));
  }
  Tensor y = transposed(x);
  if (Recorder recorder{transpose_operation, {x}}) {
    recorder.record(y, [](BackwardPass& pass) { pass.add(0, transposed(pass.gradient())); });
  }
  return y;
}

}  // namespace ranktape
