#pragma once

#include <ranktape/ops/metrics/ranked_list.hpp>

#include <vector>

// Internal: the metrics of one list that compare two whole orders, of scores and of labels; ties count as ties. All
// need sorted labels. NaN where the list is to be left out.
namespace ranktape::detail {

/// How the pairs of documents of a list stand in both orders. Doubles: whole numbers far below 2^53.
struct PairCounts {
  double untied_labels = 0;  ///< pairs with different labels
  double untied_scores = 0;
  double untied = 0;    ///< in both
  double opposing = 0;  ///< of those, the ones that scores and labels order differently
};

/// Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 1966: the exchanges of a merge
/// sort. `workspace` keeps its memory between lists. O(n log n).
PairCounts count_pairs(const RankedList& list, std::vector<double>& workspace);

/// Kendall's tau-b: (agreeing - opposing) / sqrt(pairs untied in the scores * pairs untied in the labels).
double kendall_tau_b(const PairCounts& pairs);
/// The share of pairs with different labels whose scores are in the same order; equal scores count half.
double pairwise_accuracy(const PairCounts& pairs);
/// The correlation of mean ranks.
double spearman_correlation(const RankedList& list, std::vector<double>& workspace);

}  // namespace ranktape::detail
