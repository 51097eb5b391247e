#include <ranktape/ops/rank/isotonic.hpp>

#include <cmath>
#include <limits>
#include <numbers>

namespace ranktape::detail {

std::size_t IsotonicMeans::solve(const double* y, std::size_t n) const {
  std::size_t top = 0;
  sums[0] = std::numeric_limits<double>::infinity();
  counts[0] = 1;
  ends[0] = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = y[i];
    double count = 1;
    while (sums[top] * count <= sum * counts[top]) {
      sum += sums[top];
      count += counts[top];
      --top;
    }
    ++top;
    sums[top] = sum;
    counts[top] = count;
    ends[top] = static_cast<std::uint32_t>(i + 1);
  }
  return top;
}

Scaled scaled_exp(double t) {
  // ln 2 in two parts, the first with few enough bits that its product with the exponent is exact (Cody and Waite).
  constexpr double ln2_high = 0x1.62e42fefa38p-1;
  constexpr double ln2_low = 0x1.ef35793c7673p-45;
  constexpr double last_meaningful = 0x1p52;
  const double exponent = std::nearbyint(t * std::numbers::log2e);
  if (!(std::abs(t) < last_meaningful)) {
    return {1, exponent};
  }
  return {std::exp((t - exponent * ln2_high) - exponent * ln2_low), exponent};
}

double scaled_to(const Scaled& a, double exponent) {
  constexpr double beyond_double = 2200;
  const double shift = a.exponent - exponent;
  return shift < -beyond_double ? 0.0 : std::ldexp(a.mantissa, static_cast<int>(shift));
}

namespace {

// Sums of at most 2^31 numbers near 1 lie between 2^-1 and 2^63, so a larger difference of exponents decides alone.
constexpr double decisive_exponent = 300;

Scaled add(const Scaled& a, const Scaled& b) {
  return a.exponent >= b.exponent ? Scaled{a.mantissa + scaled_to(b, a.exponent), a.exponent}
                                  : Scaled{b.mantissa + scaled_to(a, b.exponent), b.exponent};
}

// Whether a / b <= c / d.
bool ratio_not_larger(const Scaled& a, const Scaled& b, const Scaled& c, const Scaled& d) {
  const double shift = (c.exponent + b.exponent) - (a.exponent + d.exponent);
  if (shift > decisive_exponent || shift < -decisive_exponent) {
    return shift > 0;
  }
  return a.mantissa * d.mantissa <= std::ldexp(c.mantissa * b.mantissa, static_cast<int>(shift));
}

}  // namespace

std::size_t IsotonicRatios::push(std::size_t blocks, std::size_t fixed, std::size_t position, Scaled numerator,
                                 Scaled denominator) const {
  while (blocks > fixed && ratio_not_larger(numerators[blocks], denominators[blocks], numerator, denominator)) {
    numerator = add(numerators[blocks], numerator);
    denominator = add(denominators[blocks], denominator);
    --blocks;
  }
  ++blocks;
  numerators[blocks] = numerator;
  denominators[blocks] = denominator;
  ends[blocks] = static_cast<std::uint32_t>(position + 1);
  return blocks;
}

}  // namespace ranktape::detail
