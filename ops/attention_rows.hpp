#pragma once

#include <cstdint>

// Internal: the rows of attention's scores on the CPU, for the instruction set found at run time; the bits are the same
// for each.
namespace ranktape::detail {

/// A block of rows of a matrix of scores, without gaps.
template <class Scalar>
struct AttentionRows {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Scalar* scores = nullptr;
};

/// Each score s of row i becomes exp(s - greatest of the row); sums[i] their sum and log_sums[i * step] the logarithm
/// of the sum of exp(s). There is at least one column.
void exponentiate(const AttentionRows<float>& block, double* sums, double* log_sums, std::int64_t step);
void exponentiate(const AttentionRows<double>& block, double* sums, double* log_sums, std::int64_t step);

/// Each score s of row i becomes p = exp(s - log_sums[i * step]), and what lies at its place in `slopes`, the gradient
/// of p, that of the score: p (slope - products[i]).
void differentiate(const AttentionRows<float>& block, const double* log_sums, std::int64_t step, const double* products,
                   float* slopes);
void differentiate(const AttentionRows<double>& block, const double* log_sums, std::int64_t step,
                   const double* products, double* slopes);

}  // namespace ranktape::detail
