#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/place_weights.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/metrics.hpp>
#include <ranktape/ops/rank/options.hpp>
#include <ranktape/ops/rank/relaxed_rank.hpp>

#include <optional>

namespace ranktape {

/// What the correlation divides by: the norm that n distinct hard ranks have, or that of the soft ranks at hand.
enum class Normalization { hard_ranks, soft_ranks };

/// What the ranks of the predictions are compared with: the targets' ranks, the mean rank for equal targets, or their
/// soft ranks with the predictions' options; or their gains.
enum class TargetRanks { average, soft, gains };

struct SpearmanOptions {
  SoftRankOptions rank = {.regularization_strength = 32, .strength_unit = StrengthUnit::per_item};
  Normalization normalization = Normalization::hard_ranks;
  TargetRanks target_ranks = TargetRanks::average;
  std::optional<RelaxedRankOptions> relaxation = {};  ///< other soft ranks in place of `rank`
  PlaceWeights place_weights = PlaceWeights::equal;   ///< of the documents' average ranks by the targets, largest first
  Gain gain = Gain::exponential;                      ///< for TargetRanks::gains
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};  ///< a document's weight is its own in the correlation
};

/// 1 - Spearman's rank correlation of predictions and targets, made differentiable by soft ranks; the mean over lists
/// unless another reduction is chosen.
///
/// With r the soft ranks of a list's n predictions and b the centred ranks of its targets, the loss of the list is
///   hard_ranks: 1 - sum_i b_i (r_i - (n + 1) / 2) / (sqrt(n (n^2 - 1) / 12) |b|),
///   soft_ranks: 1 - (the correlation of r and b), as torchsort's README and the other peers have it.
/// The first is the default because the second is blind to the scale of the scores (Pearson's correlation of raw
/// scores as long as all documents pool into one block), overfits, and is 0/0 for a model that starts at zero.
/// {.rank = {.regularization_strength = 1.0}, .normalization = soft_ranks, .target_ranks = soft} is torchsort's README.
/// With relaxation = {{.relaxation = RankRelaxation::sigmoid, .temperature = 10}}, or lapsum, it trains as well.
///
/// With weights w (of documents, places, or both: the product) means, sums of products and norms are weighted by w; in
/// place of sqrt(n (n^2 - 1) / 12) stands the weighted norm of distinct hard ranks in the targets' order, averaged over
/// the orders of equal targets. So the loss is 0 for hard ranks in the order of targets that all differ, either way.
///
/// A list of fewer than two documents or with constant targets (among documents whose weight is not 0) adds nothing, to
/// loss or gradient, and is not counted in the mean; with no list left the loss is 0. Where all predictions are equal
/// the loss is 1.
/// Returns a tensor of one element, or of [lists] with Reduction::none. The targets are constants: no gradient flows to
/// them; to have gains they must not be negative.
/// Shapes and errors as soft_rank; predictions and targets must have one shape and dtype. Cost: O(n log n), back O(n);
/// with other relaxations that of their ranks.
Tensor spearman_loss(Operand predictions, Operand targets, double regularization_strength);
Tensor spearman_loss(Operand predictions, Operand targets, const SpearmanOptions& options = {});
Tensor spearman_loss(Operand predictions, Operand targets, const Groups& groups, const SpearmanOptions& options = {});

/// The same for ranks that are given, in the direction that the options' ranks have (ascending unless set): several
/// losses of the same soft ranks share them.
Tensor spearman_of_ranks(Operand ranks, Operand targets, const SpearmanOptions& options = {});
Tensor spearman_of_ranks(Operand ranks, Operand targets, const Groups& groups, const SpearmanOptions& options = {});

}  // namespace ranktape
