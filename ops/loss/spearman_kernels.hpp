#pragma once

#include <ranktape/ops/loss/list_loss_kernels.hpp>
#include <ranktape/ops/loss/spearman.hpp>

#include <cmath>
#include <cstdint>

// Internal: the arithmetic of spearman_loss, and its steps on the accelerator.
//
// d loss / d ranks of one list, with A = sqrt(n (n^2 - 1) / 12), d = r - (n + 1) / 2 and c = b.d / (|b| |d|):
//   hard_ranks: -b_i / (A |b|), a constant; no division by a norm that vanishes when all predictions are equal,
//   soft_ranks: -(b_i / |b| - c d_i / |d|) / |d|.
namespace ranktape::detail {

constexpr double middle_rank(std::int64_t n) { return (static_cast<double>(n) + 1) / 2; }

/// Sums over one list.
struct SpearmanSums {
  double squares_b = 0;
  double squares_d = 0;
  double product = 0;
  constexpr SpearmanSums& operator+=(const SpearmanSums& other) {
    squares_b += other.squares_b;
    squares_d += other.squares_d;
    product += other.product;
    return *this;
  }
};

/// One list's loss, and its derivative by the ranks: of_b b_i + of_d d_i.
struct SpearmanOfList {
  ListLoss list = {};
  double of_b = 0;
  double of_d = 0;
};

constexpr SpearmanOfList spearman_of_list(const SpearmanSums& sums, std::int64_t n, Normalization normalization) {
  constexpr double flat = 1e-14;
  if (n < 2 || sums.squares_b == 0) {
    return {};
  }
  const double norm_b = std::sqrt(sums.squares_b);
  if (normalization == Normalization::hard_ranks) {
    const auto length = static_cast<double>(n);
    const double scale = 1 / (std::sqrt(length * (length * length - 1) / 12) * norm_b);
    return {{1 - sums.product * scale, 1}, -scale, 0};
  }
  const double norm_d = std::sqrt(sums.squares_d);
  if (norm_d <= flat * norm_b) {  // all predictions equal, up to rounding
    return {{1, 1}, 0, 0};
  }
  const double correlation = sums.product / (norm_b * norm_d);
  return {{1 - correlation, 1}, -1 / (norm_b * norm_d), correlation / (norm_d * norm_d)};
}

/// Two numbers for each document, from which the sums are made.
struct SpearmanTerms {
  const double* ranks;
  const double* target_ranks;

  [[nodiscard]] constexpr SpearmanSums at(std::int64_t i, std::int64_t n) const {
    const double b = target_ranks[i] - middle_rank(n);
    const double d = ranks[i] - middle_rank(n);
    return {b * b, d * d, b * d};
  }
  [[nodiscard]] constexpr double derivative(const SpearmanOfList& list, std::int64_t i, std::int64_t n) const {
    return list.of_b * (target_ranks[i] - middle_rank(n)) + list.of_d * (ranks[i] - middle_rank(n));
  }
};

namespace kernels {

struct SpearmanTermOf {
  SpearmanTerms terms;
  ListOffsets lists;
  constexpr SpearmanSums operator()(const ScanPlace& place) const {
    return terms.at(place.entry, lists.size(place.list));
  }
};

struct SpearmanLists {
  const SpearmanSums* sums;
  ListOffsets lists;
  Normalization normalization;
  SpearmanOfList* found;
  ListLoss* losses;
  constexpr void operator()(std::int64_t list) const {
    found[list] = spearman_of_list(sums[list], lists.size(list), normalization);
    losses[list] = found[list].list;
  }
};

struct SpearmanDerivative {
  SpearmanTerms terms;
  ListOffsets lists;
  const SpearmanOfList* found;
  double* derivative;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    derivative[i] = terms.derivative(found[list], i, lists.size(list));
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
