#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>

#include <cstdint>
#include <vector>

// Ranking metrics: of a [documents] tensor of scores (a larger score ranks higher) and one of labels (larger is more
// relevant), list by list. Documents with equal scores stay in the order of the input. Nothing is differentiable here.
// All throw ShapeError where scores, labels and groups do not fit, NumericError for a NaN or infinite score or label.
// Cost: O(n log n) per list (Kendall's tau O(n^2)).
namespace ranktape {

/// What a label is worth: 2^label - 1, or the label itself.
enum class Gain { exponential, linear };

/// What a list without a relevant document counts as: nothing, 0 or 1.
enum class NoRelevant { skip, zero, one };

struct MetricOptions {
  std::int64_t k = 0;  ///< only the first k places count; 0: all
  Gain gain = Gain::exponential;
  NoRelevant no_relevant = NoRelevant::skip;
  double relevant_label = 1;  ///< for average precision and reciprocal rank: labels from here on are relevant
};

struct Metric {
  double mean = 0;               ///< over the lists counted; 0 if there is none
  std::int64_t counted = 0;      ///< lists in the mean
  std::int64_t left_out = 0;     ///< lists for which the metric is not defined
  std::vector<double> per_list;  ///< NaN where left out
};

/// Normalised discounted cumulative gain: the sum of gain / log2(1 + place), over that of the best order.
Metric ndcg(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Mean average precision: of the precision at each relevant document, over all relevant documents of the list.
Metric average_precision(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Mean reciprocal rank of the first relevant document; 0 if there is none among the first k.
Metric reciprocal_rank(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Spearman's rank correlation, mean ranks for ties; lists with constant scores or labels are left out.
Metric spearman_correlation(Operand scores, Operand labels, const Groups& groups);
/// Kendall's tau-b; lists with constant scores or labels are left out.
Metric kendall_tau(Operand scores, Operand labels, const Groups& groups);

}  // namespace ranktape
