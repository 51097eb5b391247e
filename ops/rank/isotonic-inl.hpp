// Decreasing isotonic regression by pooling adjacent violators, kept as a list of blocks.
//
// A block is a stretch whose solution is one number, here a ratio: a sum of numerators over a sum of denominators
// (l2: of what is regressed over how many). A block is merged into the one before it while that one's ratio is not
// larger: ties pool, as equal inputs must get equal outputs and share their gradient. Comparisons multiply crosswise;
// no division.
//
// Included once for each instruction set (see sorted_keys.cpp), so the guard lets it through each time.
#if defined(RANKTAPE_OPS_RANK_ISOTONIC_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKTAPE_OPS_RANK_ISOTONIC_INL_HPP
#undef RANKTAPE_OPS_RANK_ISOTONIC_INL_HPP
#else
#define RANKTAPE_OPS_RANK_ISOTONIC_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

/// The sums of the blocks found, from entry 1; entry 0 is a sentinel that never merges. Room for n + 1 entries.
struct IsotonicBlocks {
  double* numerators;
  double* denominators;

  [[nodiscard]] double ratio(std::uint32_t block) const { return numerators[block + 1] / denominators[block + 1]; }

  /// Solves for the positions from `begin` up to `end`, with numerator(i) and denominator(i) at position i. Returns the
  /// number of blocks; block b (from 0) ends before position ends[b]. O(end - begin).
  template <class Numerator, class Denominator>
  std::uint32_t solve(std::uint32_t begin, std::uint32_t end, std::uint32_t* ends, const Numerator& numerator,
                      const Denominator& denominator) const {
    if (begin == end) {
      return 0;
    }
    numerators[0] = std::numeric_limits<double>::infinity();
    denominators[0] = 1;
    // The block that grows is kept in registers, those below it on the stack.
    std::uint32_t below = 0;
    double a = numerator(begin);
    double b = denominator(begin);
    for (std::uint32_t i = begin + 1; i < end; ++i) {
      const double c = numerator(i);
      const double d = denominator(i);
      if (a * d > c * b) {
        ends[below++] = i;
        numerators[below] = a;
        denominators[below] = b;
        a = c;
        b = d;
        continue;
      }
      a += c;
      b += d;
      while (numerators[below] * b <= a * denominators[below]) {
        a += numerators[below];
        b += denominators[below];
        --below;
      }
    }
    ends[below++] = end;
    numerators[below] = a;
    denominators[below] = b;
    return below;
  }

  /// The same for means, all denominators 1. fill(first, count, y) writes the numerators of a stretch into y.
  template <class Fill>
  std::uint32_t solve_means(std::uint32_t begin, std::uint32_t end, std::uint32_t* ends, const Fill& fill) const {
    if (begin == end) {
      return 0;
    }
    constexpr std::uint32_t tile = 512;  // stays in the cache nearest to the processor
    alignas(64) double y[tile];
    std::uint8_t rises[tile];
    numerators[0] = std::numeric_limits<double>::infinity();
    denominators[0] = 1;
    std::uint32_t below = 0;
    double a = 0;  // of the block that grows, which the first document begins
    double b = 0;
    const auto pool_below = [&] {
      while (numerators[below] * b <= a * denominators[below]) {
        a += numerators[below];
        b += denominators[below];
        --below;
      }
    };
    for (std::uint32_t first = begin; first < end; first += tile) {
      const std::uint32_t count = std::min(tile, end - first);
      fill(first, count, y);
      std::uint32_t risen = 0;
      for (std::uint32_t i = 0; i + 1 < count; ++i) {
        rises[i] = y[i] <= y[i + 1] ? 1 : 0;
        risen += rises[i];
      }
      // Eight in a row are rare, and not worth looking for, unless most of the stretch rises.
      const std::uint32_t step = risen >= count - count / 4 ? 8 : count;
      std::uint32_t i = 0;
      if (first == begin) {
        a = y[0];
        b = 1;
        i = 1;
      }
      while (i < count) {
        const std::uint32_t stop = std::min(i + step, count);
        // Eight in a row that rise from the growing block's mean join it one and all.
        if (step == 8 && stop - i == 8 && all_rise(rises + i) && a <= y[i] * b) {
          a += ((y[i] + y[i + 1]) + (y[i + 2] + y[i + 3])) + ((y[i + 4] + y[i + 5]) + (y[i + 6] + y[i + 7]));
          b += 8;
          pool_below();
          i = stop;
          continue;
        }
        for (; i < stop; ++i) {
          if (a > y[i] * b) {
            ends[below++] = first + i;
            numerators[below] = a;
            denominators[below] = b;
            a = y[i];
            b = 1;
          } else {
            a += y[i];
            b += 1;
            pool_below();
          }
        }
      }
    }
    ends[below++] = end;
    numerators[below] = a;
    denominators[below] = b;
    return below;
  }

 private:
  /// Whether the first seven of eight flags are set.
  static bool all_rise(const std::uint8_t* flags) {
    std::uint64_t eight;
    std::memcpy(&eight, flags, sizeof(eight));
    constexpr std::uint64_t seven =
        std::endian::native == std::endian::little ? 0x0001010101010101 : 0x0101010101010100;
    return (eight & seven) == seven;
  }
};

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
