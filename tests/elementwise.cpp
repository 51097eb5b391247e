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
namespace {

const TensorOptions float64_options = {.dtype = DType::float64};
const TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};

using Doubles = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double epsilon_of(DType dtype) {
  return dtype == DType::float32 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                 : std::numeric_limits<double>::epsilon();
}

struct Unary {
  const char* name;
  std::function<Tensor(const Tensor&)> ours;
  std::function<long double(long double)> exact;
  std::function<long double(long double)> derivative;
  double low;
  double high;
};

std::vector<Unary> unary_operations() {
  using Long = long double;
  const auto sigmoid_of = [](Long x) { return 1 / (1 + std::exp(-x)); };
  return {
      {"negate", [](const Tensor& x) { return negate(x); }, [](Long x) { return -x; }, [](Long) { return -1.0L; }, -9,
       9},
      {"minus", [](const Tensor& x) { return -x; }, [](Long x) { return -x; }, [](Long) { return -1.0L; }, -9, 9},
      {"abs", [](const Tensor& x) { return abs(x); }, [](Long x) { return std::abs(x); },
       [](Long x) { return x > 0 ? 1.0L : -1.0L; }, -9, 9},
      {"exp", [](const Tensor& x) { return exp(x); }, [](Long x) { return std::exp(x); },
       [](Long x) { return std::exp(x); }, -80, 80},
      {"log", [](const Tensor& x) { return log(x); }, [](Long x) { return std::log(x); }, [](Long x) { return 1 / x; },
       1e-30, 9},
      {"log1p", [](const Tensor& x) { return log1p(x); }, [](Long x) { return std::log1p(x); },
       [](Long x) { return 1 / (1 + x); }, -1e-3, 1e-3},
      {"expm1", [](const Tensor& x) { return expm1(x); }, [](Long x) { return std::expm1(x); },
       [](Long x) { return std::exp(x); }, -1e-3, 1e-3},
      {"sqrt", [](const Tensor& x) { return sqrt(x); }, [](Long x) { return std::sqrt(x); },
       [](Long x) { return 0.5L / std::sqrt(x); }, 1e-30, 9},
      {"square", [](const Tensor& x) { return square(x); }, [](Long x) { return x * x; }, [](Long x) { return 2 * x; },
       -9, 9},
      {"reciprocal", [](const Tensor& x) { return reciprocal(x); }, [](Long x) { return 1 / x; },
       [](Long x) { return -1 / (x * x); }, 0.1, 9},
      {"tanh", [](const Tensor& x) { return tanh(x); }, [](Long x) { return std::tanh(x); },
       [](Long x) { return 1 - std::tanh(x) * std::tanh(x); }, -3, 3},
      {"sigmoid", [](const Tensor& x) { return sigmoid(x); }, sigmoid_of,
       [=](Long x) { return sigmoid_of(x) * (1 - sigmoid_of(x)); }, -80, 80},
      {"relu", [](const Tensor& x) { return relu(x); }, [](Long x) { return std::max(x, 0.0L); },
       [](Long x) { return x > 0 ? 1.0L : 0.0L; }, -9, 9},
      {"clamp", [](const Tensor& x) { return clamp(x, -1, 2); }, [](Long x) { return std::clamp(x, -1.0L, 2.0L); },
       [](Long x) { return x > -1 && x < 2 ? 1.0L : 0.0L; }, -9, 9},
      {"power", [](const Tensor& x) { return power(x, 2.5); }, [](Long x) { return std::pow(x, 2.5L); },
       [](Long x) { return 2.5L * std::pow(x, 1.5L); }, 0.1, 9},
      {"x + number", [](const Tensor& x) { return x + 1.5; }, [](Long x) { return x + 1.5L; },
       [](Long) { return 1.0L; }, 0, 9},
      {"number + x", [](const Tensor& x) { return 1.5 + x; }, [](Long x) { return x + 1.5L; },
       [](Long) { return 1.0L; }, 0, 9},
      {"x - number", [](const Tensor& x) { return x - 16.5; }, [](Long x) { return x - 16.5L; },
       [](Long) { return 1.0L; }, 0, 9},
      {"number - x", [](const Tensor& x) { return 16.5 - x; }, [](Long x) { return 16.5L - x; },
       [](Long) { return -1.0L; }, 0, 9},
      {"x * number", [](const Tensor& x) { return x * 1.5; }, [](Long x) { return x * 1.5L; },
       [](Long) { return 1.5L; }, -9, 9},
      {"number * x", [](const Tensor& x) { return 1.5 * x; }, [](Long x) { return x * 1.5L; },
       [](Long) { return 1.5L; }, -9, 9},
      {"x / number", [](const Tensor& x) { return x / 3.0; }, [](Long x) { return x / 3; },
       [](Long) { return 1 / 3.0L; }, -9, 9},
      {"number / x", [](const Tensor& x) { return 3.0 / x; }, [](Long x) { return 3 / x; },
       [](Long x) { return -3 / (x * x); }, 0.1, 9},
      {"maximum", [](const Tensor& x) { return maximum(x, 2.0); }, [](Long x) { return std::max(x, 2.0L); },
       [](Long x) { return x > 2 ? 1.0L : 0.0L; }, -9, 9},
      {"minimum", [](const Tensor& x) { return minimum(x, 2.0); }, [](Long x) { return std::min(x, 2.0L); },
       [](Long x) { return x < 2 ? 1.0L : 0.0L; }, -9, 9},
  };
}

