#pragma once

#include <ranktape/ops/loss/list_loss_kernels.hpp>
#include <ranktape/ops/loss/soft_reciprocal_rank.hpp>

#include <cstdint>

// Internal: soft reciprocal ranks on either device. With c_i the weights of the relevant documents, 0 for the others,
//   best: 1 - max_i c_i / r_i,   derivative c_i / (r_i^2 m) for the m documents that attain it,
//   sum:  1 - sum_i c_i / r_i,   derivative c_i / r_i^2.
namespace ranktape::detail {

struct ReciprocalSums {
  double total = 0;
  double best = 0;
  double relevant = 0;  ///< documents, whatever their weight
  constexpr ReciprocalSums& operator+=(const ReciprocalSums& other) {
    total += other.total;
    best = other.best > best ? other.best : best;
    relevant += other.relevant;
    return *this;
  }
};

/// The numbers of each document.
struct ReciprocalTerms {
  const double* ranks;
  const double* labels;
  const double* weights;  ///< null: 1 each
  double relevant_label;

  [[nodiscard]] constexpr bool is_relevant(std::int64_t i) const { return labels[i] >= relevant_label; }
  [[nodiscard]] constexpr double value(std::int64_t i) const {
    return is_relevant(i) ? (weights == nullptr ? 1 : weights[i]) / ranks[i] : 0;
  }
};

namespace kernels {

struct ReciprocalTerm {
  ReciprocalTerms terms;
  constexpr ReciprocalSums operator()(const ScanPlace& place) const {
    const double value = terms.value(place.entry);
    return {value, value, terms.is_relevant(place.entry) ? 1.0 : 0.0};
  }
};

/// How many documents attain the best value.
struct BestTerm {
  ReciprocalTerms terms;
  const ReciprocalSums* sums;
  constexpr double operator()(const ScanPlace& place) const {
    return terms.value(place.entry) == sums[place.list].best ? 1 : 0;
  }
};

struct ReciprocalLists {
  const ReciprocalSums* sums;
  ListOffsets lists;
  RelevantRanks which;
  ListLoss* found;
  constexpr void operator()(std::int64_t list) const {
    const ReciprocalSums& of_list = sums[list];
    const bool counts = of_list.best > 0 && of_list.relevant < static_cast<double>(lists.size(list));
    const double value = which == RelevantRanks::best ? of_list.best : of_list.total;
    found[list] = counts ? ListLoss{1 - value, 1} : ListLoss{};
  }
};

struct ReciprocalDerivative {
  ReciprocalTerms terms;
  const ReciprocalSums* sums;
  const double* attained;  ///< by so many of each list; null where all documents add up
  const ListLoss* found;
  double* derivative;
  constexpr void operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry;
    const double value = terms.value(i);
    double slope = 0;
    if (found[place.list].counts > 0 && (attained == nullptr || value == sums[place.list].best)) {
      slope = value / terms.ranks[i] / (attained == nullptr ? 1 : attained[place.list]);
    }
    derivative[i] = slope;
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
