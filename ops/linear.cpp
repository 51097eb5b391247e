#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/matrix_product.hpp>

#include <algorithm>

namespace ranktape {
namespace {

// Y = X W + 1 b'. With G the gradient of Y: X's is G W', W's is X' G, and b's is the column sums of G.
const Operation linear_operation("linear", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  return {{{sample({4, 3}), sample({3, 2}), sample({2})},
           [](std::span<const Tensor> x) { return linear(x[0], x[1], x[2]); }},
          {{sample({4, 3}), sample({3, 2})}, [](std::span<const Tensor> x) { return linear(x[0], x[1]); }}};
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

void copy_to_rows(const Tensor& row, Tensor& matrix) {
  detail::dispatch(row.dtype(), [&]<class Scalar>() {
    for (std::int64_t i = 0; i < matrix.shape()[0]; ++i) {
      std::copy_n(detail::data<Scalar>(row), row.size(), detail::data<Scalar>(matrix) + i * row.size());
    }
  });
}

Tensor apply(const Operand& x, const Operand& weight, const Operand* bias) {
  check(x, weight, bias);
  Tensor y = detail::make_tensor_like(x, Shape{x->shape()[0], weight->shape()[1]});
  if (bias != nullptr) {
    copy_to_rows(*bias, y);
  }
  detail::multiply(x, false, weight, false, y, bias != nullptr);
  if (Recorder recorder =
          bias == nullptr ? Recorder{linear_operation, {x, weight}} : Recorder{linear_operation, {x, weight, *bias}}) {
    recorder.record(y,
                    [has_bias = bias != nullptr, saved_x = Saved(x), saved_weight = Saved(weight)](BackwardPass& pass) {
                      const Tensor& g = pass.gradient();
                      if (pass.needs(0)) {
                        Tensor gradient = detail::make_tensor_like(saved_x.tensor());
                        detail::multiply(g, false, saved_weight.tensor(), true, gradient);
                        pass.add(0, std::move(gradient));
                      }
                      if (pass.needs(1)) {
                        Tensor gradient = detail::make_tensor_like(saved_weight.tensor());
                        detail::multiply(saved_x.tensor(), true, g, false, gradient);
                        pass.add(1, std::move(gradient));
                      }
                      if (has_bias && pass.needs(2)) {
                        Tensor gradient = detail::make_tensor_like(g, Shape{g.shape()[1]});
                        detail::sum_columns(g, gradient);
                        pass.add(2, std::move(gradient));
                      }
                    });
  }
  return y;
}

}  // namespace

Tensor linear(Operand x, Operand weight) { return apply(x, weight, nullptr); }
Tensor linear(Operand x, Operand weight, Operand bias) { return apply(x, weight, &bias); }

}  // namespace ranktape
