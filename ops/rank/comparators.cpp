#include <ranktape/ops/rank/comparators.hpp>

#include <cmath>
#include <numbers>

namespace ranktape::detail {
namespace {

/// 1 - f(v) and f'(v) for v >= 0: the small one of the two shares, so that it keeps its digits.
struct Tail {
  double share;
  double slope;
};

Tail logistic_tail(double v) {
  const double e = std::exp(-v);
  return {e / (1 + e), e / ((1 + e) * (1 + e))};
}

// v / (|difference| + epsilon)^lambda, as diffsort's activation replacement.
Tail logistic_phi_tail(double difference, double inverse) {
  constexpr double epsilon = 1e-10;
  constexpr double lambda = 0.25;
  const double shifted = difference + epsilon;
  const double power = std::pow(shifted, -lambda);
  const Tail tail = logistic_tail(difference * inverse * power);
  return {tail.share, tail.slope * power * (1 - lambda * difference / shifted)};
}

Tail gaussian_tail(double v) {
  const double density = std::exp(-v * v / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  return {std::erfc(v / std::numbers::sqrt2) / 2, density};
}

Tail reciprocal_tail(double v) { return {1 / (2 + v), 1 / ((2 + v) * (2 + v))}; }

Tail cauchy_tail(double v) { return {std::atan2(1.0, v) * std::numbers::inv_pi, std::numbers::inv_pi / (1 + v * v)}; }

Tail optimal_tail(double v) {
  constexpr double linear_part = 0.25;
  return v <= linear_part ? Tail{0.5 - v, 1} : Tail{1 / (16 * v), 1 / (16 * v) / v};
}

Tail tail_of(Comparator comparator, double difference, double inverse) {
  const double v = difference * inverse;
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

}  // namespace

Mixture mix(Comparator comparator, double difference, double inverse) {
  const Tail tail = tail_of(comparator, std::abs(difference), inverse);
  const double slope = tail.slope * inverse;
  return difference >= 0 ? Mixture{1 - tail.share, tail.share, slope} : Mixture{tail.share, 1 - tail.share, slope};
}

}  // namespace ranktape::detail
