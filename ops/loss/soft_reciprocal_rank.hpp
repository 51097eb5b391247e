#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/rank/relaxed_rank.hpp>

namespace ranktape {

/// Which relevant documents a reciprocal rank is of: the one ranked first, or all of them, added up.
enum class RelevantRanks { best, sum };

struct ReciprocalRankOptions {
  RelaxedRankOptions rank = {.relaxation = RankRelaxation::sigmoid,
                             .temperature = 0.3};  ///< the largest score is first in either direction
  RelevantRanks relevant = RelevantRanks::best;
  double relevant_label = 1;  ///< labels from here on are relevant
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};  ///< a document's weight multiplies its reciprocal rank
};

/// 1 - the reciprocal rank, of soft ranks r, the largest score first (soft MRR):
///   best: 1 - max over relevant i of 1 / r_i, which is 1 - MRR as ranks become hard; equal best share the gradient,
///   sum:  1 - sum over relevant i of 1 / r_i, TensorFlow Ranking's ApproxMRR plus 1; below 0 where several rank high.
/// A list without a relevant document (of a weight that is not 0), or with nothing else, has no information and is not
/// counted. Targets are constants. Shapes, errors and cost as soft_ndcg_loss; targets may be of any sign.
Tensor soft_reciprocal_rank_loss(Operand predictions, Operand targets, const ReciprocalRankOptions& options = {});
Tensor soft_reciprocal_rank_loss(Operand predictions, Operand targets, const Groups& groups,
                                 const ReciprocalRankOptions& options = {});

/// The same for ranks that are given, descending (1 is the first place) and greater than 0. `options.rank` is not
/// looked at.
Tensor reciprocal_rank_of_ranks(Operand ranks, Operand targets, const ReciprocalRankOptions& options = {});
Tensor reciprocal_rank_of_ranks(Operand ranks, Operand targets, const Groups& groups,
                                const ReciprocalRankOptions& options = {});

}  // namespace ranktape
