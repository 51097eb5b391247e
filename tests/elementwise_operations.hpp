#pragma once

#include "on_device.hpp"

#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

/// Every elementwise operation with its exact value and derivative.
namespace ranktape::tests {

inline const TensorOptions float64_options = {.dtype = DType::float64};
inline const TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};

using Doubles = std::vector<double>;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline double epsilon_of(DType dtype) {
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

inline std::vector<Unary> unary_operations() {
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

inline std::vector<Binary> binary_operations() {
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

inline Gradients backward_of_ones(const Tensor& y) {
  return y.backward({.cotangent = tests::ones(y.shape(), {.dtype = y.dtype()})});
}

}  // namespace ranktape::tests
