#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace ranktape {

/// What place r = 1, ..., n of a list weighs.
enum class PlaceWeights {
  equal,       ///< 1
  discount,    ///< 1 / log2(1 + r)
  exponential  ///< (2^(n - r) - 1) / (2^(n - 1) - 1): as p-ListMLE, but at most 1, so that no list is too long
};

namespace detail {

/// 1 / log2(1 + rank)
constexpr double rank_discount(double rank) { return std::numbers::ln2 / std::log(1 + rank); }

/// The weight of a place, which between two is one of equal documents, in a list of n.
constexpr double place_weight(PlaceWeights places, double rank, std::int64_t n) {
  if (places == PlaceWeights::equal) {
    return 1;
  }
  if (places == PlaceWeights::discount) {
    return rank_discount(rank);
  }
  const double last = std::exp2(static_cast<double>(1 - n));
  return n < 2 ? 0 : (std::exp2(1 - rank) - last) / (1 - last);
}

}  // namespace detail
}  // namespace ranktape