struct Binary {
  const char* name;
  std::function<Tensor(const Tensor&, const Tensor&)> ours;
  std::function<double(double, double)> value;
  std::function<double(double, double)> by_a;
  std::function<double(double, double)> by_b;
};

std::vector<Binary> binary_operations() {
  const auto half = [](bool holds, bool equals) { return equals ? 0.5 : holds ? 1.0 : 0.0; };
  const auto none = [](double, double) { return 0.0; };
  return {
      {"add", [](const Tensor& a, const Tensor& b) { return a + b; }, [](double a, double b) { return a + b; },
       [](double, double) { return 1.0; }, [](double, double) { return 1.0; }},
      {"subtract", [](const Tensor& a, const Tensor& b) { return a - b; }, [](double a, double b) { return a - b; },
       [](double, double) { return 1.0; }, [](double, double) { return -1.0; }},
      {"multiply", [](const Tensor& a, const Tensor& b) { return a * b; }, [](double a, double b) { return a * b; },
       [](double, double b) { return b; }, [](double a, double) { return a; }},
      {"divide", [](const Tensor& a, const Tensor& b) { return a / b; }, [](double a, double b) { return a / b; },
       [](double, double b) { return 1 / b; }, [](double a, double b) { return -a / (b * b); }},
      {"power", [](const Tensor& a, const Tensor& b) { return power(a, b); },
       [](double a, double b) { return std::pow(a, b); }, [](double a, double b) { return b * std::pow(a, b - 1); },
       [](double a, double b) { return std::pow(a, b) * std::log(a); }},
      {"maximum", [](const Tensor& a, const Tensor& b) { return maximum(a, b); },
       [](double a, double b) { return std::max(a, b); }, [=](double a, double b) { return half(a > b, a == b); },
       [=](double a, double b) { return half(b > a, a == b); }},
      {"minimum", [](const Tensor& a, const Tensor& b) { return minimum(a, b); },
       [](double a, double b) { return std::min(a, b); }, [=](double a, double b) { return half(a < b, a == b); },
       [=](double a, double b) { return half(b < a, a == b); }},
      {"equal", [](const Tensor& a, const Tensor& b) { return equal(a, b); },
       [](double a, double b) { return a == b ? 1.0 : 0.0; }, none, none},
      {"not_equal", [](const Tensor& a, const Tensor& b) { return not_equal(a, b); },
       [](double a, double b) { return a != b ? 1.0 : 0.0; }, none, none},
      {"less", [](const Tensor& a, const Tensor& b) { return less(a, b); },
       [](double a, double b) { return a < b ? 1.0 : 0.0; }, none, none},
      {"less_equal", [](const Tensor& a, const Tensor& b) { return less_equal(a, b); },
       [](double a, double b) { return a <= b ? 1.0 : 0.0; }, none, none},
      {"greater", [](const Tensor& a, const Tensor& b) { return greater(a, b); },
       [](double a, double b) { return a > b ? 1.0 : 0.0; }, none, none},
      {"greater_equal", [](const Tensor& a, const Tensor& b) { return greater_equal(a, b); },
       [](double a, double b) { return a >= b ? 1.0 : 0.0; }, none, none},
  };
}

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
  return Tensor::from(values, shape, options);
}

