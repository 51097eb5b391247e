#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/activation_formula.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/elementwise_kernels.hpp>
#include <ranktape/ops/layer_backward.hpp>
#include <ranktape/ops/layer_kernel.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/matrix_product.hpp>
#include <ranktape/ops/shape_operations.hpp>

#include <iterator>
#include <optional>
#include <utility>

namespace ranktape {
namespace {

// Y = f(X W + 1 b'); how the gradients come about is in layer_backward.cpp.
const Operation linear_operation("linear", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  return {{{sample({4, 3}), sample({3, 2}), sample({2})},
           [](std::span<const Tensor> x) { return linear(x[0], x[1], x[2]); }},
          {{sample({4, 3}), sample({3, 2})}, [](std::span<const Tensor> x) { return linear(x[0], x[1]); }}};
});

const Operation activated_operation("activated_linear", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  std::vector<OperationExample> examples;
  examples.reserve(detail::activations.size());
  for (const Activation activation : detail::activations) {
    examples.push_back({{sample({4, 3}), sample({3, 5}), sample({5})},
                        [activation](std::span<const Tensor> x) { return linear(x[0], x[1], x[2], activation); }});
  }
  return examples;
});

void check(const Operand& x, const Operand& weight, const Operand* bias) {
  detail::check_same_kind("linear", x, weight);
  if (x->shape().rank() == 1) {
    detail::fail<ShapeError>(x.where(), "linear",
                             "x {} has one dimension, and must have two; for one row of {} features use "
                             "reshape(x, {{1, {}}}), for {} rows of one feature reshape(x, {{{}, 1}})",
                             detail::describe(x), x->size(), x->size(), x->size(), x->size());
  }
  if (x->shape().rank() != 2) {
    detail::fail<ShapeError>(x.where(), "linear", "x {} must have two dimensions, [rows, features]; reshape it",
                             detail::describe(x));
  }
  if (weight->shape().rank() != 2 || weight->shape()[0] != x->shape()[1]) {
    detail::fail<ShapeError>(x.where(), "linear",
                             "the weight {} does not fit x {}; it must have two dimensions, [{}, outputs]",
                             detail::describe(weight), detail::describe(x), x->shape()[1]);
  }
  if (bias == nullptr) {
    return;
  }
  detail::check_same_kind("linear", x, *bias);
  if ((*bias)->shape() != Shape{weight->shape()[1]}) {
    detail::fail<ShapeError>(x.where(), "linear", "the bias {} does not fit the weight {}; its shape must be [{}]",
                             detail::describe(*bias), detail::describe(weight), weight->shape()[1]);
  }
}

using MaybeActivation = std::optional<Activation>;

void describe(RecordDetails& details, MaybeActivation activation) {
  if (activation) {
    details.options.push_back({"activation", std::string(to_string(*activation))});
    detail::with_formula(*activation,
                         [&]<class Formula>(const Formula&) { detail::describe_limits<Formula>(details); });
  }
}

// The same two on the accelerator, in steps.

Tensor forward_there(const Tensor& x, const Tensor& weight, const Tensor* bias, MaybeActivation activation,
                     Tensor& points) {
  const Shape shape = {x.shape()[0], weight.shape()[1]};
  Tensor z = bias == nullptr ? detail::make_tensor_like(x, shape) : expand(bias->detach(), shape);
  detail::multiply(x, false, weight, false, z, bias != nullptr);
  if (!activation) {
    return points = z;
  }
  Tensor y = detail::make_tensor_like(z);
  detail::with_formula(*activation, [&]<class Formula>(const Formula& formula) {
    detail::dispatch(y.dtype(), [&]<class Scalar>() {
      detail::launch(y.size(),
                     detail::kernels::Map<Scalar, Formula>{detail::data<Scalar>(z), detail::data<Scalar>(y), formula});
    });
    points = formulas::differentiates_at_output<Formula> ? y : z;
  });
  return y;
}

void backward_there(BackwardPass& pass, const Tensor& x, const Tensor& weight, bool has_bias,
                    MaybeActivation activation, const Tensor* points) {
  Tensor gradient = pass.take_gradient();
  if (activation) {
    detail::with_formula(*activation, [&]<class Formula>(const Formula& formula) {
      detail::dispatch(gradient.dtype(), [&]<class Scalar>() {
        detail::launch(gradient.size(), detail::kernels::Chain<Scalar, Formula>{
                                            detail::data<Scalar>(*points), detail::data<Scalar>(gradient), formula});
      });
    });
  }
  if (pass.needs(0)) {
    Tensor by_x = detail::make_tensor_like(x);
    detail::multiply(gradient, false, weight, true, by_x);
    pass.add(0, std::move(by_x));
  }
  if (pass.needs(1)) {
    Tensor by_weight = detail::make_tensor_like(weight);
    detail::multiply(x, true, gradient, false, by_weight);
    pass.add(1, std::move(by_weight));
  }
  if (has_bias && pass.needs(2)) {
    pass.add(2, detail::sum_to_shape(gradient, Shape{gradient.shape()[1]}));
  }
}

