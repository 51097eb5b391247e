#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/reduction.hpp>

// Losses of single documents. Predictions and targets are of one shape and dtype; each row of the last dimension is a
// list, or each group of a [documents] tensor. Targets and weights are constants. They throw ShapeError, DTypeError,
// DeviceError where tensors do not fit, and NumericError for a value that is not finite, a weight that is negative or
// an option out of range. Cost: O(n).
//
// A document's weight is that of its term. Every list with a document counts, constant targets or not.
//
// The terms of a list are averaged by default, and then the lists, as for the other losses: each query counts alike.
// PyTorch, Rax and allRank take the mean over the documents of the batch: TermReduction::batch_mean.
namespace ranktape {

struct MseOptions {
  TermReduction terms = TermReduction::mean;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Mean squared error: (s - y)^2.
Tensor mse_loss(Operand predictions, Operand targets, const MseOptions& options = {});
Tensor mse_loss(Operand predictions, Operand targets, const Groups& groups, const MseOptions& options = {});

struct PointwiseSigmoidOptions {
  double largest_label = 1;  ///< greater than 0: targets are divided by it, and clipped to 0 ... 1
  TermReduction terms = TermReduction::mean;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Cross-entropy of sigmoid(s) with the clipped target t: -t log sigmoid(s) - (1 - t) log(1 - sigmoid(s)). By default
/// whole labels from 1 on are 1, as in Rax; with the largest label of the data they are graded.
Tensor pointwise_sigmoid_loss(Operand predictions, Operand targets, const PointwiseSigmoidOptions& options = {});
Tensor pointwise_sigmoid_loss(Operand predictions, Operand targets, const Groups& groups,
                              const PointwiseSigmoidOptions& options = {});

struct OrdinalOptions {
  TermReduction terms = TermReduction::mean;
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// Ordinal regression with K outputs for each document, of which the k-th, from 1, says whether the label reaches k:
/// the sum over k of the cross-entropy of sigmoid(s_k) with [y >= k] (Niu et al., "Ordinal regression with multiple
/// output CNN", 2016; allRank's ordinal). A score to rank by is the sum of the K sigmoids. Predictions have the shape
/// of the targets and one dimension more, the last, of size K.
Tensor ordinal_loss(Operand predictions, Operand targets, const OrdinalOptions& options = {});
Tensor ordinal_loss(Operand predictions, Operand targets, const Groups& groups, const OrdinalOptions& options = {});

}  // namespace ranktape
