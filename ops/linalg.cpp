#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/matrix_product.hpp>

namespace ranktape {
namespace {

// C = A B. With G the gradient of C: A's is G B', B's is A' G; of an operand stored transposed, the transpose of that.
const Operation matmul_operation("matmul", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  std::vector<OperationExample> examples;
  for (const bool transpose_a : {false, true}) {
    for (const bool transpose_b : {false, true}) {
      examples.push_back(
          {{sample(transpose_a ? Shape{4, 3} : Shape{3, 4}), sample(transpose_b ? Shape{2, 4} : Shape{4, 2})},
           [=](std::span<const Tensor> x) {
             return matmul(x[0], x[1], {.transpose_a = transpose_a, .transpose_b = transpose_b});
           }});
    }
  }
  return examples;
});

const Operation dot_operation("dot", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  return {{{sample({2, 5}), sample({2, 5})}, [](std::span<const Tensor> x) { return dot(x[0], x[1]); }}};
});

void check_matrix(const char* operation, const char* role, const Operand& a, const Operand& x) {
  if (x->shape().rank() != 2) {
    detail::fail<ShapeError>(a.where(), operation, "{} {} is not a matrix; reshape it to two dimensions", role,
                             detail::describe(x));
  }
}

}  // namespace

Tensor matmul(Operand a, Operand b, const MatmulOptions& options) {
  detail::check_same_kind("matmul", a, b);
  check_matrix("matmul", "a", a, a);
  check_matrix("matmul", "b", a, b);
  const bool transpose_a = options.transpose_a;
  const bool transpose_b = options.transpose_b;
  const std::int64_t depth_a = a->shape()[transpose_a ? 0 : 1];
  const std::int64_t depth_b = b->shape()[transpose_b ? 1 : 0];
  if (depth_a != depth_b) {
    detail::fail<ShapeError>(a.where(), "matmul",
                             "a {}{} has {} columns, and b {}{} has {} rows; they must agree (see MatmulOptions)",
                             detail::describe(a), transpose_a ? " transposed" : "", depth_a, detail::describe(b),
                             transpose_b ? " transposed" : "", depth_b);
  }
  Tensor c = detail::make_tensor_like(a, Shape{a->shape()[transpose_a ? 1 : 0], b->shape()[transpose_b ? 0 : 1]});
  detail::multiply(a, transpose_a, b, transpose_b, c);
  if (Recorder recorder{matmul_operation, {a, b}}) {
    recorder.record(
        c,
        [=, saved_a = Saved(a), saved_b = Saved(b)](BackwardPass& pass) {
          const Tensor& g = pass.gradient();
          if (pass.needs(0)) {
            Tensor gradient = detail::make_tensor_like(saved_a.tensor());
            if (transpose_a) {
              detail::multiply(saved_b.tensor(), transpose_b, g, true, gradient);
            } else {
              detail::multiply(g, false, saved_b.tensor(), !transpose_b, gradient);
            }
            pass.add(0, std::move(gradient));
          }
          if (pass.needs(1)) {
            Tensor gradient = detail::make_tensor_like(saved_b.tensor());
            if (transpose_b) {
              detail::multiply(g, true, saved_a.tensor(), transpose_a, gradient);
            } else {
              detail::multiply(saved_a.tensor(), !transpose_a, g, false, gradient);
            }
            pass.add(1, std::move(gradient));
          }
        },
        [=](RecordDetails& details) {
          details.add_unless(false, "transpose_a", transpose_a);
          details.add_unless(false, "transpose_b", transpose_b);
        });
  }
  return c;
}

Tensor dot(Operand a, Operand b) {
  detail::check_same_kind("dot", a, b);
  if (a->shape() != b->shape()) {
    detail::fail<ShapeError>(a.where(), "dot", "{} and {} are of different shapes; reshape or expand one",
                             detail::describe(a), detail::describe(b));
  }
  Tensor y = detail::make_tensor_like(a, Shape{});
  if (a->device() == Device::accelerator) {
    const Tensor row = detail::share_elements(a, Shape{1, a->size()});
    const Tensor column = detail::share_elements(b, Shape{a->size(), 1});
    detail::multiply(row, false, column, false, y);
  } else {
    detail::dispatch(a->dtype(), [&]<class Scalar>() {
      const Scalar* pa = detail::data<Scalar>(a);
      const Scalar* pb = detail::data<Scalar>(b);
      *detail::data<Scalar>(y) =
          static_cast<Scalar>(detail::sum_of(static_cast<std::size_t>(a->size()), [&](std::size_t i) {
            return static_cast<double>(pa[i]) * static_cast<double>(pb[i]);
          }));
    });
  }
  if (Recorder recorder{dot_operation, {a, b}}) {
    recorder.record(y, [saved_a = Saved(a), saved_b = Saved(b)](BackwardPass& pass) {
      if (pass.needs(0)) {
        pass.add(0, saved_b.tensor() * pass.gradient());
      }
      if (pass.needs(1)) {
        pass.add(1, saved_a.tensor() * pass.gradient());
      }
    });
  }
  return y;
}

}  // namespace ranktape
