#pragma once

#include <ranktape/ops/elementwise_formulas.hpp>

#include <array>
#include <cmath>
#include <numbers>

// Internal. As elementwise_formulas.hpp: what stands between the layers of a network. `limits`, of those that have it,
// are the values at which it is flat.
namespace ranktape::formulas {

struct Tanh {
  static constexpr const char* name = "tanh";
  static constexpr std::array<double, 2> limits = {-1, 1};
  static constexpr Interval domain = {-3, 3};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return std::tanh(x);
  }
  template <class Scalar>
  constexpr Scalar derivative_at_output(Scalar y) const {
    return 1 - y * y;
  }
};

struct Sigmoid {
  static constexpr const char* name = "sigmoid";
  static constexpr std::array<double, 2> limits = {0, 1};
  static constexpr Interval domain = {-4, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    const Scalar e = std::exp(-std::abs(x));  // of a negative number: no overflow
    return (x >= 0 ? Scalar{1} : e) / (1 + e);
  }
  template <class Scalar>
  constexpr Scalar derivative_at_output(Scalar y) const {
    return y * (1 - y);
  }
};

struct Relu {
  static constexpr const char* name = "relu";
  static constexpr std::array<double, 1> limits = {0};
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x <= 0 ? Scalar{0} : x;
  }  // NaN stays
  template <class Scalar>
  constexpr Scalar derivative_at_output(Scalar y) const {
    return y > 0 ? Scalar{1} : Scalar{0};
  }
};

struct LeakyRelu {
  double negative_slope = 0.01;
  static constexpr const char* name = "leaky_relu";
  static constexpr Interval domain = {-2, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x > 0 ? x : static_cast<Scalar>(negative_slope) * x;
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return x > 0 ? Scalar{1} : static_cast<Scalar>(negative_slope);
  }
};

struct Elu {
  double alpha = 1;
  static constexpr const char* name = "elu";
  static constexpr Interval domain = {-3, 2};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x > 0 ? x : static_cast<Scalar>(alpha) * std::expm1(x);
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return x > 0 ? Scalar{1} : static_cast<Scalar>(alpha) * std::exp(x);
  }
};

// x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel 2016), not its tanh approximation.
struct Gelu {
  static constexpr const char* name = "gelu";
  static constexpr Interval domain = {-3, 3};
  template <class Scalar>
  static Scalar phi(Scalar x) {
    return Scalar{0.5} * std::erfc(-x / std::numbers::sqrt2_v<Scalar>);
  }
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x * phi(x);
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    const Scalar density = std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<Scalar> / std::numbers::sqrt2_v<Scalar>;
    return phi(x) + x * density;
  }
};

// x sigmoid(x)
struct Silu {
  static constexpr const char* name = "silu";
  static constexpr Interval domain = {-4, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return x * Sigmoid().value(x);
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    const Scalar s = Sigmoid().value(x);
    return s * (1 + x * (1 - s));
  }
};

// log(1 + e^x)
struct Softplus {
  static constexpr const char* name = "softplus";
  static constexpr Interval domain = {-4, 4};
  template <class Scalar>
  constexpr Scalar value(Scalar x) const {
    return (x > 0 ? x : Scalar{0}) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class Scalar>
  constexpr Scalar derivative(Scalar x) const {
    return Sigmoid().value(x);
  }
};

}  // namespace ranktape::formulas
