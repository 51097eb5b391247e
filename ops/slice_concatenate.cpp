#include <ranktape/core/backend.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/list_layout.hpp>
#include <ranktape/ops/shape_kernels.hpp>
#include <ranktape/ops/shape_operations.hpp>

#include <algorithm>
#include <vector>

namespace ranktape {
namespace {

// Both copy stretches of an axis, and so do their gradients, the other way.

const Operation slice_operation("slice", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&] { return Tensor::randn(Shape{2, 4, 3}, random, {.dtype = DType::float64}); };
  return {{{sample()}, [](std::span<const Tensor> x) { return slice(x[0], 1, 1, 3); }},
          {{sample()}, [](std::span<const Tensor> x) { return slice(x[0], -1, 0, 2); }},
          {{sample()}, [](std::span<const Tensor> x) { return slice(x[0], 0, 1, 2); }}};
});

const Operation concatenate_operation("concatenate", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  return {
      {{sample({2, 3}), sample({1, 3}), sample({0, 3})}, [](std::span<const Tensor> x) { return concatenate(x, 0); }},
      {{sample({2, 3}), sample({2, 1})}, [](std::span<const Tensor> x) { return concatenate(x, -1); }}};
});

// A place along an axis.
struct Place {
  const Tensor& tensor;
  std::int64_t begin;
};

// Copies `count` elements along the axis; all other extents are the same.
void copy_stretch(Place from, Place to, int axis, std::int64_t count) {
  const auto extents = from.tensor.shape().extents();
  std::int64_t blocks = 1;
  std::int64_t inner = 1;
  for (int i = 0; i < from.tensor.shape().rank(); ++i) {
    if (i != axis) {
      (i < axis ? blocks : inner) *= extents[static_cast<std::size_t>(i)];
    }
  }
  detail::dispatch(from.tensor.dtype(), [&]<class Scalar>() {
    if (from.tensor.device() == Device::accelerator) {
      detail::launch(blocks * count * inner, detail::kernels::CopyStretch<Scalar>{
                                                 detail::data<Scalar>(from.tensor) + from.begin * inner,
                                                 detail::data<Scalar>(to.tensor) + to.begin * inner, count * inner,
                                                 from.tensor.shape()[axis] * inner, to.tensor.shape()[axis] * inner});
      return;
    }
    for (std::int64_t block = 0; block < blocks; ++block) {
      const auto at = [&](const Place& place) {
        return detail::data<Scalar>(place.tensor) + (block * place.tensor.shape()[axis] + place.begin) * inner;
      };
      std::copy_n(at(from), count * inner, at(to));
    }
  });
}

// The extent of the result along the axis.
std::int64_t check(std::span<const Tensor> tensors, int axis, SourceLocation where) {
  const Tensor& first = tensors.front();
  std::int64_t total = 0;
  for (const Tensor& tensor : tensors) {
    detail::check_same_kind("concatenate", {first, where}, {tensor, where});
    const Shape& shape = tensor.shape();
    if (shape.rank() != first.shape().rank() || shape.with(axis, 0) != first.shape().with(axis, 0)) {
      detail::fail<ShapeError>(where, "concatenate",
                               "{} and {} do not fit along axis {}; all their other extents must agree",
                               detail::describe(first), detail::describe(tensor), axis);
    }
    total += shape[axis];
  }
  return total;
}

}  // namespace

Tensor slice(Operand x, int axis, std::int64_t begin, std::int64_t end) {
  axis = detail::check_axis("slice", x, axis);
  const std::int64_t extent = x->shape()[axis];
  if (begin < 0 || end < begin || end > extent) {
    detail::fail<ShapeError>(x.where(), "slice",
                             "{} to {} is not a stretch of axis {} of {}; need 0 <= begin <= end <= {}", begin, end,
                             axis, detail::describe(x), extent);
  }
  Tensor y = detail::make_tensor_like(x, x->shape().with(axis, end - begin));
  copy_stretch({x, begin}, {y, 0}, axis, end - begin);
  if (Recorder recorder{slice_operation, {x}}) {
    recorder.record(
        y,
        [=, shape = x->shape()](BackwardPass& pass) {
          const Tensor& g = pass.gradient();
          const Tensor gradient = Tensor::zeros(shape, {.dtype = g.dtype(), .device = g.device()});
          copy_stretch({g, 0}, {gradient, begin}, axis, end - begin);
          pass.add(0, gradient);
        },
        [=](RecordDetails& details) {
          details.add("axis", axis);
          details.add("begin", begin);
          details.add("end", end);
        });
  }
  return y;
}

Tensor concatenate(std::span<const Tensor> tensors, int axis, SourceLocation where) {
  if (tensors.empty()) {
    detail::fail<ShapeError>(where, "concatenate", "no tensors given; it needs at least one");
  }
  const Operand first(tensors.front(), where);
  axis = detail::check_axis("concatenate", first, axis);
  Tensor y = detail::make_tensor_like(first, first->shape().with(axis, check(tensors, axis, where)));
  std::vector<const Tensor*, detail::PoolAllocator<const Tensor*>> inputs;
  std::vector<Shape, detail::PoolAllocator<Shape>> shapes;
  std::int64_t begin = 0;
  for (const Tensor& tensor : tensors) {
    copy_stretch({tensor, 0}, {y, begin}, axis, tensor.shape()[axis]);
    begin += tensor.shape()[axis];
    inputs.push_back(&tensor);
    shapes.push_back(tensor.shape());
  }
  if (Recorder recorder{concatenate_operation, where, inputs}) {
    recorder.record(
        y,
        [axis, shapes = std::move(shapes)](BackwardPass& pass) {
          std::int64_t place = 0;
          for (std::size_t i = 0; i < shapes.size(); ++i) {
            const std::int64_t count = shapes[i][axis];
            if (pass.needs(i)) {
              const Tensor gradient = detail::make_tensor_like(pass.gradient(), shapes[i]);
              copy_stretch({pass.gradient(), place}, {gradient, 0}, axis, count);
              pass.add(i, gradient);
            }
            place += count;
          }
        },
        [axis](RecordDetails& details) { details.add("axis", axis); });
  }
  return y;
}

Tensor concatenate(std::initializer_list<Tensor> tensors, int axis, SourceLocation where) {
  return concatenate(std::span(tensors.begin(), tensors.size()), axis, where);
}

}  // namespace ranktape
