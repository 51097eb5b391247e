#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

/// The NeuralSort matrix (Grover et al., "Stochastic optimization of sorting networks via continuous relaxations", ICLR
/// 2019) of each row of [..., n]: a tensor [..., n, n] whose row i, position i, is the softmax over the
/// values j of (c_i x_j - sum_k |x_j - x_k|) / t with c_i = 2 i + 1 - n (i from 0; descending: n - 1 - 2 i).
/// Rows sum to 1, columns only nearly. sum(P * x, -1), of one list, is that list sorted, softly. The logits grow with n
/// times the gaps: a temperature that keeps its meaning grows with n. Differentiable except where values tie.
/// Cost: O(n^2) time and the matrix, forward and back; beside it O(n) memory. Errors as soft_rank; ShapeError for
/// values of four dimensions. The gradient with respect to a temperature: that of values / temperature, a tensor.
Tensor neural_sort(Operand values, const RelaxationOptions& options = {});

}  // namespace ranktape
