#include "elementwise_operations.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

// gelu, silu, elu, leaky_relu and softplus are compared with PyTorch's numbers in golden_operations.cpp.
using namespace ranktape::tests;

namespace {

using Index = std::vector<std::int64_t>;

/// The multi-index of element `flat` of `shape`.
Index unravel(std::int64_t flat, const Shape& shape) {
  Index index(static_cast<std::size_t>(shape.rank()));
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    index[static_cast<std::size_t>(axis)] = flat % shape[axis];
    flat /= shape[axis];
  }
  return index;
}

/// The element of a tensor of `shape` that stands at `index` of what it is broadcast to.
std::size_t element_at(const Index& index, const Shape& shape) {
  std::int64_t flat = 0;
  const std::size_t skipped = index.size() - static_cast<std::size_t>(shape.rank());
  for (int axis = 0; axis < shape.rank(); ++axis) {
    flat = flat * shape[axis] + (shape[axis] == 1 ? 0 : index[skipped + static_cast<std::size_t>(axis)]);
  }
  return static_cast<std::size_t>(flat);
}

struct Broadcast {
  Shape a;
  Shape b;
  Shape result;
};

std::vector<Broadcast> broadcasts() {
  return {{{4}, {4}, {4}},
          {{}, {}, {}},
          {{}, {3}, {3}},
          {{2, 3}, {}, {2, 3}},
          {{1}, {2, 3}, {2, 3}},
          {{2, 3}, {3}, {2, 3}},
          {{3}, {2, 3}, {2, 3}},
          {{2, 3}, {2, 1}, {2, 3}},
          {{2, 1}, {1, 3}, {2, 3}},
          {{4}, {3, 1}, {3, 4}},
          {{2, 3, 4}, {3, 1}, {2, 3, 4}},
          {{2, 1, 4}, {3, 1}, {2, 3, 4}},
          {{2, 3, 4, 5}, {4, 5}, {2, 3, 4, 5}},
          {{2, 1, 4, 1}, {3, 1, 5}, {2, 3, 4, 5}},
          {{1, 1, 1, 1}, {2, 2}, {1, 1, 2, 2}},
          {{5, 1, 1, 2}, {1, 3, 1, 1}, {5, 3, 1, 2}},
          {{0, 3}, {3}, {0, 3}},
          {{1}, {0}, {0}}};
}

/// Multiples of a half from a small set, so that ties occur.
Tensor halves(const Shape& shape, Random& random, const TensorOptions& options) {
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  std::generate(values.begin(), values.end(), [&] { return 0.5 + 0.5 * static_cast<double>(random.below(6)); });
  return tests::from(values, shape, options);
}

}  // namespace

TEST_CASE("elementwise: values and derivatives of one operand, in both types") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Unary& operation : unary_operations()) {
      CAPTURE(operation.name);
      CAPTURE(to_string(dtype));
      Random random(21);
      const Tensor x =
          tests::uniform(Shape{4, 25}, operation.low, operation.high, random, {.dtype = dtype, .requires_grad = true});
      const Tape tape;
      const Tensor y = operation.ours(x);
      CHECK(y.dtype() == dtype);
      CHECK(y.shape() == x.shape());
      const Doubles at = x.to_vector<double>();
      const Doubles value = y.to_vector<double>();
      const Doubles slope = backward_of_ones(y)[x].to_vector<double>();
      double value_error = 0;  // relative to each
      double slope_error = 0;  // relative to max(1, |slope|): 1 - y and the like lose what y has rounded off
      for (std::size_t i = 0; i < at.size(); ++i) {
        const auto expected = static_cast<double>(operation.exact(at[i]));
        const auto expected_slope = static_cast<double>(operation.derivative(at[i]));
        value_error = std::max(value_error, std::abs(value[i] - expected) / std::max(std::abs(expected), 1e-300));
        slope_error =
            std::max(slope_error, std::abs(slope[i] - expected_slope) / std::max(std::abs(expected_slope), 1.0));
      }
      CHECK(value_error <= 4 * epsilon_of(dtype));
      CHECK(slope_error <= 8 * epsilon_of(dtype));
    }
  }
}

