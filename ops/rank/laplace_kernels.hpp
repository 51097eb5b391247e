#pragma once

#include <ranktape/ops/rank/decay_scan_kernels.hpp>
#include <ranktape/ops/rank/laplace_formulas.hpp>

#include <cstdint>

// Internal: what the LapSum relaxations share on the accelerator. laplace.hpp has the notation.
namespace ranktape::detail::kernels {

/// The decay to each sorted value.
struct DecayTo {
  LaplacePlaces places;
  double* decays;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = places.lists.list_of(i);
    const std::int64_t begin = places.lists.begin(list);
    decays[i] = decay_to(places.sorted + begin, i - begin, places.inverse[list]);
  }
};

/// The decay between neighbours, as the terms of scans from below and from above have it.
template <bool Reverse>
struct LaplaceDecays {
  static constexpr bool reverse = Reverse;
  const double* decays;
  [[nodiscard]] constexpr double decay(const ScanPlace& place) const {
    return place.first ? 0.0 : decays[place.entry + (reverse ? 1 : 0)];
  }
};

/// before_i or, reversed, after_i.
template <bool Reverse>
struct LaplaceSum : LaplaceDecays<Reverse> {
  double* sums;
  [[nodiscard]] constexpr double step(const ScanPlace& place, double carried) const {
    return this->decay(place) * (1 + carried);
  }
  constexpr void store(const ScanPlace& place, double carried) const { sums[place.entry] = carried; }
};
using SumsBefore = LaplaceSum<false>;
using SumsAfter = LaplaceSum<true>;

}  // namespace ranktape::detail::kernels