Gradients backward_of_ones(const Tensor& y) {
  return y.backward({.cotangent = Tensor::ones(y.shape(), {.dtype = y.dtype()})});
}

}  // namespace

TEST_CASE("elementwise: values and derivatives of one operand, in both types") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Unary& operation : unary_operations()) {
      CAPTURE(operation.name);
      CAPTURE(to_string(dtype));
      Random random(21);
      const Tensor x =
          Tensor::uniform(Shape{4, 25}, operation.low, operation.high, random, {.dtype = dtype, .requires_grad = true});
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
  const Tensor x32 = Tensor::uniform(Shape{50, 4}, -3, 3, random, {.requires_grad = true});
  const Tensor row32 = Tensor::uniform(Shape{4}, 0.5, 2, random, {.requires_grad = true});
  const auto gradients_of = [](const Tensor& x, const Tensor& row) {
    const Tape tape;
    const Tensor y = tanh(x * row) + softplus(x) / (row + 1.0) - power(row, sigmoid(x)) * gelu(x) +
                     silu(x) * elu(x) * leaky_relu(x - row) + sqrt(row) * log1p(square(x)) - maximum(x, row);
    const Gradients gradients = backward_of_ones(y);
    return std::pair(gradients[x].to_vector<double>(), gradients[row].to_vector<double>());
  };
  const auto [x, row] = gradients_of(x32, row32);
  const auto [exact_x, exact_row] =
      gradients_of(Tensor::from(x32.to_vector<double>(), x32.shape(), float64_parameter),
                   Tensor::from(row32.to_vector<double>(), row32.shape(), float64_parameter));
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
    const Tensor x = Tensor::from({-1000, -90, 90, 1000}, {.dtype = dtype, .requires_grad = true});
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
  CHECK(log1p(Tensor({1e-30F})).item() == static_cast<double>(1e-30F));
  CHECK(expm1(Tensor({1e-30F})).item() == static_cast<double>(1e-30F));
}

TEST_CASE("elementwise: at infinity and at the edge of the domain as std has it") {
  const Tensor edges = Tensor::from({0, infinity, -infinity}, float64_options);
  CHECK(exp(edges).to_vector<double>() == Doubles{1, infinity, 0});
  CHECK(sigmoid(edges).to_vector<double>() == Doubles{0.5, 1, 0});
  CHECK(softplus(edges).to_vector<double>() == Doubles{std::log(2.0), infinity, 0});
  CHECK(reciprocal(edges).to_vector<double>() == Doubles{infinity, 0, -0.0});
  CHECK(log(Tensor({0.F})).item() == -infinity);
  CHECK(std::isnan(log(Tensor({-1.F})).item()));
  CHECK(std::isnan(sqrt(Tensor({-1.F})).item()));
  CHECK(log1p(Tensor({-1.F})).item() == -infinity);
  CHECK(std::isnan(power(Tensor({-2.F}), 0.5).item()));
  CHECK(power(Tensor({-2.F}), 3).item() == -8);
  CHECK(power(Tensor({0.F}), 0).item() == 1);
}

// A NaN that a later operation swallows is a diverged model that nobody notices.
TEST_CASE("elementwise: NaN goes through, on either side") {
  const Tensor x = Tensor::from({not_a_number}, float64_options);
  const Tensor one = Tensor::from({1}, float64_options);
  for (const Tensor& y :
       {relu(x),         leaky_relu(x), elu(x),        gelu(x),           silu(x),         softplus(x),
        sigmoid(x),      tanh(x),       abs(x),        sqrt(x),           exp(x),          log(x),
        clamp(x, -1, 1), maximum(x, 0), minimum(x, 0), maximum(x, one),   maximum(one, x), minimum(x, one),
        minimum(one, x), x + one,       one * x,       where(one, x, one)}) {
    CHECK(std::isnan(y.item()));
  }
  CHECK(equal(x, x).item() == 0);
  CHECK(not_equal(x, x).item() == 1);
}

