#pragma once

#include <ranktape/ops/loss/gains_kernels.hpp>
#include <ranktape/ops/loss/list_loss_kernels.hpp>
#include <ranktape/ops/loss/spearman.hpp>

#include <cmath>
#include <cstdint>

// Internal: the arithmetic of spearman_loss on either device.
//
// With w the documents' weights, b the targets less their weighted mean, d the ranks less theirs, |.| the norms
// weighted by w, A^2 the weighted sum of squares that the deviations of distinct hard ranks in the targets' order have
// (n (n^2 - 1) / 12 for equal weights), and c = sum(w b d) / (|b| |d|), the derivatives by the ranks of one list are
//   hard_ranks: -w_i b_i / (A |b|), a constant; no division by a norm that vanishes when all predictions are equal,
//   soft_ranks: -w_i (b_i / |b| - c d_i / |d|) / |d|.
//
// A^2 with the average ranks a and runs of m_i equal targets: sum_i w_i ((a_i - mean)^2 + (m_i^2 - 1) / 12), where the
// second term is the variance of the ranks 1 to m.
namespace ranktape::detail {

constexpr double middle_rank(std::int64_t n) { return (static_cast<double>(n) + 1) / 2; }

constexpr double spread_of_hard_ranks(std::int64_t n) {
  const auto length = static_cast<double>(n);
  return length * (length * length - 1) / 12;
}

/// What a list's targets are measured from and against.
struct TargetMoments {
  double mean = 0;
  double spread = 0;  ///< A^2
  bool differ = false;
};

/// Sums over one list's ranks and targets, measured from the middle rank and the targets' mean.
struct SpearmanSums {
  double weight = 0;
  double d = 0;
  double squares_b = 0;
  double squares_d = 0;
  double product = 0;
  constexpr SpearmanSums& operator+=(const SpearmanSums& other) {
    weight += other.weight;
    d += other.d;
    squares_b += other.squares_b;
    squares_d += other.squares_d;
    product += other.product;
    return *this;
  }
};

/// One list's loss, and its derivative by the ranks: w_i (of_b b_i + of_d (d_i - mean_d)).
struct SpearmanOfList {
  ListLoss list = {};
  double of_b = 0;
  double of_d = 0;
  double mean_d = 0;
};

constexpr SpearmanOfList spearman_of_list(const SpearmanSums& sums, const TargetMoments& targets,
                                          Normalization normalization) {
  constexpr double flat = 1e-14;
  if (!targets.differ || sums.squares_b == 0) {
    return {};
  }
  const double norm_b = std::sqrt(sums.squares_b);
  if (normalization == Normalization::hard_ranks) {
    const double scale = 1 / (std::sqrt(targets.spread) * norm_b);
    return {{1 - sums.product * scale, 1}, -scale, 0, 0};
  }
  const double mean_d = sums.d / sums.weight;
  const double variance_d = sums.squares_d - mean_d * sums.d;
  if (!(variance_d > flat * flat * sums.squares_b)) {  // all predictions equal, up to rounding
    return {{1, 1}, 0, 0, 0};
  }
  const double norm_d = std::sqrt(variance_d);
  const double correlation = sums.product / (norm_b * norm_d);
  return {{1 - correlation, 1}, -1 / (norm_b * norm_d), correlation / variance_d, mean_d};
}

/// The numbers of each document, from which the sums are made.
struct SpearmanTerms {
  const double* ranks;
  const double* targets;
  const double* weights;         ///< null: 1 each
  const TargetMoments* moments;  ///< of each list; null for ranks without weights, whose mean and spread are known
  ListOffsets lists;

