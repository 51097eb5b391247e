#pragma once

#include <cmath>
#include <numbers>

// Internal. One struct per elementwise operation: its value and its derivative, as formulas that hold for float and
// double, and the interval on which the gradient is checked. A formula gives one of
//   constant_derivative()    where neither input nor output is needed,
//   derivative(x)            from the input,
//   derivative_at_output(y)  from the output, which spares computing the function again.
namespace ranktape::formulas {

struct Interval {
  double low;
  double high;
};

struct Negate {
  static constexpr const char* name = "negate";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return -x; }
  static constexpr double constant_derivative() { return -1; }
};

struct Abs {
  static constexpr const char* name = "abs";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return std::abs(x); }
  template <class Scalar> Scalar derivative(Scalar x) const { return static_cast<Scalar>((x > 0) - (x < 0)); }
};

struct Exp {
  static constexpr const char* name = "exp";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return std::exp(x); }
  template <class Scalar> Scalar derivative_at_output(Scalar y) const { return y; }
};

struct Log {
  static constexpr const char* name = "log";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar> Scalar value(Scalar x) const { return std::log(x); }
  template <class Scalar> Scalar derivative(Scalar x) const { return 1 / x; }
};

struct Log1p {
  static constexpr const char* name = "log1p";
  static constexpr Interval domain = {-0.5, 4};
  template <class Scalar> Scalar value(Scalar x) const { return std::log1p(x); }
  template <class Scalar> Scalar derivative(Scalar x) const { return 1 / (1 + x); }
};

struct Expm1 {
  static constexpr const char* name = "expm1";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return std::expm1(x); }
  template <class Scalar> Scalar derivative_at_output(Scalar y) const { return y + 1; }
};

struct Sqrt {
  static constexpr const char* name = "sqrt";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar> Scalar value(Scalar x) const { return std::sqrt(x); }
  template <class Scalar> Scalar derivative_at_output(Scalar y) const { return Scalar{0.5} / y; }
};

struct Square {
  static constexpr const char* name = "square";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return x * x; }
  template <class Scalar> Scalar derivative(Scalar x) const { return 2 * x; }
};

struct Reciprocal {
  static constexpr const char* name = "reciprocal";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar> Scalar value(Scalar x) const { return 1 / x; }
  template <class Scalar> Scalar derivative_at_output(Scalar y) const { return -y * y; }
};

struct Tanh {
  static constexpr const char* name = "tanh";
  static constexpr Interval domain = {-3, 3};
  template <class Scalar> Scalar value(Scalar x) const { return std::tanh(x); }
  template <class Scalar> Scalar derivative_at_output(Scalar y) const { return 1 - y * y; }
};

struct Sigmoid {
  static constexpr const char* name = "sigmoid";
  static constexpr Interval domain = {-4, 4};
  template <class Scalar> Scalar value(Scalar x) const {
    const Scalar e = std::exp(-std::abs(x));  // of a negative number: no overflow
    return (x >= 0 ? Scalar{1} : e) / (1 + e);
  }
  template <class Scalar> Scalar derivative_at_output(Scalar y) const { return y * (1 - y); }
};

struct Relu {
  static constexpr const char* name = "relu";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return x <= 0 ? Scalar{0} : x; }  // NaN stays
  template <class Scalar> Scalar derivative_at_output(Scalar y) const { return y > 0 ? Scalar{1} : Scalar{0}; }
};

struct LeakyRelu {
  double negative_slope = 0.01;
  static constexpr const char* name = "leaky_relu";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return x > 0 ? x : static_cast<Scalar>(negative_slope) * x; }
  template <class Scalar> Scalar derivative(Scalar x) const {
    return x > 0 ? Scalar{1} : static_cast<Scalar>(negative_slope);
  }
};

struct Elu {
  double alpha = 1;
  static constexpr const char* name = "elu";
  static constexpr Interval domain = {-3, 2};
  template <class Scalar> Scalar value(Scalar x) const {
    return x > 0 ? x : static_cast<Scalar>(alpha) * std::expm1(x);
  }
  template <class Scalar> Scalar derivative(Scalar x) const {
    return x > 0 ? Scalar{1} : static_cast<Scalar>(alpha) * std::exp(x);
  }
};

