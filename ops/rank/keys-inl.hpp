// Included once for each instruction set (see sorted_keys.cpp), so the guard lets it through each time.
#if defined(RANKTAPE_OPS_RANK_KEYS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKTAPE_OPS_RANK_KEYS_INL_HPP
#undef RANKTAPE_OPS_RANK_KEYS_INL_HPP
#else
#define RANKTAPE_OPS_RANK_KEYS_INL_HPP
#endif

#include <ranktape/ops/rank/sorted_keys.hpp>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

/// Keys of sign * values, sorted: the values fall.
template <class Scalar>
void sort_into_keys(const Scalar* values, std::size_t n, int sign, Key<Scalar>* keys) {
  const auto factor = static_cast<Scalar>(sign);
  for (std::size_t i = 0; i < n; ++i) {
    keys[i] = make_key(factor * values[i], static_cast<std::uint32_t>(i));
  }
  sort_keys(keys, n);
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
