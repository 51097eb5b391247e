#pragma once

#include <cstddef>
#include <cstdint>

// Internal: decreasing isotonic regression by pooling adjacent violators, kept as a list of blocks.
//
// A block is a stretch whose solution is one number; the next block is merged into the one before it while that one's
// value is not larger (ties pool: equal inputs must get equal outputs and share their gradient). Block b ends before
// position ends[b] and its value is numerator[b] / denominator[b]; comparisons multiply crosswise, no division.
// Each function appends to its arrays, which need room for n + 1 entries: entry 0 is a sentinel that never merges.
namespace ranktape::detail {

/// Blocks of the decreasing v closest to y (least squares): value = sum / count. Returns the number of blocks, 1-based
/// in the arrays. All sums in double. O(n).
struct IsotonicMeans {
  double* sums;
  double* counts;
  std::uint32_t* ends;

  std::size_t solve(const double* y, std::size_t n) const;
};

/// mantissa * 2^exponent, the exponent a whole number kept apart: a sum over a block never overflows, whatever the
/// range of the scores.
struct Scaled {
  double mantissa;
  double exponent;
};

/// e^t with a mantissa near 1. Beyond |t| = 2^52, where neighbouring doubles are a whole power of e apart, only the
/// exponent means anything.
Scaled scaled_exp(double t);
/// a * 2^-exponent as a double, 0 where it underflows.
double scaled_to(const Scaled& a, double exponent);

/// The same for ratios of sums: value = (sum of a numerator) / (sum of a denominator), all positive.
struct IsotonicRatios {
  Scaled* numerators;
  Scaled* denominators;
  std::uint32_t* ends;

  /// Adds position `position` (0, 1, 2, ... in order) and pools, but not into the first `fixed` blocks; `blocks` is the
  /// number so far, the new one is returned.
  std::size_t push(std::size_t blocks, std::size_t fixed, std::size_t position, Scaled numerator,
                   Scaled denominator) const;
};

}  // namespace ranktape::detail
