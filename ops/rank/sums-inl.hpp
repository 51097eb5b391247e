// Included once for each instruction set (see sorted_keys.cpp), so the guard lets it through each time.
#if defined(RANKTAPE_OPS_RANK_SUMS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKTAPE_OPS_RANK_SUMS_INL_HPP
#undef RANKTAPE_OPS_RANK_SUMS_INL_HPP
#else
#define RANKTAPE_OPS_RANK_SUMS_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

/// The sum of term(0), ..., term(n - 1) in double; of many, as eight interleaved sums whatever the width of the
/// vectors: the same bits on every processor. (list_sums.hpp has the like for code that is compiled once: called from
/// here, it could not take in a term compiled for wider vectors.)
template <class Term>
double sum_of(std::size_t n, const Term& term) {
  constexpr std::size_t few = 16;
  if (n < few) {
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      total += term(i);
    }
    return total;
  }
  double sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      sums[lane] += term(i + lane);
    }
  }
  for (std::size_t lane = 0; i < n; ++i, ++lane) {
    sums[lane] += term(i);
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

template <class Scalar>
double sum(const Scalar* values, std::size_t n) {
  return sum_of(n, [&](std::size_t i) { return static_cast<double>(values[i]); });
}

template <class Scalar>
double sum_of_products(const Scalar* a, const Scalar* b, std::size_t n) {
  return sum_of(n, [&](std::size_t i) { return static_cast<double>(a[i]) * static_cast<double>(b[i]); });
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
