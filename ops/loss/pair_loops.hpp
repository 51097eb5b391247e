#pragma once

#include <ranktape/ops/loss/lambda_formulas.hpp>
#include <ranktape/ops/loss/pair_formulas.hpp>

// Internal: the loops over the pairs of a list on the CPU, compiled for each instruction set.
namespace ranktape::detail {

/// Every array of a list is this much longer than its documents, with finite numbers there.
inline constexpr std::int64_t pair_padding = 8;

/// Sums a list's terms; adds to `slopes`, which is zero, the derivative by each document, in the order of the pairs.
/// `room` is for two more numbers a document and their padding.
PairSums sum_pairs(const LogisticPairs& pairs, double* room, double* slopes);
PairSums sum_pairs(const HingePairs& pairs, double* room, double* slopes);
PairSums sum_pairs(const SquaredPairs& pairs, double* room, double* slopes);
PairSums sum_pairs(const LambdaPairs<false>& pairs, double* room, double* slopes);
PairSums sum_pairs(const LambdaPairs<true>& pairs, double* room, double* slopes);
PairSums sum_pairs(const FirstDiscountPairs& pairs, double* room, double* slopes);

}  // namespace ranktape::detail
