#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

/// What the correlation divides by: the norm that n distinct hard ranks have, or that of the soft ranks at hand.
enum class Normalization { hard_ranks, soft_ranks };

/// The ranks of the targets: the mean rank for equal targets, or their soft ranks with the predictions' options.
enum class TargetRanks { average, soft };

struct SpearmanOptions {
  SoftRankOptions rank = {.regularization_strength = 32, .strength_unit = StrengthUnit::per_item};
  Normalization normalization = Normalization::hard_ranks;
  TargetRanks target_ranks = TargetRanks::average;
};

/// 1 - Spearman's rank correlation of predictions and targets, made differentiable by soft ranks; the mean over lists.
///
/// With r the soft ranks of a list's n predictions and b the centred ranks of its targets, the loss of the list is
///   hard_ranks: 1 - sum_i b_i (r_i - (n + 1) / 2) / (sqrt(n (n^2 - 1) / 12) |b|),
///   soft_ranks: 1 - (the correlation of r and b), as torchsort's README and the other peers have it.
/// The first is the default because the second is blind to the scale of the scores (Pearson's correlation of raw
/// scores as long as all documents pool into one block), overfits, and is 0/0 for a model that starts at zero.
/// {.rank = {.regularization_strength = 1.0}, .normalization = soft_ranks, .target_ranks = soft} is torchsort's README.
///
/// A list of fewer than two documents or with constant targets adds nothing, to loss or gradient, and is not counted
/// in the mean; with no list left the loss is 0. Where all predictions are equal the loss is 1.
/// Returns a tensor of one element. The targets are constants: no gradient flows to them.
/// Shapes and errors as soft_rank; predictions and targets must have one shape and dtype. Cost: O(n log n), back O(n).
Tensor spearman_loss(Operand predictions, Operand targets, double regularization_strength);
Tensor spearman_loss(Operand predictions, Operand targets, const SpearmanOptions& options = {});
Tensor spearman_loss(Operand predictions, Operand targets, const Groups& groups, const SpearmanOptions& options = {});

}  // namespace ranktape
