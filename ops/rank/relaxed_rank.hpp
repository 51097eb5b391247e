#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

/// A family of soft ranks: soft_rank with either regularization, lapsum_rank, sigmoid_rank.
enum class RankRelaxation { l2, kl, lapsum, sigmoid };

/// Which soft ranks, and how soft.
struct RelaxedRankOptions {
  RankRelaxation relaxation = RankRelaxation::l2;
  double temperature = 1.0;  ///< divides: lower is sharper; l2 and kl: the regularization strength
  StrengthUnit temperature_unit = StrengthUnit::absolute;
  Direction direction = Direction::ascending;
};

/// The soft ranks of every list by the family that the options name: what soft_rank, lapsum_rank or sigmoid_rank
/// returns. Lists, shape, cost and errors are theirs.
Tensor relaxed_rank(Operand values, const RelaxedRankOptions& options = {});
Tensor relaxed_rank(Operand values, const Groups& groups, const RelaxedRankOptions& options = {});

}  // namespace ranktape
