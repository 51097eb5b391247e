#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/reduction.hpp>

// Losses over the pairs of documents of one list. Predictions and targets are of one shape and dtype; each row of the
// last dimension is a list, or each group of a [documents] tensor. Targets and weights are constants. They throw
// ShapeError, DTypeError, DeviceError where tensors do not fit, and NumericError for a value that is not finite, a
// weight that is negative or an option out of range. No table of pairs is kept. The results do not depend on the number
// of threads, nor, but for rounding, on the order of the documents.
//
// A list of fewer than two documents or with constant targets adds nothing and does not count. The weight of a pair is
// that of its document with the larger target, as in TF-Ranking and Rax, where it corrects for the position of a click.
//
// The terms of a list are averaged by default: no query counts more for its length, and the size of the gradient does
// not grow with it. TF-Ranking, Rax and allRank take the mean over the pairs of the batch (TermReduction::batch_mean);
// Burges' RankNet, LightGBM and XGBoost the sum.
namespace ranktape {

struct RankNetOptions {
  double sigma = 1;  ///< greater than 0: the scores are multiplied by it
  TermReduction terms = TermReduction::mean;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Over pairs y_i > y_j: log(1 + e^(-sigma (s_i - s_j))) (Burges et al., "Learning to rank using gradient descent",
/// 2005, equation 3). Cost: a few nanoseconds per pair, O(n^2); memory O(n).
Tensor ranknet_loss(Operand predictions, Operand targets, const RankNetOptions& options = {});
Tensor ranknet_loss(Operand predictions, Operand targets, const Groups& groups, const RankNetOptions& options = {});

struct PairwiseHingeOptions {
  double margin = 1;  ///< greater than 0
  TermReduction terms = TermReduction::mean;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Over pairs y_i > y_j: max(0, margin - (s_i - s_j)) (Herbrich et al., "Large margin rank boundaries for ordinal
/// regression", 2000). Its derivative at the corner is 0. Cost: a nanosecond per pair, O(n^2); memory O(n).
Tensor pairwise_hinge_loss(Operand predictions, Operand targets, const PairwiseHingeOptions& options = {});
Tensor pairwise_hinge_loss(Operand predictions, Operand targets, const Groups& groups,
                           const PairwiseHingeOptions& options = {});

struct PairwiseSquaredOptions {
  bool equal_targets = true;  ///< pairs of equal targets, too, as Rax; if not, only pairs y_i > y_j
  TermReduction terms = TermReduction::mean;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Over pairs: ((y_i - y_j) - (s_i - s_j))^2, each pair once. The weight of a pair is the mean of its documents'
/// weights. With equal_targets the sum over pairs is that of the squared deviations of y - s: cost O(n), and every list
/// of two documents counts, constant targets or not. Without: O(n^2), a nanosecond per pair.
Tensor pairwise_squared_loss(Operand predictions, Operand targets, const PairwiseSquaredOptions& options = {});
Tensor pairwise_squared_loss(Operand predictions, Operand targets, const Groups& groups,
                             const PairwiseSquaredOptions& options = {});

struct MarginMseOptions {
  TermReduction terms = TermReduction::mean;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Distillation: over all pairs, ((s_i - s_j) - (t_i - t_j))^2, where t are the scores of a teacher (Hofstaetter et
/// al., "Improving efficient neural ranking models with cross-architecture knowledge distillation", 2020, whose lists
/// are one relevant and one other document). That is pairwise_squared_loss with the teacher's scores as targets. Cost:
/// O(n).
Tensor margin_mse_loss(Operand predictions, Operand teacher, const MarginMseOptions& options = {});
Tensor margin_mse_loss(Operand predictions, Operand teacher, const Groups& groups,
                       const MarginMseOptions& options = {});

}  // namespace ranktape
