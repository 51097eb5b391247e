#pragma once

#include <ranktape/ops/loss/list_loss_kernels.hpp>

#include <cstdint>

// Internal: soft precision and recall on either device. With p the memberships of the first k, c_i the weights of the
// relevant documents, 0 for the others, the loss of a list is 1 - sum_i c_i p_i / q, where q is
//   precision: k,   recall: sum_i c_i.
namespace ranktape::detail {

struct SoftTopKSums {
  double product = 0;
  double weight = 0;    ///< of the relevant documents
  double relevant = 0;  ///< documents, whatever their weight
  constexpr SoftTopKSums& operator+=(const SoftTopKSums& other) {
    product += other.product;
    weight += other.weight;
    relevant += other.relevant;
    return *this;
  }
};

struct SoftTopKTerms {
  const double* memberships;
  const double* labels;
  const double* weights;  ///< null: 1 each
  double relevant_label;

  [[nodiscard]] constexpr bool is_relevant(std::int64_t i) const { return labels[i] >= relevant_label; }
  [[nodiscard]] constexpr double weight(std::int64_t i) const {
    return is_relevant(i) ? (weights == nullptr ? 1 : weights[i]) : 0;
  }
};

/// A list's loss, and what its sum is divided by.
struct SoftTopKOfList {
  ListLoss list = {};
  double divisor = 1;
};

namespace kernels {

struct SoftTopKTerm {
  SoftTopKTerms terms;
  constexpr SoftTopKSums operator()(const ScanPlace& place) const {
    const std::int64_t i = place.entry;
    const double weight = terms.weight(i);
    return {weight * terms.memberships[i], weight, terms.is_relevant(i) ? 1.0 : 0.0};
  }
};

struct SoftTopKLists {
  const SoftTopKSums* sums;
  ListOffsets lists;
  std::int64_t k;
  bool is_recall;
  SoftTopKOfList* found;
  ListLoss* losses;
  constexpr void operator()(std::int64_t list) const {
    const SoftTopKSums& of_list = sums[list];
    const std::int64_t n = lists.size(list);
    found[list] = {};
    if (n > k && of_list.weight > 0 && of_list.relevant < static_cast<double>(n)) {
      const double divisor = is_recall ? of_list.weight : static_cast<double>(k);
      found[list] = {{1 - of_list.product / divisor, 1}, divisor};
    }
    losses[list] = found[list].list;
  }
};

struct SoftTopKDerivative {
  SoftTopKTerms terms;
  const SoftTopKOfList* found;
  double* derivative;
  constexpr void operator()(const ScanPlace& place) const {
    const SoftTopKOfList& list = found[place.list];
    derivative[place.entry] = list.list.counts > 0 ? -terms.weight(place.entry) / list.divisor : 0;
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
