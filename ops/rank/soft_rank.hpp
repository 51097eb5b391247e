#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/diagnostics.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

/// Soft ranks of every list: with Groups, of a [documents] tensor; without, the last dimension is one list per row.
///
/// l2: the Euclidean projection of values / strength onto the permutahedron of (1, ..., n); kl: its entropic sibling
/// (Blondel et al., ICML 2020, equations 5 and 6). The ranks of a list sum to n (n + 1) / 2; equal values get equal
/// ranks; where all values are further apart than the strength (l2), the ranks are the hard ones and the gradient is
/// zero; where the strength is large, all documents pool into one block and the ranks are linear in the values.
/// Returns a tensor of the values' shape. Cost: O(n log n) forward, O(n) back, O(n) memory.
/// Throws NumericError for a NaN or infinite value and for a strength that is not positive and finite; ShapeError for
/// Groups that do not cover the documents, and for [n, 1] without Groups, where each row would be a list of one.
Tensor soft_rank(Operand values, const SoftRankOptions& options = {});
Tensor soft_rank(Operand values, const Groups& groups, const SoftRankOptions& options = {});

/// Soft sorted values: the projection of (n, ..., 1) / strength onto the permutahedron of the values (kl: in the
/// exponential domain, for values of any sign). Exact where neighbours differ by at most 1 / strength (l2).
/// kl is not symmetric: descending is not ascending reversed. Shape, cost and errors as soft_rank.
Tensor soft_sort(Operand values, const SoftRankOptions& options = {});
Tensor soft_sort(Operand values, const Groups& groups, const SoftRankOptions& options = {});

}  // namespace ranktape
