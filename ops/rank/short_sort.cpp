#include <ranktape/ops/rank/short_sort.hpp>

// Compiled once for each instruction set that Highway knows for this architecture; the right one is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/rank/short_sort.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/sort/sorting_networks-inl.h>
#include <hwy/contrib/sort/traits-inl.h>

#include <algorithm>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Sixteen rows of one vector: the network sorts its columns, then merges them.
constexpr std::size_t rows = 16;

std::size_t limit() {
#if VQSORT_ENABLED
  return rows * hn::Lanes(hn::CappedTag<std::uint64_t, 8>());
#else
  return 0;
#endif
}

void sort(std::uint64_t* keys, std::size_t n) {
#if VQSORT_ENABLED
  std::size_t columns = 1;
  while (columns * rows < n) {
    columns *= 2;
  }
  // The network loads whole vectors from every row.
  std::fill(keys + n, keys + std::min(short_sort_room, columns * rows + 8), std::numeric_limits<std::uint64_t>::max());
  const hn::detail::SharedTraits<hn::detail::TraitsLane<hn::detail::OrderAscending<std::uint64_t>>> traits;
  hn::detail::SortingNetwork(traits, keys, columns);
#else
  static_cast<void>(keys);
  static_cast<void>(n);
#endif
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(limit);
HWY_EXPORT(sort);

std::size_t short_sort_limit() {
  static const std::size_t longest = HWY_DYNAMIC_DISPATCH(limit)();
  return longest;
}

void sort_short(std::uint64_t* keys, std::size_t n) { HWY_DYNAMIC_DISPATCH(sort)(keys, n); }

}  // namespace ranktape::detail
#endif
