#pragma once

#include <cmath>

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
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return -x;
  }
  static constexpr double constant_derivative() { return -1; }
};

struct Abs {
  static constexpr const char* name = "abs";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::abs(x);
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return static_cast<Scalar>((x > 0) - (x < 0));
  }
};

struct Exp {
  static constexpr const char* name = "exp";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::exp(x);
  }
  template <class Scalar>
  constexpr Scalar derivative_at_output(Scalar y) const {
    return y;
  }
};

struct Log {
  static constexpr const char* name = "log";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::log(x);
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return 1 / x;
  }
};

struct Log1p {
  static constexpr const char* name = "log1p";
  static constexpr Interval domain = {-0.5, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::log1p(x);
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return 1 / (1 + x);
  }
};

struct Expm1 {
  static constexpr const char* name = "expm1";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::expm1(x);
  }
  template <class Scalar>
  constexpr Scalar derivative_at_output(Scalar y) const {
    return y + 1;
  }
};

struct Sqrt {
  static constexpr const char* name = "sqrt";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::sqrt(x);
  }
  template <class Scalar>
  constexpr Scalar derivative_at_output(Scalar y) const {
    return Scalar{0.5} / y;
  }
};

struct Square {
  static constexpr const char* name = "square";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x * x;
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return 2 * x;
  }
};

struct Reciprocal {
  static constexpr const char* name = "reciprocal";
  static constexpr Interval domain = {0.5, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return 1 / x;
  }
  template <class Scalar>
  constexpr Scalar derivative_at_output(Scalar y) const {
    return -y * y;
  }
};

struct Clamp {
  double low = -1;
  double high = 1;
  static constexpr const char* name = "clamp";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    const Scalar raised = x < static_cast<Scalar>(low) ? static_cast<Scalar>(low) : x;
    return raised > static_cast<Scalar>(high) ? static_cast<Scalar>(high) : raised;
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return x >= static_cast<Scalar>(low) && x <= static_cast<Scalar>(high) ? Scalar{1} : Scalar{0};
  }
};

/// Whether the derivative is given at the output, so that the input need not be kept.
template <class Formula>
inline constexpr bool differentiates_at_output = requires(const Formula& formula) {
  formula.derivative_at_output(0.0);
};

/// The derivative at a point: an output where it is given at that, else an input.
template <class Formula, class Scalar>
constexpr Scalar derivative_at(const Formula& formula, Scalar point) {
  if constexpr (differentiates_at_output<Formula>) {
    return formula.derivative_at_output(point);
  } else {
    return formula.derivative(point);
  }
}

}  // namespace ranktape::formulas
