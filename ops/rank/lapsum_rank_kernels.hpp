#pragma once

#include <ranktape/ops/rank/laplace_kernels.hpp>

#include <cstdint>

// Internal: lapsum_rank on the accelerator; lapsum_rank.cpp has the mathematics.
namespace ranktape::detail::kernels {

/// The rank of the document in one place of the sorted order. Equal values get that of the last of them, found by
/// bisection, so that theirs are equal to the last digit.
template <class Rank>
struct LaplaceRank {
  LaplacePlaces places;
  SmoothCounts counts;
  Rank* ranks;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = places.lists.list_of(i);
    const std::int64_t begin = places.lists.begin(list);
    const std::int64_t end = begin + places.lists.size(list);
    const auto differs = [&](std::int64_t k) { return places.sorted[k] != places.sorted[i]; };
    const bool alone = i + 1 == end || differs(i + 1);  // as most are
    const std::int64_t last = alone ? i : first_where(i + 1, end, differs) - 1;
    const double rank = 1.0 + static_cast<double>(last - begin) + (counts.after[last] - counts.before[last]) / 2;
    ranks[begin + places.order[i]] = static_cast<Rank>(rank);
  }
};

/// D_i from below or, reversed, from above: sum over the values on that side of (g_i - g_j) e^(-|u_i - u_j| / t).
template <class Rank, bool Reverse>
struct LaplaceRankCarry : LaplaceDecays<Reverse> {
  LaplacePlaces places;
  const Rank* g;
  const double* sums;  ///< before_i or after_i

  [[nodiscard]] constexpr double step(const ScanPlace& place, double carried) const {
    if (place.first) {
      return 0;
    }
    const std::int64_t neighbour = place.entry + (Reverse ? 1 : -1);
    const double difference = gradient(place.begin, place.entry) - gradient(place.begin, neighbour);
    return this->decay(place) * (difference * (1 + sums[neighbour]) + carried);
  }
  [[nodiscard]] constexpr double gradient(std::int64_t begin, std::int64_t i) const {
    return static_cast<double>(g[begin + places.order[i]]);
  }
};

template <class Rank>
struct LaplaceRankBelow : LaplaceRankCarry<Rank, false> {
  double* from_below;
  constexpr void store(const ScanPlace& place, double carried) const { from_below[place.entry] = carried; }
};

/// From above, and then the gradient.
template <class Scalar, class Rank>
struct LaplaceRankGradient : LaplaceRankCarry<Rank, true> {
  const double* from_below;
  Scalar* result;
  const Scalar* values;  ///< null where the temperature wants no gradient
  double* moments;       ///< its terms, in sorted order, measured from the list's first value
  constexpr void store(const ScanPlace& place, double carried) const {
    const std::int64_t document = place.begin + this->places.order[place.entry];
    const double own = (from_below[place.entry] + carried) / 2 * this->places.inverse[place.list] * this->places.sign;
    result[document] = static_cast<Scalar>(own);
    if (values != nullptr) {
      moments[place.entry] = -own * (static_cast<double>(values[document]) - static_cast<double>(values[place.begin]));
    }
  }
};

}  // namespace ranktape::detail::kernels
