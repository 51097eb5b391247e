#pragma once

#include <ranktape/ops/list_view.hpp>
#include <ranktape/ops/loss/gains_kernels.hpp>
#include <ranktape/ops/loss/list_loss_kernels.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

// Internal: soft NDCG of one list on either device. With g the gains over the greatest sum,
//   loss = 1 - sum_i g_i D(r_i) m(r_i),   D(r) = 1 / log2(1 + r),   m(r) = sigmoid((k + 1/2 - r) / w).
namespace ranktape::detail {

/// What a place is worth, and how that changes with the place.
struct PlaceValue {
  double value;
  double derivative;
};

struct SoftDiscount {
  std::int64_t k;        ///< 0: every place counts
  double inverse_width;  ///< 1 / w

  /// At soft rank r of n. With k or fewer documents no place is behind the k-th.
  [[nodiscard]] constexpr PlaceValue at(double r, std::int64_t n) const {
    const double discount = rank_discount(r);
    const double falls = -discount * discount / (std::numbers::ln2 * (1 + r));
    if (k == 0 || n <= k) {
      return {discount, falls};
    }
    const double counts = 1 / (1 + std::exp((r - static_cast<double>(k) - 0.5) * inverse_width));
    return {discount * counts, counts * (falls - discount * (1 - counts) * inverse_width)};
  }
};

namespace kernels {

/// g_i times the value of i's place; the derivative of the loss by r_i is written.
struct SoftNdcgTerm {
  const double* ranks;
  const double* gains;
  ListOffsets lists;
  SoftDiscount discount;
  double* derivative;
  constexpr double operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry;
    if (gains[i] == 0) {  // most documents of most lists
      derivative[i] = 0;
      return 0;
    }
    const PlaceValue found = discount.at(ranks[i], lists.size(place.list));
    derivative[i] = -gains[i] * found.derivative;
    return gains[i] * found.value;
  }
};

struct SoftNdcgLists {
  const Extremes* of_gains;
  const double* sums;
  ListLoss* found;
  constexpr void operator()(std::int64_t list) const {
    found[list] = of_gains[list].differ() ? ListLoss{1 - sums[list], 1} : ListLoss{};
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
