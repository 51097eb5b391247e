#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

/// Hard ranks of every list (rows, or Groups, as soft_rank), 1 to n; equal values share the mean of their ranks.
/// A constant: ranks do not change with the values, so no gradient flows. Cost: O(n log n).
/// Throws NumericError for a NaN or infinite value.
Tensor rank(Operand values, Direction direction = Direction::ascending);
Tensor rank(Operand values, const Groups& groups, Direction direction = Direction::ascending);

/// The values of every list in order; differentiable: each gradient goes back to the value's own place. Stable.
Tensor sort(Operand values, Direction direction = Direction::ascending);
Tensor sort(Operand values, const Groups& groups, Direction direction = Direction::ascending);

/// For every place in order, the position (0, 1, ...) in its list of the value that belongs there. Stable; a constant,
/// in the values' dtype: float32 holds positions up to 2^24 exactly, so longer float32 lists throw NumericError.
Tensor argsort(Operand values, Direction direction = Direction::ascending);
Tensor argsort(Operand values, const Groups& groups, Direction direction = Direction::ascending);

}  // namespace ranktape
