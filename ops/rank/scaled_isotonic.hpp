#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

// Internal: the isotonic regression of isotonic-inl.hpp with numbers of any range. Needed for kl sorts of values that
// spread over hundreds of units; rarely, so it is plain.
namespace ranktape::detail {

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

/// The sums of the blocks so far, from entry 1, where block b (from 0) ends before position ends[b]. All positive.
struct ScaledBlocks {
  Scaled* numerators;
  Scaled* denominators;
  std::uint32_t* ends;

  /// Adds position `position` (0, 1, 2, ... in order) and pools; `blocks` is the number so far, the new one is
  /// returned.
  std::uint32_t push(std::uint32_t blocks, std::uint32_t position, Scaled numerator, Scaled denominator) const {
    while (blocks > 0 && not_larger(numerators[blocks], denominators[blocks], numerator, denominator)) {
      numerator = add(numerators[blocks], numerator);
      denominator = add(denominators[blocks], denominator);
      --blocks;
    }
    ends[blocks++] = position + 1;
    numerators[blocks] = numerator;
    denominators[blocks] = denominator;
    return blocks;
  }

 private:
  static Scaled add(const Scaled& a, const Scaled& b) {
    return a.exponent >= b.exponent ? Scaled{a.mantissa + scaled_to(b, a.exponent), a.exponent}
                                    : Scaled{b.mantissa + scaled_to(a, b.exponent), b.exponent};
  }

  /// Whether a / b <= c / d. Sums of at most 2^31 numbers near 1 lie between 2^-1 and 2^63, so a larger difference of
  /// exponents decides alone. Like is taken from like: beside exponents of values, those of decays may be small.
  static bool not_larger(const Scaled& a, const Scaled& b, const Scaled& c, const Scaled& d) {
    constexpr double decisive = 300;
    const double shift = (c.exponent - a.exponent) + (b.exponent - d.exponent);
    if (shift > decisive || shift < -decisive) {
      return shift > 0;
    }
    return a.mantissa * d.mantissa <= c.mantissa * b.mantissa * power_of_two(shift);
  }
};

}  // namespace ranktape::detail