// f(X W + 1 b'). Returns Y, and in `points` where the derivative of f is to be taken, Z or Y itself.
Tensor forward(const Tensor& x, const Tensor& weight, const Tensor* bias, MaybeActivation activation, Tensor& points) {
  if (x.device() == Device::accelerator) {
    return forward_there(x, weight, bias, activation, points);
  }
  Tensor y = detail::make_tensor_like(x, Shape{x.shape()[0], weight.shape()[1]});
  points = activation && !detail::is_differentiated_at_output(*activation) ? detail::make_tensor_like(y) : y;
  detail::dispatch(x.dtype(), [&]<class Scalar>() {
    const std::int64_t columns = weight.shape()[1];
    const detail::MatrixView<Scalar> rows(x);
    const detail::RightFactor<Scalar> factor(detail::MatrixView<Scalar>(weight), rows.rows);
    const detail::Start<Scalar> start = {bias == nullptr ? nullptr : detail::data<Scalar>(*bias)};
    Scalar* z = detail::data<Scalar>(points);
    detail::multiply(rows, factor, start, z, [&](std::int64_t first, std::int64_t last) {
      if (activation) {
        detail::activate(*activation, z + first * columns, detail::data<Scalar>(y) + first * columns,
                         (last - first) * columns);
      }
    });
  });
  return y;
}

// Adds the gradients that are needed. `points` is null where no activation is.
void backward(BackwardPass& pass, const Tensor& x, const Tensor& weight, bool has_bias, MaybeActivation activation,
              const Tensor* points) {
  if (x.device() == Device::accelerator) {
    backward_there(pass, x, weight, has_bias, activation, points);
    return;
  }
  const Tensor& gradient = pass.gradient();
  const Tensor by_x = pass.needs(0) ? detail::make_tensor_like(x) : Tensor();
  const Tensor by_weight = pass.needs(1) ? detail::make_tensor_like(weight) : Tensor();
  const Tensor by_bias =
      has_bias && pass.needs(2) ? detail::make_tensor_like(weight, Shape{weight.shape()[1]}) : Tensor();
  detail::dispatch(x.dtype(), [&]<class Scalar>() {
    const auto elements = [](const Tensor& tensor) {
      return tensor.defined() ? detail::data<Scalar>(tensor) : nullptr;
    };
    detail::LayerBackward<Scalar>{.x = detail::MatrixView<Scalar>(x),
                                  .weight = detail::MatrixView<Scalar>(weight),
                                  .gradient = detail::MatrixView<Scalar>(gradient),
                                  .activation = activation,
                                  .points = points == nullptr ? nullptr : detail::data<Scalar>(*points),
                                  .by_x = elements(by_x),
                                  .by_weight = elements(by_weight),
                                  .by_bias = elements(by_bias)}
        .run();
  });
  const Tensor* const results[] = {&by_x, &by_weight, &by_bias};
  for (std::size_t input = 0; input < std::size(results); ++input) {
    if (results[input]->defined()) {
      pass.add(input, *results[input]);
    }
  }
}

Tensor apply(const Operand& x, const Operand& weight, const Operand* bias, MaybeActivation activation) {
  check(x, weight, bias);
  Tensor points;
  Tensor y = forward(x, weight, bias == nullptr ? nullptr : &bias->tensor(), activation, points);
  const Operation& operation = activation ? activated_operation : linear_operation;
  if (Recorder recorder =
          bias == nullptr ? Recorder{operation, {x, weight}} : Recorder{operation, {x, weight, *bias}}) {
    recorder.record(
        y,
        [activation, has_bias = bias != nullptr, saved_x = Saved(x), saved_weight = Saved(weight),
         saved_points = activation ? std::optional(Saved(points)) : std::nullopt](BackwardPass& pass) {
          backward(pass, saved_x.tensor(), saved_weight.tensor(), has_bias, activation,
                   saved_points ? &saved_points->tensor() : nullptr);
        },
        [activation](RecordDetails& details) { describe(details, activation); });
  }
  return y;
}

}  // namespace

Tensor linear(Operand x, Operand weight) { return apply(x, weight, nullptr, {}); }
Tensor linear(Operand x, Operand weight, Operand bias) { return apply(x, weight, &bias, {}); }
Tensor linear(Operand x, Operand weight, Operand bias, Activation activation) {
  return apply(x, weight, &bias, activation);
}

}  // namespace ranktape