TEST_CASE("elementwise: broadcasting of every kind agrees with a loop over multi-indices, forward and back") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const TensorOptions parameter = {.dtype = dtype, .requires_grad = true};
    const double tolerance = 100 * epsilon_of(dtype);
    for (const Binary& operation : binary_operations()) {
      for (const Broadcast& shapes : broadcasts()) {
        CAPTURE(operation.name);
        CAPTURE(to_string(shapes.a));
        CAPTURE(to_string(shapes.b));
        Random random(22);
        const Tensor a = halves(shapes.a, random, parameter);
        const Tensor b = halves(shapes.b, random, parameter);
        const Tensor seed = halves(shapes.result, random, {.dtype = dtype});
        const Doubles va = a.to_vector<double>();
        const Doubles vb = b.to_vector<double>();
        const Doubles vs = seed.to_vector<double>();
        Doubles expected(vs.size());
        Doubles expected_a(va.size());
        Doubles expected_b(vb.size());
        for (std::int64_t i = 0; i < shapes.result.size(); ++i) {
          const Index index = unravel(i, shapes.result);
          const std::size_t ia = element_at(index, shapes.a);
          const std::size_t ib = element_at(index, shapes.b);
          const auto flat = static_cast<std::size_t>(i);
          expected[flat] = operation.value(va[ia], vb[ib]);
          expected_a[ia] += vs[flat] * operation.by_a(va[ia], vb[ib]);
          expected_b[ib] += vs[flat] * operation.by_b(va[ia], vb[ib]);
        }
        const auto agree = [&](const Doubles& found, const Doubles& wanted) {
          REQUIRE(found.size() == wanted.size());
          for (std::size_t i = 0; i < found.size(); ++i) {
            CHECK(std::abs(found[i] - wanted[i]) <= tolerance * std::max(1.0, std::abs(wanted[i])));
          }
        };
        const Tape tape;
        const Tensor y = operation.ours(a, b);
        CHECK(y.shape() == shapes.result);
        CHECK(y.dtype() == dtype);
        agree(y.to_vector<double>(), expected);
        if (!y.requires_grad()) {
          CHECK(tape.records().empty());  // a comparison
          continue;
        }
        const Gradients gradients = y.backward({.cotangent = seed});
        agree(gradients[a].to_vector<double>(), expected_a);
        agree(gradients[b].to_vector<double>(), expected_b);
      }
    }
  }
}

TEST_CASE("elementwise: the gradient of float32 agrees with that of float64") {
  Random random(23);
  const Tensor x32 = tests::uniform(Shape{50, 4}, -3, 3, random, {.requires_grad = true});
  const Tensor row32 = tests::uniform(Shape{4}, 0.5, 2, random, {.requires_grad = true});
  const auto gradients_of = [](const Tensor& x, const Tensor& row) {
    const Tape tape;
    const Tensor y = tanh(x * row) + softplus(x) / (row + 1.0) - power(row, sigmoid(x)) * gelu(x) +
                     silu(x) * elu(x) * leaky_relu(x - row) + sqrt(row) * log1p(square(x)) - maximum(x, row);
    const Gradients gradients = backward_of_ones(y);
    return std::pair(gradients[x].to_vector<double>(), gradients[row].to_vector<double>());
  };
  const auto [x, row] = gradients_of(x32, row32);
  const auto [exact_x, exact_row] =
      gradients_of(tests::from(x32.to_vector<double>(), x32.shape(), float64_parameter),
                   tests::from(row32.to_vector<double>(), row32.shape(), float64_parameter));
  const auto largest_error = [](const Doubles& found, const Doubles& exact) {
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      error = std::max(error, std::abs(found[i] - exact[i]));
      size = std::max(size, std::abs(exact[i]));
    }
    return error / size;
  };
  CHECK(largest_error(x, exact_x) < 1e-6);
  CHECK(largest_error(row, exact_row) < 1e-6);
}

TEST_CASE("elementwise: extremes do not overflow") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Tensor x = tests::from({-1000, -90, 90, 1000}, {.dtype = dtype, .requires_grad = true});
    const auto slopes = [&](auto&& function) {
      const Tape tape;
      const Gradients gradients = backward_of_ones(function(x));
      return gradients[x].to_vector<double>();
    };
    const double tiny = std::exp(-90.0);  // 8e-40: subnormal in float32
    const Doubles s = sigmoid(x).to_vector<double>();
    CHECK(s[0] == 0);
    CHECK(s[1] == doctest::Approx(tiny).epsilon(1e-5).scale(0));
    CHECK(s[2] == 1);
    CHECK(s[3] == 1);
    const Doubles p = softplus(x).to_vector<double>();
    CHECK(p[0] == 0);
    CHECK(p[1] == doctest::Approx(tiny).epsilon(1e-5).scale(0));
    CHECK(p[2] == 90);
    CHECK(p[3] == 1000);
    CHECK(tanh(x).to_vector<double>() == Doubles{-1, -1, 1, 1});
    CHECK(slopes([](const Tensor& t) { return softplus(t); }) == s);
    const Doubles sigmoid_slopes = slopes([](const Tensor& t) { return sigmoid(t); });
    CHECK(sigmoid_slopes[0] == 0);
    CHECK(sigmoid_slopes[3] == 0);
    CHECK(slopes([](const Tensor& t) { return tanh(t); }) == Doubles{0, 0, 0, 0});
    CHECK(slopes([](const Tensor& t) { return silu(t); })[3] == 1);
    CHECK(slopes([](const Tensor& t) { return silu(t); })[0] == 0);
    CHECK(slopes([](const Tensor& t) { return gelu(t); })[3] == 1);
    CHECK(slopes([](const Tensor& t) { return gelu(t); })[0] == 0);
    CHECK(slopes([](const Tensor& t) { return elu(t); })[0] == 0);
  }
  CHECK(log1p(tests::from({1e-30})).item() == static_cast<double>(1e-30F));
  CHECK(expm1(tests::from({1e-30})).item() == static_cast<double>(1e-30F));
}
