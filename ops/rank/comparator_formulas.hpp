#pragma once

#include <ranktape/ops/rank/comparators.hpp>

#include <cmath>
#include <numbers>

// Internal: what the comparators compute, for either device.
namespace ranktape::detail::comparators {

/// 1 - f(v) and f'(v) for v >= 0: the small one of the two shares, so that it keeps its digits.
template <class Number>
struct Tail {
  Number share;
  Number slope;
};

template <class Number>
constexpr Tail<Number> logistic_tail(Number v) {
  const Number e = std::exp(-v);
  return {e / (1 + e), e / ((1 + e) * (1 + e))};
}

// v / (|difference| + epsilon)^lambda, as diffsort's activation replacement.
template <class Number>
constexpr Tail<Number> logistic_phi_tail(Number difference, Number inverse) {
  constexpr Number epsilon = 1e-10;
  constexpr Number lambda = 0.25;
  const Number shifted = difference + epsilon;
  const Number power = std::pow(shifted, -lambda);
  const Tail<Number> tail = logistic_tail(difference * inverse * power);
  return {tail.share, tail.slope * power * (1 - lambda * difference / shifted)};
}

template <class Number>
constexpr Tail<Number> gaussian_tail(Number v) {
  const Number density = std::exp(-v * v / 2) * std::numbers::inv_sqrtpi_v<Number> / std::numbers::sqrt2_v<Number>;
  return {std::erfc(v / std::numbers::sqrt2_v<Number>) / 2, density};
}

template <class Number>
constexpr Tail<Number> reciprocal_tail(Number v) {
  return {1 / (2 + v), 1 / ((2 + v) * (2 + v))};
}

template <class Number>
constexpr Tail<Number> cauchy_tail(Number v) {
  constexpr Number inv_pi = std::numbers::inv_pi_v<Number>;
  return {std::atan2(Number{1}, v) * inv_pi, inv_pi / (1 + v * v)};
}

template <class Number>
constexpr Tail<Number> optimal_tail(Number v) {
  constexpr Number linear_part = 0.25;
  return v <= linear_part ? Tail<Number>{Number{0.5} - v, 1} : Tail<Number>{1 / (16 * v), 1 / (16 * v) / v};
}

template <class Number>
constexpr Tail<Number> tail_of(Comparator comparator, Number difference, Number inverse) {
  const Number v = difference * inverse;
  switch (comparator) {
    case Comparator::logistic: return logistic_tail(v);
    case Comparator::logistic_phi: return logistic_phi_tail(difference, inverse);
    case Comparator::gaussian: return gaussian_tail(v);
    case Comparator::reciprocal: return reciprocal_tail(v);
    case Comparator::cauchy: return cauchy_tail(v);
    case Comparator::optimal: return optimal_tail(v);
  }
  return {};
}

/// As detail::mix.
template <class Number>
constexpr Mixture mix(Comparator comparator, Number difference, Number inverse) {
  const Tail<Number> tail = tail_of(comparator, std::abs(difference), inverse);
  const Number slope = tail.slope * inverse;
  return difference >= 0 ? Mixture{1 - tail.share, tail.share, slope} : Mixture{tail.share, 1 - tail.share, slope};
}

}  // namespace ranktape::detail::comparators
