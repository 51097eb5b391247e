#pragma once

#include <ranktape/ops/list_tiles.hpp>
#include <ranktape/ops/loss/gains_kernels.hpp>

#include <cstdint>

// Internal: what lambda_loss prepares for its pairs, on either device.
namespace ranktape::detail {

enum class PairGain { exponential, linear, label, squared_label };

/// What a label is worth in a pair. The best DCG is in the unit of NDCG's gains, see gain_of.
constexpr double pair_gain(PairGain gain, double label, double largest) {
  switch (gain) {
    case PairGain::exponential: return gain_of(label, largest, Gain::exponential);
    case PairGain::linear: return gain_of(label, largest, Gain::linear);
    case PairGain::label: return label;
    case PairGain::squared_label: return label * label;
  }
  return 0;
}

/// The discount of place i, from 0.
constexpr double discount_of(std::int64_t i) { return rank_discount(static_cast<double>(i + 1)); }

/// The part of place i, from 0, in a list's best DCG; `labels` decrease.
constexpr double best_gain(PairGain gain, const double* labels, std::int64_t i) {
  return pair_gain(gain, labels[i], labels[0]) * discount_of(i);
}

namespace kernels {

/// Discounts by place, from 0, and by the distance of two places.
struct DiscountTables {
  double* discounts;
  double* distances;
  constexpr void operator()(std::int64_t i) const {
    discounts[i] = discount_of(i);
    distances[i] = i == 0 ? 0 : discount_of(i - 1) - discount_of(i);
  }
};

struct BestGain {
  PairGain gain;
  const double* labels;
  std::int64_t k;
  constexpr double operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry - place.begin;
    return i < k ? best_gain(gain, labels + place.begin, i) : 0;
  }
};

/// Gains over `best`, where that is not null, in the order of the scores.
template <class Scalar>
struct GainsInOrder {
  PairGain gain;
  const std::uint32_t* order;
  ListOffsets lists;
  const Scalar* targets;
  const double* labels;  ///< in decreasing order
  const double* best;
  double* to;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const std::int64_t begin = lists.begin(list);
    const double found = pair_gain(gain, static_cast<double>(targets[begin + order[i]]), labels[begin]);
    to[i] = best == nullptr ? found : (best[list] > 0 ? found / best[list] : 0);
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