TEST_CASE("elementwise: derivatives where there is no one slope") {
  const auto slope_at = [](double at, auto&& function) {
    const Tensor x = Tensor::from({at}, float64_parameter);
    const Tape tape;
    return function(x).backward()[x].item();
  };
  CHECK(slope_at(0, [](const Tensor& x) { return abs(x); }) == 0);
  CHECK(slope_at(0, [](const Tensor& x) { return relu(x); }) == 0);
  CHECK(slope_at(2, [](const Tensor& x) { return maximum(x, 2.0); }) == 0.5);
  CHECK(slope_at(2, [](const Tensor& x) { return minimum(x, 2.0); }) == 0.5);
  CHECK(slope_at(2, [](const Tensor& x) { return clamp(x, 2, 3); }) == 1);
  CHECK(slope_at(3, [](const Tensor& x) { return clamp(x, 2, 3); }) == 1);
  CHECK(slope_at(3.1, [](const Tensor& x) { return clamp(x, 2, 3); }) == 0);
  CHECK(slope_at(0, [](const Tensor& x) { return power(x, 1.0); }) == 1);
  CHECK(slope_at(0, [](const Tensor& x) { return power(x, 0.0); }) == 0);
  CHECK(slope_at(0, [](const Tensor& x) { return power(x, 2.0); }) == 0);
}

TEST_CASE("elementwise: equal operands of maximum and minimum share the gradient") {
  const Tensor a = Tensor::from({1, 2, 3}, float64_parameter);
  const Tensor b = Tensor::from({3, 2, 1}, float64_parameter);
  const Tensor seed = Tensor::from({2, 20, 200}, float64_options);
  const Tape tape;
  const Gradients largest = maximum(a, b).backward({.cotangent = seed});
  CHECK(largest[a].to_vector<double>() == Doubles{0, 10, 200});
  CHECK(largest[b].to_vector<double>() == Doubles{2, 10, 0});
  const Gradients least = minimum(a, b).backward({.cotangent = seed});
  CHECK(least[a].to_vector<double>() == Doubles{2, 10, 0});
  CHECK(least[b].to_vector<double>() == Doubles{0, 10, 200});
  CHECK(maximum(a, a).backward({.cotangent = seed})[a].to_vector<double>() == Doubles{2, 20, 200});
}

// d (a / b) / d b = -a / b^2, where b^2 alone would overflow or vanish.
TEST_CASE("elementwise: the gradient of a quotient is finite where it can be") {
  const Tensor a = Tensor({1e30F, 1e-30F});
  const Tensor b = Tensor::from({1e25F, 1e-25F}, {.requires_grad = true});
  const Tape tape;
  const Doubles by_b = backward_of_ones(a / b)[b].to_vector<double>();
  CHECK(by_b[0] == doctest::Approx(-1e-20).epsilon(1e-6).scale(0));
  CHECK(by_b[1] == doctest::Approx(-1e20).epsilon(1e-6));
  const Tensor large = Tensor::from({1e25F}, {.requires_grad = true});
  CHECK(backward_of_ones(1e30 / large)[large].item() == doctest::Approx(-1e-20).epsilon(1e-6).scale(0));
}

TEST_CASE("elementwise: the exponent's gradient, at a base of 0 too") {
  const Tensor base = Tensor::from({0, 0, 2}, float64_parameter);
  const Tensor exponent = Tensor::from({0, 2, 3}, float64_parameter);
  const Tape tape;
  const Gradients gradients = backward_of_ones(power(base, exponent));
  CHECK(gradients[base].to_vector<double>() == Doubles{0, 0, 12});
  CHECK(gradients[exponent].to_vector<double>()[0] == 0);
  CHECK(gradients[exponent].to_vector<double>()[1] == 0);
  CHECK(gradients[exponent].to_vector<double>()[2] == doctest::Approx(8 * std::log(2.0)));
}

TEST_CASE("elementwise: comparisons are constants of the operands' type") {
  const Tensor x = Tensor::from({1, 2, 3}, {.requires_grad = true});
  const Tape tape;
  const Tensor held = greater(x, 2.0);
  CHECK(held.dtype() == DType::float32);
  CHECK_FALSE(held.requires_grad());
  CHECK(tape.records().empty());
  CHECK(held.to_vector<double>() == Doubles{0, 0, 1});
  CHECK(greater_equal(x, 2.0).to_vector<double>() == Doubles{0, 1, 1});
  CHECK(less(x, 2.0).to_vector<double>() == Doubles{1, 0, 0});
  CHECK(less_equal(x, 2.0).to_vector<double>() == Doubles{1, 1, 0});
  CHECK(equal(x, 2.0).to_vector<double>() == Doubles{0, 1, 0});
  CHECK(not_equal(x, 2.0).to_vector<double>() == Doubles{1, 0, 1});
  CHECK(equal(Tensor({0.1F}), 0.1).item() == 1);  // the number takes the tensor's type
  CHECK(equal(Tensor({-0.F}), 0.0).item() == 1);
  CHECK(backward_of_ones(held * x)[x].to_vector<double>() == Doubles{0, 0, 1});
}

