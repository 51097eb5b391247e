#pragma once

#include <ranktape/ops/elementwise_formulas.hpp>

// Internal. As elementwise_formulas.hpp, of two operands: `saves_inputs` says whether the derivatives need them.
namespace ranktape::formulas {

struct Add {
  static constexpr const char* name = "add";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = false;
  template <class Scalar>
  constexpr Scalar value(Scalar a, Scalar b) const {
    return a + b;
  }
  template <class Scalar>
  constexpr Scalar derivative_a(Scalar, Scalar) const {
    return Scalar{1};
  }
  template <class Scalar>
  constexpr Scalar derivative_b(Scalar, Scalar) const {
    return Scalar{1};
  }
};

struct Subtract {
  static constexpr const char* name = "subtract";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = false;
  template <class Scalar>
  constexpr Scalar value(Scalar a, Scalar b) const {
    return a - b;
  }
  template <class Scalar>
  constexpr Scalar derivative_a(Scalar, Scalar) const {
    return Scalar{1};
  }
  template <class Scalar>
  constexpr Scalar derivative_b(Scalar, Scalar) const {
    return Scalar{-1};
  }
};

struct Multiply {
  static constexpr const char* name = "multiply";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  constexpr Scalar value(Scalar a, Scalar b) const {
    return a * b;
  }
  template <class Scalar>
  constexpr Scalar derivative_a(Scalar, Scalar b) const {
    return b;
  }
  template <class Scalar>
  constexpr Scalar derivative_b(Scalar a, Scalar) const {
    return a;
  }
};

struct Divide {
  static constexpr const char* name = "divide";
  static constexpr Interval domain = {0.5, 3};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  constexpr Scalar value(Scalar a, Scalar b) const {
    return a / b;
  }
  template <class Scalar>
  constexpr Scalar derivative_a(Scalar, Scalar b) const {
    return 1 / b;
  }
  template <class Scalar>
  constexpr Scalar derivative_b(Scalar a, Scalar b) const {
    return -(a / b) / b;
  }
};

struct Power {
  static constexpr const char* name = "power";
  static constexpr Interval domain = {0.5, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  constexpr Scalar value(Scalar a, Scalar b) const {
    return std::pow(a, b);
  }
  template <class Scalar>
  constexpr Scalar derivative_a(Scalar a, Scalar b) const {
    return b == 0 ? Scalar{0} : b * std::pow(a, b - 1);
  }
  // a^b log a, whose limit at a = 0 is 0 for b > 0.
  template <class Scalar>
  constexpr Scalar derivative_b(Scalar a, Scalar b) const {
    return a == 0 && b >= 0 ? Scalar{0} : std::pow(a, b) * std::log(a);
  }
};

// Where both are equal, the gradient is shared. A NaN on either side is the result.
struct Maximum {
  static constexpr const char* name = "maximum";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  constexpr Scalar value(Scalar a, Scalar b) const {
    return a < b || b != b ? b : a;
  }
  template <class Scalar>
  constexpr Scalar derivative_a(Scalar a, Scalar b) const {
    return a == b ? Scalar{0.5} : static_cast<Scalar>(a > b);
  }
  template <class Scalar>
  constexpr Scalar derivative_b(Scalar a, Scalar b) const {
    return derivative_a(b, a);
  }
};

struct Minimum {
  static constexpr const char* name = "minimum";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  constexpr Scalar value(Scalar a, Scalar b) const {
    return b < a || b != b ? b : a;
  }
  template <class Scalar>
  constexpr Scalar derivative_a(Scalar a, Scalar b) const {
    return a == b ? Scalar{0.5} : static_cast<Scalar>(a < b);
  }
  template <class Scalar>
  constexpr Scalar derivative_b(Scalar a, Scalar b) const {
    return derivative_a(b, a);
  }
};

// What a kernel calls: the value of a formula, or one of its derivatives.

template <class Formula>
struct Value {
  Formula formula;
  template <class Scalar>
  constexpr Scalar operator()(Scalar a, Scalar b) const {
    return formula.value(a, b);
  }
};

template <class Formula>
struct DerivativeA {
  Formula formula;
  template <class Scalar>
  constexpr Scalar operator()(Scalar a, Scalar b) const {
    return formula.derivative_a(a, b);
  }
};

template <class Formula>
struct DerivativeB {
  Formula formula;
  template <class Scalar>
  constexpr Scalar operator()(Scalar a, Scalar b) const {
    return formula.derivative_b(a, b);
  }
};

// Comparisons, which have no derivative, and the operand itself, for broadcasting it.

struct Equal {
  constexpr bool operator()(auto a, auto b) const { return a == b; }
};
struct NotEqual {
  constexpr bool operator()(auto a, auto b) const { return a != b; }
};
struct Less {
  constexpr bool operator()(auto a, auto b) const { return a < b; }
};
struct LessEqual {
  constexpr bool operator()(auto a, auto b) const { return a <= b; }
};
struct Greater {
  constexpr bool operator()(auto a, auto b) const { return a > b; }
};
struct GreaterEqual {
  constexpr bool operator()(auto a, auto b) const { return a >= b; }
};
struct First {
  constexpr auto operator()(auto a, auto) const { return a; }
};

}  // namespace ranktape::formulas