  [[nodiscard]] constexpr double weight(std::int64_t i) const { return weights == nullptr ? 1 : weights[i]; }
  [[nodiscard]] constexpr TargetMoments targets_of(std::int64_t list) const {
    const std::int64_t n = lists.size(list);
    return moments == nullptr ? TargetMoments{middle_rank(n), spread_of_hard_ranks(n), n > 1} : moments[list];
  }
  [[nodiscard]] constexpr double b(const ScanPlace& place) const {
    return targets[place.entry] - (moments == nullptr ? middle_rank(lists.size(place.list)) : moments[place.list].mean);
  }
  [[nodiscard]] constexpr double d(const ScanPlace& place) const {
    return ranks[place.entry] - middle_rank(lists.size(place.list));
  }
};

namespace kernels {

struct SpearmanTerm {
  SpearmanTerms terms;
  constexpr SpearmanSums operator()(const ScanPlace& place) const {
    const double w = terms.weight(place.entry);
    const double b = terms.b(place);
    const double d = terms.d(place);
    return {w, w * d, w * b * b, w * d * d, w * b * d};
  }
};

struct SpearmanLists {
  SpearmanTerms terms;
  const SpearmanSums* sums;
  Normalization normalization;
  SpearmanOfList* found;
  ListLoss* losses;
  constexpr void operator()(std::int64_t list) const {
    found[list] = spearman_of_list(sums[list], terms.targets_of(list), normalization);
    losses[list] = found[list].list;
  }
};

struct SpearmanDerivative {
  SpearmanTerms terms;
  const SpearmanOfList* found;
  double* derivative;
  constexpr void operator()(const ScanPlace& place) const {
    const SpearmanOfList& list = found[place.list];
    derivative[place.entry] =
        terms.weight(place.entry) * (list.of_b * terms.b(place) + list.of_d * (terms.d(place) - list.mean_d));
  }
};

/// What a document counts: its weight times the discount of its place by the targets, if wanted.
struct SpearmanWeight {
  const double* document_weights;  ///< null: 1 each
  const double* average_ranks;
  ListOffsets lists;
  Direction direction;  ///< of the ranks
  PlaceWeights place_weights;
  double* weights;
  constexpr void operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry;
    const std::int64_t n = lists.size(place.list);
    const double rank =
        direction == Direction::descending ? average_ranks[i] : static_cast<double>(n) + 1 - average_ranks[i];
    weights[i] = (document_weights == nullptr ? 1 : document_weights[i]) * place_weight(place_weights, rank, n);
  }
};

/// Sums over one list's targets.
struct TargetSums {
  double weight = 0;
  double target = 0;
  double rank = 0;
  Extremes extremes = {};  ///< of the targets that have a weight
  constexpr TargetSums& operator+=(const TargetSums& other) {
    weight += other.weight;
    target += other.target;
    rank += other.rank;
    extremes += other.extremes;
    return *this;
  }
};

struct TargetTerm {
  const double* targets;
  const double* average_ranks;
  const double* weights;  ///< null: 1 each
  constexpr TargetSums operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry;
    const double w = weights == nullptr ? 1 : weights[i];
    return {w, w * targets[i], w * average_ranks[i], w > 0 ? Extremes{targets[i], targets[i]} : Extremes{}};
  }
};

/// The terms of A^2.
struct SpreadTerm {
  const double* average_ranks;
  const double* tie_sizes;
  const double* weights;
  const TargetSums* sums;
  constexpr double operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry;
    const double from_mean = average_ranks[i] - sums[place.list].rank / sums[place.list].weight;
    return weights[i] > 0 ? weights[i] * (from_mean * from_mean + (tie_sizes[i] * tie_sizes[i] - 1) / 12) : 0;
  }
};

struct TargetMomentsOf {
  const TargetSums* sums;
  const double* spreads;  ///< null: that of hard ranks without weights
  ListOffsets lists;
  TargetMoments* moments;
  constexpr void operator()(std::int64_t list) const {
    const TargetSums& found = sums[list];
    if (found.extremes.differ()) {
      moments[list] = {found.target / found.weight,
                       spreads == nullptr ? spread_of_hard_ranks(lists.size(list)) : spreads[list], true};
    } else {
      moments[list] = {};
    }
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
