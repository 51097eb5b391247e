#pragma once

#include <ranktape/ops/loss/list_loss_kernels.hpp>

#include <cstdint>

// Internal: the kernels of document_loss.hpp.
namespace ranktape::detail {

/// How sums over documents become a list's loss, and which lists count.
struct TermRule {
  TermReduction terms = TermReduction::sum;
  bool constant_counts = false;  ///< lists with constant targets, too: even of one document

  [[nodiscard]] constexpr TermsOfList reduce(const TermSums& sums) const {
    const bool counts = constant_counts ? sums.targets.least <= sums.targets.greatest : sums.targets.differ();
    return reduce_terms(sums.loss, sums.weight, terms, counts);
  }
};

namespace kernels {

template <class Formula>
struct TermOf {
  Formula formula;
  constexpr TermSums operator()(const ScanPlace& place) const { return formula.terms(place.entry, place.list); }
};

struct TermLists {
  const TermSums* sums;
  TermRule rule;
  TermsOfList* found;
  ListLoss* losses;
  constexpr void operator()(std::int64_t list) const {
    found[list] = rule.reduce(sums[list]);
    losses[list] = found[list].list;
  }
};

template <class Formula>
struct TermDerivative {
  Formula formula;
  ListOffsets lists;
  const TermSums* sums;
  const TermsOfList* found;
  double* derivative;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    formula.write(i, list, sums[list], found[list].scale, derivative);
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
