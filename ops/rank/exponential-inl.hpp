// Included once for each instruction set (see sorted_keys.cpp), so the guard lets it through each time.
#if defined(RANKTAPE_OPS_RANK_EXPONENTIAL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKTAPE_OPS_RANK_EXPONENTIAL_INL_HPP
#undef RANKTAPE_OPS_RANK_EXPONENTIAL_INL_HPP
#else
#define RANKTAPE_OPS_RANK_EXPONENTIAL_INL_HPP
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstdint>
#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

/// e^t for |t| <= 700, to a few units in the last place. Plain arithmetic without a branch: loops around it are
/// vectorised, and the bits are the same on every processor.
inline double exponential(double t) {
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

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
