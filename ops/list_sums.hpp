#pragma once

#include <cmath>
#include <cstddef>

// Internal: sums over one list, in double whatever the list's type is.
namespace ranktape::detail {

/// term(0) + ... + term(count - 1), in several sums side by side that a compiler turns into vector instructions. The
/// order is a function of `count` alone.
template <class Term>
constexpr double sum_of(std::size_t count, const Term& term) {
  constexpr std::size_t lanes = 8;
  double sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      sums[lane] += term(i + lane);
    }
  }
  double total = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  for (; i < count; ++i) {
    total += term(i);
  }
  return total;
}

/// The sum of a list.
template <class List>
constexpr double sum_of(const List& x) {
  return sum_of(x.size(), [&](std::size_t i) { return static_cast<double>(x[i]); });
}

/// Mean and mean squared deviation of a list that is not empty. Measured from its first element, so that a list of
/// equal values has exactly that mean and no deviation.
struct Moments {
  double mean;
  double variance;
};

template <class List>
constexpr Moments moments(const List& x) {
  const auto origin = static_cast<double>(x.front());
  const auto count = static_cast<double>(x.size());
  const double mean =
      origin + sum_of(x.size(), [&](std::size_t i) { return static_cast<double>(x[i]) - origin; }) / count;
  const double squares = sum_of(x.size(), [&](std::size_t i) {
    const double deviation = static_cast<double>(x[i]) - mean;
    return deviation * deviation;
  });
  return {mean, squares / count};
}

/// log(sum of e^x): the greatest element is taken out, so that nothing overflows. -inf for an empty list.
template <class List>
constexpr double log_sum_exp(const List& x) {
  double greatest = -INFINITY;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<double>(x[i]);
    greatest = value > greatest || std::isnan(value) ? value : greatest;
  }
  if (!std::isfinite(greatest)) {
    return greatest;
  }
  return greatest +
         std::log(sum_of(x.size(), [&](std::size_t i) { return std::exp(static_cast<double>(x[i]) - greatest); }));
}

}  // namespace ranktape::detail
