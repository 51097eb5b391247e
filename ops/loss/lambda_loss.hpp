#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/metrics.hpp>

#include <cstdint>

// Pairwise losses whose weights follow a metric. The conventions are those of pairwise.hpp: shapes, errors, the weight
// of a pair, lists without information (fewer than two documents, or constant targets).
namespace ranktape {

/// Which pairs truncation at k keeps, by the places p of the two in the order of the scores.
enum class Truncation {
  either,  ///< min(p_i, p_j) <= k, as LightGBM: what belongs at the top is pulled up from anywhere
  both     ///< max(p_i, p_j) <= k, as allRank
};

enum class LogBase { natural, two };

struct LambdaRankOptions {
  double sigma = 1;     ///< greater than 0: the scores are multiplied by it
  std::int64_t k = 30;  ///< places that truncation keeps, of the best order, too; 0: all
  Truncation truncation = Truncation::either;
  Gain gain = Gain::exponential;
  LogBase log_base = LogBase::two;
  /// LightGBM's lambdarank_norm, first part: |dNDCG| / (0.01 + |s_i - s_j|), unless all scores are equal.
  bool score_normalized = false;
  /// Its second part: the list's loss times log2(1 + S) / S, S twice the sum of the |derivatives| of its pairs.
  bool log_normalized = false;
  TermReduction terms = TermReduction::sum;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Over pairs y_i > y_j: |dNDCG_ij| log(1 + e^(-sigma (s_i - s_j))), where
///   |dNDCG_ij| = |G_i - G_j| |D_i - D_j| / maxDCG@k,   D_i = 1 / log2(1 + p_i),
/// is what swapping the two would change, at the places p that the scores have now (equal scores: in the order of the
/// input). It and the normalisations count as constants (Burges, "From RankNet to LambdaRank to LambdaMART", 2010).
/// Logarithms to base 2, sums over pairs: allRank; natural, k = 30, both normalisations: LightGBM's default.
/// Throws NumericError for a negative target. Cost: some nanoseconds per pair; O(n k) with Truncation::either.
Tensor lambdarank_loss(Operand predictions, Operand targets, const LambdaRankOptions& options = {});
Tensor lambdarank_loss(Operand predictions, Operand targets, const Groups& groups,
                       const LambdaRankOptions& options = {});

/// What weighs a pair. With d = |p_i - p_j| and d_ij = |1 / log2(1 + d) - 1 / log2(2 + d)|:
enum class LambdaScheme {
  ndcg_loss1,               ///< G_i D_i / maxDCG, over all pairs of documents in both orders, and i = j
  ndcg_loss2,               ///< |G_i - G_j| d_ij / maxDCG
  ndcg_loss2pp,             ///< |dNDCG_ij| + mu times that of ndcg_loss2
  lambdarank,               ///< |dNDCG_ij|
  label_difference,         ///< y_i - y_j
  squared_label_difference  ///< y_i^2 - y_j^2
};

struct LambdaLossOptions {
  LambdaScheme scheme = LambdaScheme::ndcg_loss2pp;
  double mu = 10;  ///< not negative
  LambdaRankOptions rank = {.k = 0};
};

/// As lambdarank_loss, with other weights (Wang et al., "The LambdaLoss framework for ranking metric optimization",
/// 2018; the schemes, in this order, are allRank's ndcgLoss1_scheme to rankNetWeightedByGTDiffPowed_scheme, without the
/// bounds of 1e-10 that it puts on probabilities; its rankNet_scheme is ranknet_loss).
Tensor lambda_loss(Operand predictions, Operand targets, const LambdaLossOptions& options = {});
Tensor lambda_loss(Operand predictions, Operand targets, const Groups& groups, const LambdaLossOptions& options = {});

}  // namespace ranktape
