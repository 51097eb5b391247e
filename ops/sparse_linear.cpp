#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/sparse_kernel.hpp>
#include <ranktape/ops/sparse_linear.hpp>

#include <algorithm>

namespace ranktape {
namespace {

// Y = X W + 1 b'. With G the gradient of Y, that of W is X' G, the same product with X transposed, and that of b the
// column sums of G.
const Operation sparse_linear_operation("sparse_linear", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const SparseMatrix x =
      SparseMatrix::from(5, {0, 2, 2, 5, 6}, {0, 3, 0, 1, 3, 2}, {0.5F, -1.25F, 2.0F, 1.0F, 0.75F, -0.5F});
  const auto here = [x](const Tensor& weight) { return x.to(weight.device()); };
  return {{{sample({5, 3}), sample({3})}, [here](std::span<const Tensor> p) { return linear(here(p[0]), p[0], p[1]); }},
          {{sample({5, 1}), sample({1})}, [here](std::span<const Tensor> p) { return linear(here(p[0]), p[0], p[1]); }},
          {{sample({5, 2})}, [here](std::span<const Tensor> p) { return linear(here(p[0]), p[0]); }}};
});

void check(const SparseMatrix& x, const Operand& weight, const Operand* bias) {
  if (x.device() != weight->device()) {
    detail::fail<DeviceError>(weight.where(), "linear",
                              "the sparse x is on the {} and the weight {} on the {}; use to(Device)",
                              to_string(x.device()), detail::describe(weight), to_string(weight->device()));
  }
  if (weight->shape().rank() != 2 || weight->shape()[0] != x.columns()) {
    detail::fail<ShapeError>(weight.where(), "linear",
                             "the weight {} does not fit the sparse x [{}, {}]; it must have two dimensions, [{}, "
                             "outputs]",
                             detail::describe(weight), x.rows(), x.columns(), x.columns());
  }
  if (bias == nullptr) {
    return;
  }
  detail::check_same_kind("linear", weight, *bias);
  if ((*bias)->shape() != Shape{weight->shape()[1]}) {
    detail::fail<ShapeError>(weight.where(), "linear",
                             "the bias {} does not fit the weight {}; its shape must be "
                             "[{}]",
                             detail::describe(*bias), detail::describe(weight), weight->shape()[1]);
  }
}

// start + A B
Tensor multiply(const SparseMatrix& a, const Tensor& b, const Tensor* start) {
  constexpr double nanoseconds = 0.1;  // for a multiply-add
  const std::int64_t columns = b.shape()[1];
  Tensor y = detail::make_tensor_like(b, Shape{a.rows(), columns});
  detail::dispatch(b.dtype(), [&]<class Scalar>() {
    const detail::SparseProduct<Scalar> product = {.offsets = a.data().offsets,
                                                   .indices = a.data().indices,
                                                   .values = a.data().values,
                                                   .b = detail::data<Scalar>(b),
                                                   .columns = columns,
                                                   .start = start == nullptr ? nullptr : detail::data<Scalar>(*start),
                                                   .out = detail::data<Scalar>(y)};
    if (b.device() == Device::accelerator) {
      detail::launch(y.size(), product);
      return;
    }
    const std::int64_t row_entries = a.entries() / std::max<std::int64_t>(a.rows(), 1) + 1;
    const double each = nanoseconds * static_cast<double>(row_entries * columns);
    detail::parallel_ranges(a.rows(), each, [&](std::int64_t first, std::int64_t last) {
      detail::multiply_sparse_rows(product, first, last);
    });
  });
  return y;
}

Tensor apply(const SparseMatrix& x, const Operand& weight, const Operand* bias) {
  check(x, weight, bias);
  Tensor y = multiply(x, weight, bias == nullptr ? nullptr : &bias->tensor());
  if (Recorder recorder = bias == nullptr ? Recorder{sparse_linear_operation, {weight}}
                                          : Recorder{sparse_linear_operation, {weight, *bias}}) {
    recorder.record(y, [x, has_bias = bias != nullptr, where = weight.where()](BackwardPass& pass) {
      const Tensor& gradient = pass.gradient();
      if (pass.needs(0)) {
        pass.add(0, multiply(x.transposed(where), gradient, nullptr));
      }
      if (has_bias && pass.needs(1)) {
        pass.add(1, detail::sum_to_shape(gradient, Shape{gradient.shape()[1]}));
      }
    });
  }
  return y;
}

}  // namespace

Tensor linear(const SparseMatrix& x, Operand weight) { return apply(x, weight, nullptr); }
Tensor linear(const SparseMatrix& x, Operand weight, Operand bias) { return apply(x, weight, &bias); }
Tensor linear(const SparseMatrix& x, Operand weight, Operand bias, Activation activation) {
  const Tensor y = apply(x, weight, &bias);
  return ranktape::apply(activation, Operand(y, weight.where()));
}

}  // namespace ranktape
