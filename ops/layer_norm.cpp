#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/layer_norm_kernels.hpp>
#include <ranktape/ops/layers.hpp>

#include <cmath>
#include <utility>

namespace ranktape {
namespace {

using detail::Array;

constexpr double nanoseconds = 2;  // an element

const Operation layer_norm_operation("layer_norm", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const auto function = [](std::span<const Tensor> x) { return layer_norm(x[0], x[1], x[2]); };
  return {{{sample({3, 5}), sample({5}), sample({5})}, function},
          {{sample({2, 2, 3}), sample({3}), sample({3})}, function},
          {{sample({4}), sample({4}), sample({4})}, function}};
});

std::int64_t rows_of(const Tensor& x, const Tensor& weight) {
  return weight.size() == 0 ? 0 : x.size() / weight.size();
}

void check(const Operand& x, const Operand& weight, const Operand& bias, const LayerNormOptions& options) {
  detail::check_same_kind("layer_norm", x, weight);
  detail::check_same_kind("layer_norm", x, bias);
  const Shape row = {x->shape().last()};
  if (x->shape().rank() == 0 || weight->shape() != row || bias->shape() != row) {
    detail::fail<ShapeError>(x.where(), "layer_norm",
                             "the weight {} and the bias {} must both have the shape of the last axis of x {}",
                             detail::describe(weight), detail::describe(bias), detail::describe(x));
  }
  if (!(options.epsilon > 0 && std::isfinite(options.epsilon))) {
    detail::fail<NumericError>(x.where(), "layer_norm", "epsilon {} is not a positive number; 1e-5 is usual",
                               options.epsilon);
  }
}

template <class Scalar>
Tensor forward(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon) {
  Tensor y = detail::make_tensor_like(x);
  const std::int64_t size = weight.size();
  detail::for_each_index(
      x.device(), rows_of(x, weight), nanoseconds * static_cast<double>(size),
      detail::kernels::LayerNorm<Scalar>{detail::data<Scalar>(x), detail::data<Scalar>(weight),
                                         detail::data<Scalar>(bias), detail::data<Scalar>(y), size, epsilon});
  return y;
}

template <class Scalar>
void backward(BackwardPass& pass, const Tensor& x, const Tensor& weight, double epsilon) {
  using Sums = detail::kernels::LayerNormSums<Scalar>;
  const Device device = x.device();
  const std::int64_t size = weight.size();
  const std::int64_t rows = rows_of(x, weight);
  const std::int64_t stretches = (rows + Sums::rows_per_stretch - 1) / Sums::rows_per_stretch;
  const Scalar* g = detail::data<Scalar>(pass.gradient());
  const Array<double> standardised(static_cast<std::size_t>(x.size()), device);
  const Array<double> weight_sums(static_cast<std::size_t>(stretches * size), device);
  const Array<double> bias_sums(weight_sums.size(), device);
  Tensor x_gradient = detail::make_tensor_like(x);
  detail::for_each_index(
      device, rows, nanoseconds * static_cast<double>(size),
      detail::kernels::LayerNormGradient<Scalar>{detail::data<Scalar>(x), detail::data<Scalar>(weight), g,
                                                 detail::data<Scalar>(x_gradient), standardised.data(), size, epsilon});
  detail::for_each_index(device, stretches * size, Sums::rows_per_stretch,
                         Sums{g, standardised.data(), weight_sums.data(), bias_sums.data(), size, rows});
  const auto total = [&](const Array<double>& parts) {
    Tensor gradient = detail::make_tensor_like(weight);
    detail::for_each_index(
        device, size, static_cast<double>(stretches),
        detail::kernels::SumParts<Scalar>{parts.data(), detail::data<Scalar>(gradient), size, stretches});
    return gradient;
  };
  pass.add(0, std::move(x_gradient));
  pass.add(1, total(weight_sums));
  pass.add(2, total(bias_sums));
}

}  // namespace

Tensor layer_norm(Operand x, Operand weight, Operand bias, const LayerNormOptions& options) {
  check(x, weight, bias, options);
  Tensor y;
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    y = forward<Scalar>(x, weight, bias, options.epsilon);
    if (Recorder recorder{layer_norm_operation, {x, weight, bias}}) {
      recorder.record(
          y,
          [saved_x = Saved(x), saved_weight = Saved(weight), epsilon = options.epsilon](BackwardPass& pass) {
            backward<Scalar>(pass, saved_x.tensor(), saved_weight.tensor(), epsilon);
          },
          [options](RecordDetails& details) {
            details.add_unless(LayerNormOptions{}.epsilon, "epsilon", options.epsilon);
          });
    }
  });
  return y;
}

}  // namespace ranktape