TEST_CASE("elementwise: where chooses, broadcasting all three") {
  const Tensor condition = Tensor::from({1, 0, -2}, float64_options);
  const Tensor a = Tensor::from({1, 2}, Shape{2, 1}, float64_parameter);
  const Tensor b = Tensor::scalar(9, float64_parameter);
  const Tape tape;
  const Tensor y = where(condition, a, b);
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y.to_vector<double>() == Doubles{1, 9, 1, 2, 9, 2});
  const Gradients gradients = y.backward({.cotangent = Tensor::from({1, 2, 3, 4, 5, 6}, Shape{2, 3}, float64_options)});
  CHECK(gradients[a].to_vector<double>() == Doubles{4, 10});
  CHECK(gradients[b].item() == 7);
  CHECK(where(Tensor::from({1, 0}, Shape{2, 1}, float64_options), b, Tensor::from({5, 6, 7}, float64_options))
            .to_vector<double>() == Doubles{9, 9, 9, 5, 6, 7});
}

TEST_CASE("elementwise: where gives the side not chosen exactly nothing, even of an infinite gradient") {
  const Tensor a = Tensor::from({1, 2}, float64_parameter);
  const Tensor b = Tensor::from({3, 4}, float64_parameter);
  const Tape tape;
  const Tensor y = where(Tensor::from({1, 0}, float64_options), a, b);
  const Gradients gradients = y.backward({.cotangent = Tensor::from({infinity, -infinity}, float64_options)});
  CHECK(gradients[a].to_vector<double>() == Doubles{infinity, 0});
  CHECK(gradients[b].to_vector<double>() == Doubles{0, -infinity});
}

TEST_CASE("elementwise: operands that do not go together") {
  const Tensor a = Tensor::zeros(Shape{2, 3}).named("a");
  const Tensor b = Tensor::zeros(Shape{2});
  const Tensor wide = Tensor::zeros(Shape{3}, float64_options);
  const auto shapes = [](const std::string& name) {
    return name +
           ": shapes 'a' [2, 3] float32 and [2] float32 do not broadcast: aligned at the last axis, extents must be "
           "equal or 1";
  };
  const auto types = [](const std::string& name) {
    return name + ": 'a' [2, 3] float32 and [3] float64 are of different types; convert one with to(float32)";
  };
  for (const Binary& operation : binary_operations()) {
    CAPTURE(operation.name);
    const std::string shape_text = error_text<ShapeError>([&] { operation.ours(a, b); }, false);
    CHECK(shape_text.substr(shape_text.find(": ") + 2) == shapes(operation.name));
    const std::string type_text = error_text<DTypeError>([&] { operation.ours(a, wide); }, false);
    CHECK(type_text.substr(type_text.find(": ") + 2) == types(operation.name));
  }
  CHECK(error_text<ShapeError>([&] { where(a, a, b); }) == shapes("where"));
  CHECK(error_text<ShapeError>([&] { where(b, a, a); }) ==
        "where: the condition [2] float32 does not broadcast with the values' shape [2, 3]");
  CHECK(error_text<ShapeError>([] {
          Tensor::zeros(Shape{1, 2}) + Tensor::zeros(Shape{2, 3, 1, 3});
        }).starts_with("add: shapes [1, 2] float32 and [2, 3, 1, 3] float32 do not broadcast"));
}

TEST_CASE("elementwise: operations never write to their inputs") {
  for (const Unary& operation : unary_operations()) {
    CAPTURE(operation.name);
    const Tensor x = Tensor::from({0.5, 2, 3}, float64_parameter);
    const Tensor seed = Tensor::from({2, 3, 4}, float64_options);
    const Tape tape;
    const Tensor y = operation.ours(x);
    const Doubles before = y.to_vector<double>();
    y.backward({.cotangent = seed});
    CHECK(x.to_vector<double>() == Doubles{0.5, 2, 3});
    CHECK(y.to_vector<double>() == before);
    CHECK(seed.to_vector<double>() == Doubles{2, 3, 4});
  }
}
