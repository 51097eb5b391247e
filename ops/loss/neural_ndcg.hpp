#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/metrics.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <cstdint>

namespace ranktape {

struct NeuralNdcgOptions {
  double temperature = 1;  ///< of neural_sort; divides: lower is sharper, and n documents want n times that of one gap
  StrengthUnit temperature_unit = StrengthUnit::absolute;
  Gain gain = Gain::exponential;
  std::int64_t k = 0;            ///< only the first k places count; 0: all
  std::int64_t iterations = 50;  ///< of Sinkhorn's scaling, at most; 0: the matrix as it is
  double tolerance = 1e-6;       ///< a list's scaling ends where no column's sum differs more from 1
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};  ///< a document's weight multiplies its gain
};

/// NeuralNDCG (Pobrotyn and Bialobrzeski, "NeuralNDCG: direct optimisation of a ranking metric via differentiable
/// relaxation of sorting", 2021), plus 1: with Q the matrix of neural_sort (the largest score first) whose columns and
/// rows have in turn been divided by their sums,
///   1 - sum over places i <= k of (Q G(y))_i / log2(1 + i), over the greatest such sum that an order has.
/// Backward is by way of the steps of the scaling, in closed form. Lists without information, targets, shapes and
/// errors as soft_ndcg_loss. Differentiable except where scores tie.
/// Cost: O(n^2) for each step, forward and back, and 2 n^2 doubles for a list at a time; on the accelerator one thread
/// takes a list, and all lists have their memory at once: it is meant for lists of up to some hundred documents.
Tensor neural_ndcg_loss(Operand predictions, Operand targets, const NeuralNdcgOptions& options = {});
Tensor neural_ndcg_loss(Operand predictions, Operand targets, const Groups& groups,
                        const NeuralNdcgOptions& options = {});

}  // namespace ranktape
