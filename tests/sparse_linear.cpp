#include "support.hpp"

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/threads.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/sparse_linear.hpp>
#include <doctest/doctest.h>

#include <vector>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

SparseMatrix random_sparse(const Shape& shape, Random& random) {
  Tensor dense = Tensor::randn(shape, random);
  for (float& value : dense.mutable_values<float>()) {
    value = random.uniform() < 0.8 ? 0 : value;
  }
  return SparseMatrix::from_dense(dense).to(device_under_test);
}

struct Results {
  std::vector<double> y;
  std::vector<double> by_weight;
  std::vector<double> by_bias;
};

// Of activation(x W + b), with a gradient that differs from element to element.
template <class Features>
Results results(const Features& x, const Tensor& weight, const Tensor& bias, Activation activation) {
  const Tape tape;
  const Tensor y = linear(x, weight, bias, activation);
  const Gradients gradients = sum(square(y) * 0.5).backward();
  return {y.to_vector<double>(), gradients[weight].to_vector<double>(), gradients[bias].to_vector<double>()};
}

void check_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i] == doctest::Approx(b[i]).epsilon(tolerance).scale(1));
  }
}

}  // namespace

TEST_CASE("sparse linear: the values and gradients of the dense one") {
  Random random(21);
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Shape& shape : {Shape{40, 30}, Shape{1, 7}, Shape{0, 7}, Shape{5, 1}}) {
      for (const std::int64_t out : {1, 3, 16, 64, 83}) {
        const TensorOptions parameter = {.dtype = dtype, .requires_grad = true};
        const SparseMatrix x = random_sparse(shape, random);
        const Tensor weight = randn(Shape{shape[1], out}, random, parameter);
        const Tensor bias = randn(Shape{out}, random, parameter);
        const Results sparse = results(x, weight, bias, Activation::tanh);
        const Results dense = results(x.to_dense(dtype), weight, bias, Activation::tanh);
        const double tolerance = dtype == DType::float32 ? 1e-5 : 1e-13;
        check_close(sparse.y, dense.y, tolerance);
        check_close(sparse.by_weight, dense.by_weight, tolerance);
        check_close(sparse.by_bias, dense.by_bias, tolerance);
        check_close(linear(x, weight).to_vector<double>(), linear(x.to_dense(dtype), weight).to_vector<double>(),
                    tolerance);
      }
    }
  }
}

TEST_CASE("sparse linear: a matrix without entries gives the bias") {
  const SparseMatrix x = SparseMatrix::from(3, {0, 0, 0}, {}, {}).to(device_under_test);
  const Tensor weight = ones(Shape{3, 2}, {.requires_grad = true});
  const Tensor bias = from({5, 6}, {.requires_grad = true});
  const Results result = results(x, weight, bias, Activation::relu);
  CHECK(result.y == std::vector<double>{5, 6, 5, 6});
  CHECK(result.by_weight == std::vector<double>(6, 0.0));
  CHECK(result.by_bias == std::vector<double>{10, 12});
}

TEST_CASE("sparse linear: the same bits from any number of threads") {
  Random random(22);
  const SparseMatrix x = random_sparse({3000, 200}, random);
  const TensorOptions parameter = {.requires_grad = true};
  const Tensor weight = randn(Shape{200, 32}, random, parameter);
  const Tensor bias = randn(Shape{32}, random, parameter);
  const int before = num_threads();
  set_num_threads(1);
  const Results alone = results(x, weight, bias, Activation::relu);
  set_num_threads(4);
  const Results shared = results(x, weight, bias, Activation::relu);
  set_num_threads(before);
  CHECK(alone.y == shared.y);
  CHECK(alone.by_weight == shared.by_weight);
  CHECK(alone.by_bias == shared.by_bias);
}

TEST_CASE("sparse linear: what does not fit") {
  const SparseMatrix x = SparseMatrix::from(3, {0, 1}, {1}, {2}).to(device_under_test);
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(linear(x, zeros(Shape{4, 2}).named("w")));
        }) ==
        "linear: the weight 'w' [4, 2] float32 does not fit the sparse x [1, 3]; it must have two dimensions, [3, "
        "outputs]");
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(linear(x, zeros(Shape{3, 2}), zeros(Shape{3})));
        }) == "linear: the bias [3] float32 does not fit the weight [3, 2] float32; its shape must be [2]");
  CHECK_THROWS_AS(static_cast<void>(linear(x, zeros(Shape{3, 2}), zeros(Shape{2}, {.dtype = DType::float64}))),
                  DTypeError);
  if (device_under_test == Device::accelerator) {
    CHECK(error_text<DeviceError>([&] {
            static_cast<void>(linear(x, Tensor::zeros(Shape{3, 2})));
          }) == "linear: the sparse x is on the accelerator and the weight [3, 2] float32 on the cpu; use to(Device)");
  }
}
