#pragma once

#include <ranktape/ops/rank/laplace_kernels.hpp>

#include <cstdint>

// Internal: lapsum_sort on the accelerator; lapsum_sort.cpp has the mathematics.
namespace ranktape::detail::kernels {

/// Where the places lie, for kernels.
struct SortPlaces {
  std::uint32_t* intervals;  ///< null where nothing is recorded, as the two behind it
  double* below;
  double* above;
  double* values;  ///< null where the temperature wants no gradient
};

/// Solves one place.
template <class Scalar>
struct LaplacePlace {
  LaplacePlaces sorted;
  SmoothCounts counts;
  Scalar* to;
  SortPlaces places;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t index = sorted.lists.list_of(i);
    const std::int64_t begin = sorted.lists.begin(index);
    const LaplaceList list = sorted.list(index);
    const Crossing crossing = counts.of_list(begin).find(list, static_cast<double>(i - begin), 0.5);
    to[i] = static_cast<Scalar>(list.sign * crossing.b);
    if (places.intervals != nullptr) {
      places.intervals[i] = crossing.interval;
      places.below[i] = crossing.weight_below;
      places.above[i] = crossing.weight_above;
    }
    if (places.values != nullptr) {
      places.values[i] = list.sign * crossing.b;
    }
  }
};

/// The places of one gap lie side by side, for both are sorted: their weighted gradients are summed up along the
/// places, beginning anew with each gap. A gap may hold most of a list, and so must not be one index's work.
template <class Scalar>
struct SumOfGap {
  static constexpr bool reverse = false;
  const std::uint32_t* intervals;
  const double* weights;
  const Scalar* g;
  double* sums;
  [[nodiscard]] constexpr double decay(const ScanPlace& place) const {
    return !place.first && intervals[place.entry] == intervals[place.entry - 1] ? 1.0 : 0.0;
  }
  [[nodiscard]] constexpr double step(const ScanPlace& place, double carried) const {
    return decay(place) * carried + static_cast<double>(g[place.entry]) * weights[place.entry];
  }
  constexpr void store(const ScanPlace& place, double carried) const { sums[place.entry] = carried; }
};

/// Hands the sums of the gaps on either side of a sorted value to it.
struct TakeFromGaps {
  ListOffsets lists;
  const std::uint32_t* intervals;
  const double* sums_above;  ///< along the places, weighted for the value above the gap
  const double* sums_below;
  double* from_below;
  double* from_above;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const std::int64_t begin = lists.begin(list);
    const std::int64_t size = lists.size(list);
    from_below[i] = sum_of_gap(begin, size, i - begin, sums_above);
    from_above[i] = sum_of_gap(begin, size, i - begin + 1, sums_below);
  }
  /// At the last of the gap's places, if it has any.
  [[nodiscard]] constexpr double sum_of_gap(std::int64_t begin, std::int64_t size, std::int64_t interval,
                                            const double* sums) const {
    const std::int64_t behind =
        first_where(begin, begin + size, [&](std::int64_t place) { return std::int64_t{intervals[place]} > interval; });
    return behind > begin && std::int64_t{intervals[behind - 1]} == interval ? sums[behind - 1] : 0.0;
  }
};

/// Carries what entered at each value on to the others.
template <bool Reverse>
struct LaplaceSortCarry : LaplaceDecays<Reverse> {
  const double* entered;
  [[nodiscard]] constexpr double step(const ScanPlace& place, double carried) const {
    return this->decay(place) * carried + entered[place.entry];
  }
};

struct LaplaceSortBelow : LaplaceSortCarry<false> {
  double* from_below;
  constexpr void store(const ScanPlace& place, double carried) const { from_below[place.entry] = carried; }
};

/// From above, and then the gradient.
template <class Scalar>
struct LaplaceSortGradient : LaplaceSortCarry<true> {
  const double* from_below;
  const std::uint32_t* order;
  Scalar* result;
  constexpr void store(const ScanPlace& place, double carried) const {
    result[place.begin + order[place.entry]] = static_cast<Scalar>(from_below[place.entry] + carried);
  }
};

/// t dL/dt, everything measured from the list's first value: the gradients of places and values have the same sum.
template <class Scalar>
struct LaplaceSortMoment {
  const double* places;
  const Scalar* values;
  const Scalar* g;
  const Scalar* result;
  constexpr double operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry;
    const auto origin = static_cast<double>(values[place.begin]);
    return static_cast<double>(g[i]) * (places[i] - origin) -
           static_cast<double>(result[i]) * (static_cast<double>(values[i]) - origin);
  }
};

}  // namespace ranktape::detail::kernels
