#pragma once

#include <ranktape/ops/elementwise_formulas.hpp>

// Internal. As elementwise_formulas.hpp, of two operands: `saves_inputs` says whether the derivatives need them.
namespace ranktape::formulas {

struct Add {
  static constexpr const char* name = "add";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = false;
  template <class Scalar>
  Scalar value(Scalar a, Scalar b) const {
    return a + b;
  }
  template <class Scalar>
  Scalar derivative_a(Scalar, Scalar) const {
    return Scalar{1};
  }
  template <class Scalar>
  Scalar derivative_b(Scalar, Scalar) const {
    return Scalar{1};
  }
};

struct Subtract {
  static constexpr const char* name = "subtract";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = false;
  template <class Scalar>
  Scalar value(Scalar a, Scalar b) const {
    return a - b;
  }
  template <class Scalar>
  Scalar derivative_a(Scalar, Scalar) const {
    return Scalar{1};
  }
  template <class Scalar>
  Scalar derivative_b(Scalar, Scalar) const {
    return Scalar{-1};
  }
};

struct Multiply {
  static constexpr const char* name = "multiply";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  Scalar value(Scalar a, Scalar b) const {
    return a * b;
  }
  template <class Scalar>
  Scalar derivative_a(Scalar, Scalar b) const {
    return b;
  }
  template <class Scalar>
  Scalar derivative_b(Scalar a, Scalar) const {
    return a;
  }
};

struct Divide {
  static constexpr const char* name = "divide";
  static constexpr Interval domain = {0.5, 3};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  Scalar value(Scalar a, Scalar b) const {
    return a / b;
  }
  template <class Scalar>
  Scalar derivative_a(Scalar, Scalar b) const {
    return 1 / b;
  }
  template <class Scalar>
  Scalar derivative_b(Scalar a, Scalar b) const {
    return -(a / b) / b;
  }
};

struct Power {
  static constexpr const char* name = "power";
  static constexpr Interval domain = {0.5, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  Scalar value(Scalar a, Scalar b) const {
    return std::pow(a, b);
  }
  template <class Scalar>
  Scalar derivative_a(Scalar a, Scalar b) const {
    return b == 0 ? Scalar{0} : b * std::pow(a, b - 1);
  }
  // a^b log a, whose limit at a = 0 is 0 for b > 0.
  template <class Scalar>
  Scalar derivative_b(Scalar a, Scalar b) const {
    return a == 0 && b >= 0 ? Scalar{0} : std::pow(a, b) * std::log(a);
  }
};

// Where both are equal, the gradient is shared. A NaN on either side is the result.
struct Maximum {
  static constexpr const char* name = "maximum";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  Scalar value(Scalar a, Scalar b) const {
    return a < b || b != b ? b : a;
  }
  template <class Scalar>
  Scalar derivative_a(Scalar a, Scalar b) const {
    return a == b ? Scalar{0.5} : static_cast<Scalar>(a > b);
  }
  template <class Scalar>
  Scalar derivative_b(Scalar a, Scalar b) const {
    return derivative_a(b, a);
  }
};

struct Minimum {
  static constexpr const char* name = "minimum";
  static constexpr Interval domain = {-2, 2};
  static constexpr bool saves_inputs = true;
  template <class Scalar>
  Scalar value(Scalar a, Scalar b) const {
    return b < a || b != b ? b : a;
  }
  template <class Scalar>
  Scalar derivative_a(Scalar a, Scalar b) const {
    return a == b ? Scalar{0.5} : static_cast<Scalar>(a < b);
  }
  template <class Scalar>
  Scalar derivative_b(Scalar a, Scalar b) const {
    return derivative_a(b, a);
  }
};

}  // namespace ranktape::formulas
