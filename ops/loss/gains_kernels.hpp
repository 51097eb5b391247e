#pragma once

#include <ranktape/ops/list_tiles.hpp>
#include <ranktape/ops/loss/extremes.hpp>
#include <ranktape/ops/loss/place_weights.hpp>
#include <ranktape/ops/metrics.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

// Internal: what labels are worth, and what an order of them can be worth at most, on either device.
namespace ranktape::detail {

inline constexpr int counted_labels = 32;
constexpr bool is_counted_label(double label) {
  return label >= 0 && label < counted_labels && static_cast<double>(static_cast<int>(label)) == label;
}

/// What a label is worth, in a list whose labels are at most `greatest`: exact for whole labels below 32. Where 2^label
/// could overflow it is measured in units of 2^greatest: losses divide by the list's best sum of gains.
constexpr double gain_of(double label, double greatest, Gain gain) {
  if (gain == Gain::linear) {
    return label / (greatest > 0 ? greatest : 1);
  }
  if (greatest < counted_labels) {
    return is_counted_label(label) ? static_cast<double>((std::int64_t{1} << static_cast<int>(label)) - 1)
                                   : std::expm1(label * std::numbers::ln2);
  }
  return -std::expm1(-label * std::numbers::ln2) * std::exp((label - greatest) * std::numbers::ln2);
}

namespace kernels {

struct ExtremesTerm {
  const double* values;
  constexpr Extremes operator()(const ScanPlace& place) const { return {values[place.entry], values[place.entry]}; }
};

struct DocumentGain {
  const double* labels;
  const double* weights;  ///< null: 1 each
  const Extremes* of_labels;
  Gain gain;
  double* gains;
  constexpr void operator()(const ScanPlace& place) const {
    const double weight = weights == nullptr ? 1 : weights[place.entry];
    gains[place.entry] = weight * gain_of(labels[place.entry], of_labels[place.list].greatest, gain);
  }
};

/// The terms of the greatest discounted sum, over gains that fall.
struct DiscountedTerm {
  const double* sorted;
  std::int64_t k;
  constexpr double operator()(const ScanPlace& place) const {
    const std::int64_t rank = place.entry - place.begin + 1;
    return rank <= k && sorted[place.entry] > 0 ? sorted[place.entry] * rank_discount(static_cast<double>(rank)) : 0;
  }
};

/// Divides the gains by the greatest sum of their list; 0 where any order is as good.
struct NormaliseGain {
  const Extremes* of_gains;
  const double* greatest_sums;
  double* gains;
  constexpr void operator()(const ScanPlace& place) const {
    gains[place.entry] = of_gains[place.list].differ() ? gains[place.entry] / greatest_sums[place.list] : 0;
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
