#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/options.hpp>

// Internal: soft ranks as another type than the values', no smaller, for values and options that have been checked:
// soft ranks differ little from (n + 1) / 2, and in float32 a loss of ranks would lose the difference. Recorded as the
// operations that they are.
namespace ranktape::detail {

Tensor soft_ranks_as(DType rank_dtype, Operand values, const Lists& lists, const SoftRankOptions& options);
Tensor lapsum_ranks_as(DType rank_dtype, Operand values, const Lists& lists, const RelaxationOptions& options);
Tensor sigmoid_ranks_as(DType rank_dtype, Operand values, const Lists& lists, const RelaxationOptions& options);

}  // namespace ranktape::detail
