#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

// LapSum: ranks, order, selection and quantiles from one smoothed counting function (Struski et al., "LapSum - One
// Method to Differentiate Them All: Ranking, Sorting and Top-k Selection", ICML 2025).
//
// For a list of n values x, in units of the temperature t, L(b) = sum_i F((b - x_i) / t) with F the distribution
// function of the Laplace distribution counts the values below b, smoothly: it rises strictly from 0 to n. All
// operations are once differentiable everywhere, ties included, and become hard as t falls. Lists are those of
// soft_rank: with Groups, of a [documents] tensor; without, the last dimension is one list per row.
// Each costs O(n log n) forward, for the sorting, and O(n) back; O(n) memory; all arithmetic is in double.
// Errors as soft_rank: NumericError for NaN or infinite values and for a temperature that is not positive and finite,
// ShapeError for Groups that do not fit and for [n, 1] without Groups.
//
// With a tensor for a temperature, gradients also flow to it. It has one element for all lists or one per list, either
// dtype, and multiplies options.temperature (which is 1 unless set).

/// Soft ranks, 1 to n: 1 + sum over j != i of F((x_i - x_j) / t). They sum to n (n + 1) / 2; equal values get equal
/// ranks; descending ranks are n + 1 less the ascending ones.
Tensor lapsum_rank(Operand values, const RelaxationOptions& options = {});
Tensor lapsum_rank(Operand values, const Groups& groups, const RelaxationOptions& options = {});
Tensor lapsum_rank(Operand values, Operand temperature, const RelaxationOptions& options = {});
Tensor lapsum_rank(Operand values, const Groups& groups, Operand temperature, const RelaxationOptions& options = {});

/// Soft sorted values: place i (from 0) holds the b with L(b) = i + 1/2. Each is between its neighbours, or up to some
/// temperatures beyond the ends; the gradient of a place is a softmax over the values of -|x - b| / t.
Tensor lapsum_sort(Operand values, const RelaxationOptions& options = {});
Tensor lapsum_sort(Operand values, const Groups& groups, const RelaxationOptions& options = {});
Tensor lapsum_sort(Operand values, Operand temperature, const RelaxationOptions& options = {});
Tensor lapsum_sort(Operand values, const Groups& groups, Operand temperature, const RelaxationOptions& options = {});

/// Memberships in [0, 1] of the k largest values (with Direction::descending, of the k smallest), summing to k: F((x_i
/// - b) / t) with L(b) = n - k. k is any real number strictly between 0 and n; NumericError names the list it does not
/// fit. As tensors, k and the temperature are differentiated; one element each, or one per list (lists of different
/// lengths want their own k).
Tensor lapsum_top_k(Operand values, double k, const RelaxationOptions& options = {});
Tensor lapsum_top_k(Operand values, const Groups& groups, double k, const RelaxationOptions& options = {});
Tensor lapsum_top_k(Operand values, Operand k, Operand temperature, const RelaxationOptions& options = {});
Tensor lapsum_top_k(Operand values, const Groups& groups, Operand k, Operand temperature,
                    const RelaxationOptions& options = {});

/// The logarithms of lapsum_top_k, without the underflow of small memberships: for cross-entropies.
Tensor lapsum_log_top_k(Operand values, double k, const RelaxationOptions& options = {});
Tensor lapsum_log_top_k(Operand values, const Groups& groups, double k, const RelaxationOptions& options = {});
Tensor lapsum_log_top_k(Operand values, Operand k, Operand temperature, const RelaxationOptions& options = {});
Tensor lapsum_log_top_k(Operand values, const Groups& groups, Operand k, Operand temperature,
                        const RelaxationOptions& options = {});

/// The soft q-quantile of each list, 0 < q < 1: the b with L(b) = q n. As the temperature falls it becomes the ordinary
/// quantile, the inverse of the empirical distribution function: x_(ceil(q n)) of the sorted values, and the middle
/// between x_(q n) and the next where q n is whole. With Direction::descending q counts from the largest value.
/// Returns one number per list: [lists] with Groups, else the shape without its last dimension. Throws ShapeError for
/// an empty list.
Tensor lapsum_quantile(Operand values, double q, const RelaxationOptions& options = {});
Tensor lapsum_quantile(Operand values, const Groups& groups, double q, const RelaxationOptions& options = {});

/// lapsum_quantile with q = 1/2.
Tensor lapsum_median(Operand values, const RelaxationOptions& options = {});
Tensor lapsum_median(Operand values, const Groups& groups, const RelaxationOptions& options = {});

/// The soft permutation matrix of each row, [..., n, n]: row i (position i) holds the memberships that lapsum_top_k
/// gives to the first i + 1 positions less those of the first i. Every row and every column sums to 1.
/// Cost: O(n^2) forward and back, nothing kept but O(n). ShapeError for four dimensions: the matrix would have five.
Tensor lapsum_permutation(Operand values, const RelaxationOptions& options = {});

}  // namespace ranktape
