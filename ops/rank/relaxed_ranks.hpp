#pragma once

#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/relaxed_rank.hpp>

// Internal: the soft ranks that losses are of.
namespace ranktape::detail {

/// Throws NumericError, in the name of `operation`, unless the temperature is positive and finite.
void check_relaxed_rank(const char* operation, Operand values, const RelaxedRankOptions& options);

/// The ranks in double, for finite values of either type and options that have been checked.
Tensor relaxed_ranks(Operand values, const Lists& lists, const RelaxedRankOptions& options);

}  // namespace ranktape::detail
