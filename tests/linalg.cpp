#include "support.hpp"

#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <cmath>

using namespace ranktape;
using tests::error_text;

namespace {

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

// The sums of products in double, in the plainest way.
std::vector<double> product(const Tensor& a, const Tensor& b) {
  const std::int64_t depth = a.shape()[1];
  const std::vector<double> x = values(a);
  const std::vector<double> y = values(b);
  std::vector<double> result;
  for (std::int64_t i = 0; i < a.shape()[0]; ++i) {
    for (std::int64_t j = 0; j < b.shape()[1]; ++j) {
      double total = 0;
      for (std::int64_t k = 0; k < depth; ++k) {
        total += x[static_cast<std::size_t>(i * depth + k)] * y[static_cast<std::size_t>(k * b.shape()[1] + j)];
      }
      result.push_back(total);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("linalg: products of any size agree with sums of products") {
  Random random(1);
  for (const std::int64_t rows : {1, 2, 7, 33, 130}) {
    for (const std::int64_t depth : {1, 3, 65, 300}) {
      for (const std::int64_t columns : {1, 5, 32}) {
        const Tensor a = tests::randn(Shape{rows, depth}, random);
        const Tensor b = tests::randn(Shape{depth, columns}, random);
        const std::vector<double> right = product(a, b);
        const Tensor plain = matmul(a, b);
        CHECK(plain.shape() == Shape{rows, columns});
        for (const Tensor& c :
             {plain, matmul(transpose(a), b, {.transpose_a = true}), matmul(a, transpose(b), {.transpose_b = true}),
              matmul(transpose(a), transpose(b), {.transpose_a = true, .transpose_b = true}), linear(a, b)}) {
          const std::vector<double> found = values(c);
          double largest = 0;
          for (std::size_t i = 0; i < right.size(); ++i) {
            largest = std::max(largest, std::abs(found[i] - right[i]));
          }
          // The rounding of `depth` products and sums of numbers of size 1, sqrt(depth) at most: a random walk.
          CHECK(largest <= 8 * static_cast<double>(depth) * 0x1p-24);
        }
      }
    }
  }
}

TEST_CASE("linalg: matrices without rows, columns or depth") {
  CHECK(matmul(tests::zeros(Shape{0, 3}), tests::zeros(Shape{3, 2})).shape() == Shape{0, 2});
  CHECK(values(matmul(tests::zeros(Shape{2, 0}), tests::zeros(Shape{0, 2}))) == std::vector<double>(4, 0.0));
  const Tensor bias = tests::from({1, 2});
  CHECK(values(linear(tests::zeros(Shape{2, 0}), tests::zeros(Shape{0, 2}), bias)) == std::vector<double>{1, 2, 1, 2});
  const Tensor weight = tests::ones(Shape{3, 2}, {.requires_grad = true});
  const Tape tape;
  const Gradients gradients = sum(linear(tests::zeros(Shape{0, 3}), weight, bias)).backward();
  CHECK(values(gradients[weight]) == std::vector<double>(6, 0.0));
}

TEST_CASE("linalg: the bias's gradient is summed in double over 100,000 rows") {
  constexpr std::int64_t rows = 100'000;
  const Tensor weight = tests::zeros(Shape{1, 2}, {.requires_grad = true});
  const Tensor bias = tests::zeros(Shape{2}, {.requires_grad = true});
  const Tape tape;
  const Tensor y = linear(tests::ones(Shape{rows, 1}), weight, bias);
  const Gradients gradients = y.backward({.cotangent = tests::full(Shape{rows, 2}, 0.1F)});
  for (const double slope : values(gradients[bias])) {
    CHECK(slope == doctest::Approx(rows * static_cast<double>(0.1F)).epsilon(0x1p-24));
  }
}

TEST_CASE("linalg: only the gradients that are asked for are made") {
  const Tensor x = tests::from({1, 2}, Shape{1, 2});
  const Tensor weight = tests::from({3, 4}, Shape{2, 1}, {.requires_grad = true});
  const Tensor bias = tests::from({5});
  const Tape tape;
  const Tensor y = linear(x, weight, bias);
  CHECK(y.item() == 16);
  const Gradients gradients = y.backward();
  CHECK(gradients.size() == 1);
  CHECK(values(gradients[weight]) == std::vector<double>{1, 2});
  CHECK(values(matmul(x, weight).backward()[weight]) == std::vector<double>{1, 2});
}

TEST_CASE("linalg: the dot product is summed in double") {
  const Tensor a = tests::full(Shape{1000, 1000}, 0.1F);
  CHECK(dot(a, tests::ones(a.shape())).item() == doctest::Approx(1e6 * static_cast<double>(0.1F)).epsilon(0x1p-24));
  CHECK(dot(a, a).shape() == Shape{});
  CHECK(dot(tests::zeros(Shape{0}), tests::zeros(Shape{0})).item() == 0);
}

TEST_CASE("linalg: a training step allocates nothing after the first") {
  Random random(2);
  const Tensor x = tests::randn(Shape{64, 30}, random);
  const Tensor weight = tests::randn(Shape{30, 8}, random, {.requires_grad = true});
  const Tensor bias = tests::zeros(Shape{8}, {.requires_grad = true});
  const auto step = [&] {
    const Tape tape;
    const Tensor y = layer_norm(linear(x, weight, bias), bias + 1.0, bias);
    return logsumexp(standardise(mean(dropout(y, 0.5, random), 0)) + softmax(max(y, 0))).backward().size();
  };
  step();
  step();
  const PoolStatistics before = pool_statistics();
  step();
  // Under the address sanitizer nothing is cached, and every buffer comes from the system.
  CHECK((pool_statistics().system_allocations == before.system_allocations) == (before.cached_bytes > 0));
}

TEST_CASE("linalg: shapes and types that do not fit are refused with both") {
  const Tensor a = tests::zeros(Shape{3, 4}).named("a");
  const Tensor b = tests::zeros(Shape{5, 2});
  const Tensor row = tests::zeros(Shape{4}).named("row");
  CHECK(error_text<ShapeError>([&] { matmul(a, b); }) ==
        "matmul: a 'a' [3, 4] float32 has 4 columns, and b [5, 2] float32 has 5 rows; they must agree (see "
        "MatmulOptions)");
  CHECK(error_text<ShapeError>([&] { matmul(a, b, {.transpose_a = true, .transpose_b = true}); }) ==
        "matmul: a 'a' [3, 4] float32 transposed has 3 columns, and b [5, 2] float32 transposed has 2 rows; they must "
        "agree (see MatmulOptions)");
  CHECK(error_text<ShapeError>([&] { matmul(a, row); }) ==
        "matmul: b 'row' [4] float32 is not a matrix; reshape it to two dimensions");
  CHECK(error_text<DTypeError>([&] { matmul(a, b.to(float64)); }) ==
        "matmul: 'a' [3, 4] float32 and [5, 2] float64 are of different types; convert one with to(float32)");
  CHECK(error_text<ShapeError>([&] { dot(row, a); }) ==
        "dot: 'row' [4] float32 and 'a' [3, 4] float32 are of different shapes; reshape or expand one");
  CHECK(error_text<DTypeError>([&] { dot(row, row.to(float64)); }) ==
        "dot: 'row' [4] float32 and [4] float64 are of different types; convert one with to(float32)");

  CHECK(error_text<ShapeError>([&] { linear(row, a); }) ==
        "linear: x 'row' [4] float32 has one dimension, and must have two; for one row of 4 features use reshape(x, "
        "{1, 4}), for 4 rows of one feature reshape(x, {4, 1})");
  CHECK(error_text<ShapeError>([&] {
          linear(tests::zeros(Shape{2, 3, 4}), a);
        }) == "linear: x [2, 3, 4] float32 must have two dimensions, [rows, features]; reshape it");
  CHECK(error_text<ShapeError>([&] { linear(a, b); }) ==
        "linear: the weight [5, 2] float32 does not fit x 'a' [3, 4] float32; it must have two dimensions, [4, "
        "outputs]");
  CHECK(error_text<ShapeError>([&] {
          linear(b, tests::zeros(Shape{2, 3}), row);
        }) == "linear: the bias 'row' [4] float32 does not fit the weight [2, 3] float32; its shape must be [3]");
  CHECK(error_text<DTypeError>([&] { linear(a, b.to(float64)); }) ==
        "linear: 'a' [3, 4] float32 and [5, 2] float64 are of different types; convert one with to(float32)");
}
