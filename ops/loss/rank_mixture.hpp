#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/metrics.hpp>
#include <ranktape/ops/rank/relaxed_rank.hpp>

#include <cstdint>

namespace ranktape {

struct RankMixtureOptions {
  RelaxedRankOptions rank = {.relaxation =
                                 RankRelaxation::sigmoid};  ///< the largest score is first in either direction
  double ndcg = 1;
  double spearman = 0.3;
  double reciprocal_rank = 0;
  Gain gain = Gain::exponential;
  std::int64_t k = 0;  ///< of soft NDCG; 0: all
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};
};

/// ndcg * soft_ndcg_loss + spearman * spearman_loss + reciprocal_rank * soft_reciprocal_rank_loss, of the same soft
/// ranks, which are computed once. The default is the one to take where both NDCG and rank correlation count: of the
/// losses compared by cross-validation on three sets of data it is the best or level with the best in both.
/// Each part is reduced by itself, over the lists that have information for it; a part whose factor is 0 costs nothing.
/// Targets are constants, finite and not negative. Shapes and errors as soft_ndcg_loss; NumericError for a factor that
/// is negative or not finite, and if all are 0.
Tensor rank_mixture_loss(Operand predictions, Operand targets, const RankMixtureOptions& options = {});
Tensor rank_mixture_loss(Operand predictions, Operand targets, const Groups& groups,
                         const RankMixtureOptions& options = {});

}  // namespace ranktape
