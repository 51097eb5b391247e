#pragma once

#include <ranktape/ops/elementwise_formulas.hpp>

#include <cmath>

// Internal. As elementwise_formulas.hpp, with a number on one side.
namespace ranktape::formulas {

struct AddNumber {
  double number = 1.5;
  static constexpr const char* name = "add_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x + static_cast<Scalar>(number);
  }
  static constexpr double constant_derivative() { return 1; }
};

struct SubtractFromNumber {
  double number = 1.5;
  static constexpr const char* name = "subtract_from_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return static_cast<Scalar>(number) - x;
  }
  static constexpr double constant_derivative() { return -1; }
};

struct MultiplyNumber {
  double number = 1.5;
  static constexpr const char* name = "multiply_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x * static_cast<Scalar>(number);
  }
  [[nodiscard]] double constant_derivative() const { return number; }
};

struct DivideByNumber {
  double number = 1.5;
  static constexpr const char* name = "divide_by_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x / static_cast<Scalar>(number);
  }
  [[nodiscard]] double constant_derivative() const { return 1 / number; }
};

struct DivideNumber {
  double number = 1.5;
  static constexpr const char* name = "divide_number";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return static_cast<Scalar>(number) / x;
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return -(static_cast<Scalar>(number) / x) / x;
  }
};

struct PowerNumber {
  double exponent = 2.5;
  static constexpr const char* name = "power_number";
  static constexpr Interval domain = {0.5, 3};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::pow(x, static_cast<Scalar>(exponent));
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
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
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x < static_cast<Scalar>(number) ? static_cast<Scalar>(number) : x;
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    const Scalar other = static_cast<Scalar>(number);
    return x == other ? Scalar{0.5} : static_cast<Scalar>(x > other);
  }
};

struct MinimumNumber {
  double number = 0.5;
  static constexpr const char* name = "minimum_number";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x > static_cast<Scalar>(number) ? static_cast<Scalar>(number) : x;
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    const Scalar other = static_cast<Scalar>(number);
    return x == other ? Scalar{0.5} : static_cast<Scalar>(x < other);
  }
};

}  // namespace ranktape::formulas
