#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/metrics/evaluate.hpp>
#include <ranktape/ops/metrics/options.hpp>
#include <ranktape/ops/metrics/specification.hpp>
#include <ranktape/ops/metrics/uncertainty.hpp>

// Ranking metrics: of a [documents] tensor of scores (a larger score ranks higher) and one of labels (larger is more
// relevant), list by list. Nothing is differentiable here. One call computes one metric; evaluate_metrics computes
// several of the same scores for little more, and says what they throw and cost.
namespace ranktape {

/// Normalised discounted cumulative gain: the sum of gain / log2(1 + place), over that of the best order.
Metric ndcg(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// The same sum alone.
Metric dcg(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Mean average precision: of the precision at each relevant document, over all relevant documents of the list.
Metric average_precision(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Mean reciprocal rank of the first relevant document; 0 if there is none among the first k.
Metric reciprocal_rank(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Expected reciprocal rank: of the document that satisfies a reader who goes from the top and stops at a document of
/// label y with probability (2^y - 1) / 2^largest_label.
Metric expected_reciprocal_rank(Operand scores, Operand labels, const Groups& groups,
                                const MetricOptions& options = {});
/// The share of relevant documents among the first k.
Metric precision(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// The share of the list's relevant documents that are among the first k.
Metric recall(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Whether there is a relevant document among the first k: 1 or 0.
Metric hit_rate(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options = {});
/// Spearman's rank correlation, mean ranks for ties; lists with constant scores or labels are left out.
Metric spearman_correlation(Operand scores, Operand labels, const Groups& groups);
/// Kendall's tau-b; lists with constant scores or labels are left out.
Metric kendall_tau(Operand scores, Operand labels, const Groups& groups);
/// The share of pairs with different labels that the scores order alike, equal scores counting half; lists with
/// constant labels are left out.
Metric pairwise_accuracy(Operand scores, Operand labels, const Groups& groups);

}  // namespace ranktape
