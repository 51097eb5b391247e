#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor.hpp>

namespace ranktape {

/// Multi-head scaled dot-product attention inside query groups: every document attends to the documents of its own
/// group, without padding or mask. Queries, keys and values are [documents, heads * width] of one shape and dtype, the
/// columns of one head side by side. With q_i, k_j, v_j the rows of one head,
///
///     y_i = sum_j p_ij v_j,   p_ij = exp(s_ij - l_i),   s_ij = q_i . k_j / sqrt(width),   l_i = log sum_j exp(s_ij)
///
/// over the documents j of i's group (Vaswani et al., "Attention is all you need", NeurIPS 2017, equation 1, section
/// 3.2.2). Kept for the gradient are the inputs, y and l, [documents, heads] in double; p is computed again, as in
/// FlashAttention (Dao et al., NeurIPS 2022), so that no n x n matrix is ever stored: on the CPU a thread holds two
/// times max(64 n, 16384) of its numbers, n the length of the list. Time O(sum of n^2 * heads * width); a list and
/// head is one piece of work for the threads. Weights are not dropped out.
/// Throws ShapeError for shapes that do not fit or heads that do not divide the columns.
Tensor grouped_attention(Operand queries, Operand keys, Operand values, const Groups& groups, int heads);

}  // namespace ranktape
