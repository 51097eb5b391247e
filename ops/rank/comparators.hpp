#pragma once

#include <ranktape/ops/rank/sorting_network.hpp>

// Internal.
namespace ranktape::detail {

/// What a comparator of a and b does: it leaves keep a + swap b on its first wire and swap a + keep b on its second.
struct Mixture {
  double keep;
  double swap;   ///< 1 - keep, to its last digit
  double slope;  ///< d keep / d (b - a)
};

/// `difference` is b - a, `inverse` 1 / temperature.
Mixture mix(Comparator comparator, double difference, double inverse);

}  // namespace ranktape::detail