// x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel 2016), not its tanh approximation.
struct Gelu {
  static constexpr const char* name = "gelu";
  static constexpr Interval domain = {-3, 3};
  template <class Scalar> static Scalar phi(Scalar x) {
    return Scalar{0.5} * std::erfc(-x / std::numbers::sqrt2_v<Scalar>);
  }
  template <class Scalar> Scalar value(Scalar x) const { return x * phi(x); }
  template <class Scalar> Scalar derivative(Scalar x) const {
    const Scalar density =
        std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<Scalar> / std::numbers::sqrt2_v<Scalar>;
    return phi(x) + x * density;
  }
};

// x sigmoid(x)
struct Silu {
  static constexpr const char* name = "silu";
  static constexpr Interval domain = {-4, 4};
  template <class Scalar> Scalar value(Scalar x) const { return x * Sigmoid().value(x); }
  template <class Scalar> Scalar derivative(Scalar x) const {
    const Scalar s = Sigmoid().value(x);
    return s * (1 + x * (1 - s));
  }
};

// log(1 + e^x)
struct Softplus {
  static constexpr const char* name = "softplus";
  static constexpr Interval domain = {-4, 4};
  template <class Scalar> Scalar value(Scalar x) const {
    return (x > 0 ? x : Scalar{0}) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class Scalar> Scalar derivative(Scalar x) const { return Sigmoid().value(x); }
};

struct Clamp {
  double low = -1;
  double high = 1;
  static constexpr const char* name = "clamp";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const {
    const Scalar raised = x < static_cast<Scalar>(low) ? static_cast<Scalar>(low) : x;
    return raised > static_cast<Scalar>(high) ? static_cast<Scalar>(high) : raised;
  }
  template <class Scalar> Scalar derivative(Scalar x) const {
    return x >= static_cast<Scalar>(low) && x <= static_cast<Scalar>(high) ? Scalar{1} : Scalar{0};
  }
};

// With a number on one side.

struct AddNumber {
  double number = 1.5;
  static constexpr const char* name = "add_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return x + static_cast<Scalar>(number); }
  static constexpr double constant_derivative() { return 1; }
};

struct SubtractFromNumber {
  double number = 1.5;
  static constexpr const char* name = "subtract_from_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return static_cast<Scalar>(number) - x; }
  static constexpr double constant_derivative() { return -1; }
};

struct MultiplyNumber {
  double number = 1.5;
  static constexpr const char* name = "multiply_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return x * static_cast<Scalar>(number); }
  [[nodiscard]] double constant_derivative() const { return number; }
};

struct DivideByNumber {
  double number = 1.5;
  static constexpr const char* name = "divide_by_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const { return x / static_cast<Scalar>(number); }
  [[nodiscard]] double constant_derivative() const { return 1 / number; }
};

struct DivideNumber {
  double number = 1.5;
  static constexpr const char* name = "divide_number";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar> Scalar value(Scalar x) const { return static_cast<Scalar>(number) / x; }
  template <class Scalar> Scalar derivative(Scalar x) const { return -(static_cast<Scalar>(number) / x) / x; }
};

struct PowerNumber {
  double exponent = 2.5;
  static constexpr const char* name = "power_number";
  static constexpr Interval domain = {0.5, 3};
  template <class Scalar> Scalar value(Scalar x) const { return std::pow(x, static_cast<Scalar>(exponent)); }
  template <class Scalar> Scalar derivative(Scalar x) const {
    if (exponent == 0) {
      return Scalar{0};
    }
    return static_cast<Scalar>(exponent) * std::pow(x, static_cast<Scalar>(exponent - 1));
  }
};

// Where both are equal, the derivative is a half: that of the mean of both sides.
struct MaximumNumber {
  double number = 0.5;
  static constexpr const char* name = "maximum_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const {
    return x < static_cast<Scalar>(number) ? static_cast<Scalar>(number) : x;
  }
  template <class Scalar> Scalar derivative(Scalar x) const {
    const Scalar other = static_cast<Scalar>(number);
    return x == other ? Scalar{0.5} : static_cast<Scalar>(x > other);
  }
};

struct MinimumNumber {
  double number = 0.5;
  static constexpr const char* name = "minimum_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar> Scalar value(Scalar x) const {
    return x > static_cast<Scalar>(number) ? static_cast<Scalar>(number) : x;
  }
  template <class Scalar> Scalar derivative(Scalar x) const {
    const Scalar other = static_cast<Scalar>(number);
    return x == other ? Scalar{0.5} : static_cast<Scalar>(x < other);
  }
};

}  // namespace ranktape::formulas
