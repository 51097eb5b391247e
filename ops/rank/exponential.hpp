#pragma once

#include <bit>
#include <cstdint>
#include <numbers>

// Internal: plain arithmetic without a branch, so that loops around it are vectorised for whichever instruction set
// they are compiled, and the bits are the same on every processor.
namespace ranktape::detail {

/// e^t for |t| <= 700, to a few units in the last place.
constexpr double exponential(double t) {
  // e^t = 2^k e^r, |r| <= ln 2 / 2. ln 2 comes in two parts, the first with few enough bits that its product with k
  // is exact (Cody and Waite).
  constexpr double ln2_high = 0x1.62e42fefa38p-1;
  constexpr double ln2_low = 0x1.ef35793c7673p-45;
  constexpr double rounder = 0x1.8p52;  // added, it leaves a whole number in the low bits
  const double rounded = t * std::numbers::log2e + rounder;
  const double k = rounded - rounder;
  const double r = (t - k * ln2_high) - k * ln2_low;
  // Taylor's series: the first term left out is below 5e-18.
  double p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 1.0 / 2;
  p = p * r + 1;
  p = p * r + 1;
  const std::uint64_t exponent = std::bit_cast<std::uint64_t>(rounded) << 52;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) + exponent);
}

/// The same for |t| <= 87: the first term left out is below 6e-9.
constexpr float exponential(float t) {
  constexpr float ln2_high = 0x1.62e4p-1F;
  constexpr float ln2_low = 0x1.7f7d1cp-20F;
  constexpr float rounder = 0x1.8p23F;
  const float rounded = t * std::numbers::log2e_v<float> + rounder;
  const float k = rounded - rounder;
  const float r = (t - k * ln2_high) - k * ln2_low;
  float p = 1.0F / 5040;
  p = p * r + 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 1.0F / 2;
  p = p * r + 1;
  p = p * r + 1;
  const std::uint32_t exponent = std::bit_cast<std::uint32_t>(rounded) << 23;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + exponent);
}

/// log(1 + x) for 0 <= x <= 1, to a few units in the last place.
constexpr double log_one_plus(double x) {
  // log(1 + x) = 2 artanh(x / (2 + x)), and above sqrt(2) - 1 that of (1 + x) / 2, plus log 2: so |t| < 0.172.
  const double halved = x > std::numbers::sqrt2 - 1 ? 1 : 0;
  const double t = (x - halved) / (x + 2 + halved);
  const double z = t * t;
  // 1 + z / 3 + z^2 / 5 + ...: the first term left out is below 3e-17.
  double p = 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  return (2 * t + 2 * t * (z * p)) + halved * std::numbers::ln2;
}

}  // namespace ranktape::detail
