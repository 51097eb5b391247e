#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/place_weights.hpp>
#include <ranktape/ops/loss/reduction.hpp>

// Losses of the list as a whole: how likely a model that draws documents by e^score is to draw them as the targets have
// them. Predictions and targets are of one shape and dtype; each row of the last dimension is a list, or each group of
// a [documents] tensor. Targets and weights are constants. They throw ShapeError, DTypeError, DeviceError where tensors
// do not fit, and NumericError for a value that is not finite or a weight that is negative.
//
// A list of fewer than two documents or with constant targets adds nothing and does not count.
namespace ranktape {

struct ListNetOptions {
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// -sum_i w_i softmax(y)_i log softmax(s)_i (Cao et al., "Learning to rank: from pairwise approach to listwise
/// approach", 2007, with k = 1). The weight of a document is w_i. Cost: O(n).
Tensor listnet_loss(Operand predictions, Operand targets, const ListNetOptions& options = {});
Tensor listnet_loss(Operand predictions, Operand targets, const Groups& groups, const ListNetOptions& options = {});

struct SoftmaxOptions {
  /// sum: as below (Rax). mean: the labels of a list are made to sum to 1. batch_mean: then lists count as much as the
  /// sum of their labels (TF-Ranking).
  TermReduction terms = TermReduction::sum;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Softmax cross-entropy: -sum_i w_i y_i log softmax(s)_i. The weight of a document is w_i. Throws NumericError for a
/// negative target. Cost: O(n).
Tensor softmax_loss(Operand predictions, Operand targets, const SoftmaxOptions& options = {});
Tensor softmax_loss(Operand predictions, Operand targets, const Groups& groups, const SoftmaxOptions& options = {});

struct ListMleOptions {
  PlaceWeights place_weights = PlaceWeights::equal;  ///< of the documents in the order of their targets
  TermReduction terms = TermReduction::sum;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// -sum_r p_r w_r [s_r - log sum_(q >= r) e^(s_q)], documents numbered by decreasing target: minus the logarithm of the
/// probability of that order (Xia et al., "Listwise approach to learning to rank", 2008; Lan et al., "Position-aware
/// ListMLE", 2014). Equal targets stay in the order of the input, so here that matters; allRank shuffles them. p_r is
/// the weight of the place, w_r that of the document. Cost: O(n log n); on the accelerator one thread goes through a
/// list.
Tensor listmle_loss(Operand predictions, Operand targets, const ListMleOptions& options = {});
Tensor listmle_loss(Operand predictions, Operand targets, const Groups& groups, const ListMleOptions& options = {});

}  // namespace ranktape
