#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/layers.hpp>
#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ranktape {
namespace {

// z = (x - mean) / s with s = sqrt(variance + epsilon), y = z w + b.
// With g the gradient of y and h = g w: x's is (h - mean(h) - z mean(h z)) / s, w's the sum of g z and b's that of g
// over all lists.
const Operation layer_norm_operation("layer_norm", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const auto function = [](std::span<const Tensor> x) { return layer_norm(x[0], x[1], x[2]); };
  return {{{sample({3, 5}), sample({5}), sample({5})}, function},
          {{sample({2, 2, 3}), sample({3}), sample({3})}, function},
          {{sample({4}), sample({4}), sample({4})}, function}};
});

void check(const Operand& x, const Operand& weight, const Operand& bias, const LayerNormOptions& options) {
  detail::require_cpu("layer_norm", x);
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

/// One list, standardised.
template <class Scalar>
struct Row {
  Row(const Scalar* values, std::size_t size, double epsilon) : x(values, size) {
    const detail::Moments m = detail::moments(x);
    mean = m.mean;
    inverse = 1 / std::sqrt(m.variance + epsilon);
  }
  [[nodiscard]] double operator[](std::size_t i) const { return (static_cast<double>(x[i]) - mean) * inverse; }

  std::span<const Scalar> x;
  double mean;
  double inverse;
};

template <class Scalar>
void forward(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon, Tensor& y) {
  const auto size = static_cast<std::size_t>(weight.size());
  const Scalar* w = detail::data<Scalar>(weight);
  const Scalar* b = detail::data<Scalar>(bias);
  for (std::int64_t begin = 0; begin < x.size(); begin += weight.size()) {
    const Row<Scalar> row(detail::data<Scalar>(x) + begin, size, epsilon);
    Scalar* to = detail::data<Scalar>(y) + begin;
    for (std::size_t i = 0; i < size; ++i) {
      to[i] = static_cast<Scalar>(row[i] * static_cast<double>(w[i]) + static_cast<double>(b[i]));
    }
  }
}

template <class Scalar>
void backward(BackwardPass& pass, const Tensor& x, const Tensor& weight, double epsilon) {
  const auto size = static_cast<std::size_t>(weight.size());
  const Scalar* w = detail::data<Scalar>(weight);
  Tensor x_gradient = detail::make_tensor_like(x);
  std::vector<double, detail::PoolAllocator<double>> weight_sums(size, 0.0);
  std::vector<double, detail::PoolAllocator<double>> bias_sums(size, 0.0);
  for (std::int64_t begin = 0; begin < x.size(); begin += weight.size()) {
    const Row<Scalar> row(detail::data<Scalar>(x) + begin, size, epsilon);
    const Scalar* g = detail::data<Scalar>(pass.gradient()) + begin;
    const auto h = [&](std::size_t i) { return static_cast<double>(g[i]) * static_cast<double>(w[i]); };
    const double mean = detail::sum_of(size, h) / static_cast<double>(size);
    const double slope = detail::sum_of(size, [&](std::size_t i) { return h(i) * row[i]; }) / static_cast<double>(size);
    Scalar* to = detail::data<Scalar>(x_gradient) + begin;
    for (std::size_t i = 0; i < size; ++i) {
      to[i] = static_cast<Scalar>((h(i) - mean - row[i] * slope) * row.inverse);
      weight_sums[i] += static_cast<double>(g[i]) * row[i];
      bias_sums[i] += static_cast<double>(g[i]);
    }
  }
  const auto store = [&](const auto& sums) {
    Tensor gradient = detail::make_tensor_like(weight);
    std::transform(sums.begin(), sums.end(), detail::data<Scalar>(gradient),
                   [](double sum) { return static_cast<Scalar>(sum); });
    return gradient;
  };
  pass.add(0, std::move(x_gradient));
  pass.add(1, store(weight_sums));
  pass.add(2, store(bias_sums));
}

}  // namespace

Tensor layer_norm(Operand x, Operand weight, Operand bias, const LayerNormOptions& options) {
  check(x, weight, bias, options);
  Tensor y = detail::make_tensor_like(x);
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    forward<Scalar>(x, weight, bias, options.epsilon, y);
    if (Recorder recorder{layer_norm_operation, {x, weight, bias}}) {
      recorder.record(
          y, [saved_x = Saved(x), saved_weight = Saved(weight), epsilon = options.epsilon](BackwardPass& pass) {
            backward<Scalar>(pass, saved_x.tensor(), saved_weight.tensor(), epsilon);
          });
    }
  });
  return y;
}

}  // namespace ranktape
