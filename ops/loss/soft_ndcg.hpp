#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/metrics.hpp>
#include <ranktape/ops/rank/relaxed_rank.hpp>

#include <cstdint>

namespace ranktape {

struct SoftNdcgOptions {
  /// Temperatures of 0.1 to 1 train alike; lapsum costs 20 times less in lists of 1000. The first place is the
  /// largest score's, whatever the direction says.
  RelaxedRankOptions rank = {.relaxation = RankRelaxation::sigmoid, .temperature = 0.3};
  Gain gain = Gain::exponential;
  std::int64_t k = 0;           ///< only about the first k places count; 0: all
  double truncation_width = 1;  ///< how many places the count takes to fade about k; lower is sharper
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};  ///< a document's weight multiplies its gain
};

/// 1 - NDCG of soft ranks (Qin, Liu and Li, "A general approximation framework for direct optimization of information
/// retrieval measures", Information Retrieval 2010), with r the soft ranks of a list, the largest score first:
///   1 - sum_i G(y_i) D(r_i) / maxDCG,   D(r) = 1 / log2(1 + r),   G(y) = 2^y - 1 or y,
/// maxDCG the greatest sum that an order has. TensorFlow Ranking, Rax and allRank leave the 1 out: the same gradient.
/// With k the discount is D(r) sigmoid((k + 1/2 - r) / truncation_width) in lists of more than k documents (their
/// truncation function), so that documents behind place k still have a gradient, and maxDCG is that of k places:
/// NDCG@k as ranks become hard and the width small. With a wide one the loss may fall a little below 0.
/// Gains are exact for whole labels below 32, and do not overflow for larger ones.
///
/// A list has no information, and is not counted, if its gains (times weights) are all equal: fewer than two documents,
/// constant labels, none relevant. Targets are constants, finite and not negative. Shapes as soft_rank; predictions and
/// targets must have one shape, dtype and device. ShapeError, DTypeError, DeviceError or NumericError otherwise, and
/// NumericError for a negative k and a width that is not positive. Cost: that of the ranks, and O(n) for whole labels
/// below 32 without weights, else O(n log n).
Tensor soft_ndcg_loss(Operand predictions, Operand targets, const SoftNdcgOptions& options = {});
Tensor soft_ndcg_loss(Operand predictions, Operand targets, const Groups& groups, const SoftNdcgOptions& options = {});

/// The same for ranks that are given, descending (1 is the first place) and greater than 0: several losses of the same
/// soft ranks share them. `options.rank` is not looked at.
Tensor ndcg_of_ranks(Operand ranks, Operand targets, const SoftNdcgOptions& options = {});
Tensor ndcg_of_ranks(Operand ranks, Operand targets, const Groups& groups, const SoftNdcgOptions& options = {});

/// soft_ndcg_loss with sigmoid ranks at temperature 0.1: ApproxNDCG as TensorFlow Ranking has it, plus 1.
Tensor approx_ndcg_loss(Operand predictions, Operand targets, const LossWeights& weights = {},
                        Reduction reduction = Reduction::mean);
Tensor approx_ndcg_loss(Operand predictions, Operand targets, const Groups& groups, const LossWeights& weights = {},
                        Reduction reduction = Reduction::mean);

struct GumbelNdcgOptions {
  SoftNdcgOptions ndcg = {.rank = {.relaxation = RankRelaxation::sigmoid, .temperature = 0.1}};
  std::int64_t samples = 8;
  double noise_scale = 1;  ///< multiplies the noise: 1 draws orders from the Plackett-Luce model of the scores
};

/// The mean of soft_ndcg_loss over `samples` copies of the scores with independent Gumbel noise added (Bruch et al.,
/// "A stochastic treatment of learning to rank scoring functions", WSDM 2020). Draws samples x documents numbers from
/// `random`, sample by sample, on the CPU. NumericError for fewer than one sample and for a noise that is negative or
/// not finite. Lists, targets and errors as soft_ndcg_loss; cost: `samples` times that.
Tensor gumbel_approx_ndcg_loss(Operand predictions, Operand targets, Random& random,
                               const GumbelNdcgOptions& options = {});
Tensor gumbel_approx_ndcg_loss(Operand predictions, Operand targets, const Groups& groups, Random& random,
                               const GumbelNdcgOptions& options = {});

}  // namespace ranktape
