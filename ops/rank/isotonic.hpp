#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

// Internal: decreasing isotonic regression by pooling adjacent violators, kept as a list of blocks.
//
// A block is a stretch whose solution is one number, here a ratio: a sum of numerators over a sum of denominators
// (l2: of what is regressed over how many). The next block is merged into the one before it while that one's ratio is
// not larger: ties pool, as equal inputs must get equal outputs and share their gradient. Comparisons multiply
// crosswise; no division. Everything is inline, as the loops around it differ by what they feed in.
namespace ranktape::detail {

/// Blocks on a stack whose entry 0 is a sentinel that never merges; the arrays need room for n + 1 entries. Block b,
/// from 1, ends before position ends[b].
struct IsotonicBlocks {
  double* numerators;
  double* denominators;
  std::uint32_t* ends;

  /// Numerator and denominator of position i are numerator(i) and denominator(i). Returns the number of blocks. O(n).
  template <class Numerator, class Denominator>
  std::size_t solve(std::uint32_t n, const Numerator& numerator, const Denominator& denominator) const {
    std::size_t top = 0;
    numerators[0] = std::numeric_limits<double>::infinity();
    denominators[0] = 1;
    ends[0] = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      double a = numerator(i);
      double b = denominator(i);
      while (numerators[top] * b <= a * denominators[top]) {
        a += numerators[top];
        b += denominators[top];
        --top;
      }
      ++top;
      numerators[top] = a;
      denominators[top] = b;
      ends[top] = i + 1;
    }
    return top;
  }
};

/// mantissa * 2^exponent, the exponent a whole number kept apart: a sum over a block never overflows, whatever the
/// range of the scores.
struct Scaled {
  double mantissa;
  double exponent;
};

/// 2^exponent, for whole numbers from -1022 to 1023.
inline double power_of_two(double exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(static_cast<std::int64_t>(exponent) + 1023) << 52);
}

/// e^t with a mantissa near 1. Beyond |t| = 2^50, where neighbouring doubles are many powers of e apart, only the
/// exponent means anything.
inline Scaled scaled_exp(double t) {
  // ln 2 in two parts, the first with few enough bits that its product with the exponent is exact (Cody and Waite).
  constexpr double ln2_high = 0x1.62e42fefa38p-1;
  constexpr double ln2_low = 0x1.ef35793c7673p-45;
  constexpr double last_meaningful = 0x1p50;
  constexpr double rounder = 0x1.8p52;  // added and taken off again, it rounds to a whole number
  if (!(std::abs(t) < last_meaningful)) {
    return {1, std::nearbyint(t * std::numbers::log2e)};
  }
  const double exponent = (t * std::numbers::log2e + rounder) - rounder;
  return {std::exp((t - exponent * ln2_high) - exponent * ln2_low), exponent};
}

/// a * 2^-exponent as a double, for an exponent not below a's; 0 where it would be below 2^-1000.
inline double scaled_to(const Scaled& a, double exponent) {
  const double shift = a.exponent - exponent;
  return shift < -1000 ? 0.0 : a.mantissa * power_of_two(shift);
}

/// The same stack with scaled numbers; all positive.
struct ScaledBlocks {
  Scaled* numerators;
  Scaled* denominators;
  std::uint32_t* ends;

  /// Adds position `position` (0, 1, 2, ... in order) and pools, but not into the first `fixed` blocks; `blocks` is the
  /// number so far, the new one is returned.
  std::size_t push(std::size_t blocks, std::size_t fixed, std::uint32_t position, Scaled numerator,
                   Scaled denominator) const {
    while (blocks > fixed && not_larger(numerators[blocks], denominators[blocks], numerator, denominator)) {
      numerator = add(numerators[blocks], numerator);
      denominator = add(denominators[blocks], denominator);
      --blocks;
    }
    ++blocks;
    numerators[blocks] = numerator;
    denominators[blocks] = denominator;
    ends[blocks] = position + 1;
    return blocks;
  }

 private:
  static Scaled add(const Scaled& a, const Scaled& b) {
    return a.exponent >= b.exponent ? Scaled{a.mantissa + scaled_to(b, a.exponent), a.exponent}
                                    : Scaled{b.mantissa + scaled_to(a, b.exponent), b.exponent};
  }

  /// Whether a / b <= c / d. Sums of at most 2^31 numbers near 1 lie between 2^-1 and 2^63, so a larger difference of
  /// exponents decides alone.
  static bool not_larger(const Scaled& a, const Scaled& b, const Scaled& c, const Scaled& d) {
    constexpr double decisive = 300;
    const double shift = (c.exponent + b.exponent) - (a.exponent + d.exponent);
    if (shift > decisive || shift < -decisive) {
      return shift > 0;
    }
    return a.mantissa * d.mantissa <= c.mantissa * b.mantissa * power_of_two(shift);
  }
};

/// How far apart exponents may be for plain doubles to hold the sums and their products.
inline constexpr double plain_exponent_range = 500;

}  // namespace ranktape::detail
