#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

/// Soft ranks by comparing all pairs (Qin, Liu and Li, "A general approximation framework for direct optimization of
/// information retrieval measures", 2010): 1 + sum over j != i of sigmoid((x_i - x_j) / t), t the
/// temperature. They sum to n (n + 1) / 2; equal values get equal ranks; descending ranks are n + 1 less the ascending
/// ones; infinitely often differentiable. Hard, up to e^-(gap / t), where values are many temperatures apart.
/// Lists, shape and errors as soft_rank (a temperature in place of the strength). Cost: O(n^2) time forward and back,
/// less where the temperature is small against the spread of the values (pairs further than 50 temperatures apart cost
/// nothing); one exponential per value, not per pair; O(n) memory.
/// The gradient with respect to a temperature: rank values / temperature, a tensor, with temperature 1.
Tensor sigmoid_rank(Operand values, const RelaxationOptions& options = {});
Tensor sigmoid_rank(Operand values, const Groups& groups, const RelaxationOptions& options = {});

}  // namespace ranktape
