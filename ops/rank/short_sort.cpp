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

#if VQSORT_ENABLED

// Sixteen rows of one vector: the network sorts its columns, then merges them.
constexpr std::size_t rows = 16;
constexpr std::size_t most_lanes = 8;
constexpr std::size_t longest_network = rows * most_lanes;
constexpr std::size_t network_room = longest_network + most_lanes;  // it loads whole vectors from every row
constexpr std::size_t most_parts = longest_short_sort / longest_network;

using Keys = hn::CappedTag<std::uint64_t, most_lanes>;
using KeyVector = hn::Vec<Keys>;

std::size_t network_limit() { return rows * hn::Lanes(Keys()); }

void sort_by_network(std::uint64_t* keys, std::size_t n) {
  std::size_t columns = 1;
  while (columns * rows < n) {
    columns *= 2;
  }
  std::fill(keys + n, keys + std::min(network_room, columns * rows + most_lanes),
            std::numeric_limits<std::uint64_t>::max());
  const hn::detail::SharedTraits<hn::detail::TraitsLane<hn::detail::OrderAscending<std::uint64_t>>> traits;
  hn::detail::SortingNetwork(traits, keys, columns);
}

/// Sorts a vector that rises and then falls.
KeyVector sort_bitonic(KeyVector v) {
  const Keys d;
  if constexpr (hn::MaxLanes(d) >= 8) {
    const KeyVector other = hn::ConcatLowerUpper(d, v, v);
    v = hn::ConcatUpperLower(d, hn::Max(v, other), hn::Min(v, other));
  }
  if constexpr (hn::MaxLanes(d) >= 4) {
    const KeyVector other = hn::SwapAdjacentBlocks(v);
    v = hn::OddEvenBlocks(hn::Max(v, other), hn::Min(v, other));
  }
  const KeyVector other = hn::Reverse2(d, v);
  return hn::OddEven(hn::Max(v, other), hn::Min(v, other));
}

/// Merges two sorted parts of `length` keys each, a whole number of vectors, with the largest key behind each.
void merge(const std::uint64_t* a, const std::uint64_t* b, std::size_t length, std::uint64_t* out) {
  const Keys d;
  const std::uint64_t* const b_end = b + length;
  KeyVector next = hn::LoadU(d, a);
  KeyVector high = hn::LoadU(d, b);
  a += hn::Lanes(d);
  b += hn::Lanes(d);
  for (std::size_t written = 0;; written += hn::Lanes(d)) {
    const KeyVector falling = hn::Reverse(d, high);
    hn::StoreU(sort_bitonic(hn::Min(next, falling)), d, out + written);
    high = sort_bitonic(hn::Max(next, falling));
    if (written + 2 * hn::Lanes(d) == 2 * length) {
      break;
    }
    // The part whose first key is smaller goes on: whatever it holds is at least as large as all that is written.
    const bool from_a = b == b_end || *a < *b;
    next = hn::LoadU(d, from_a ? a : b);
    a += from_a ? hn::Lanes(d) : 0;
    b += from_a ? 0 : hn::Lanes(d);
  }
  hn::StoreU(high, d, out + 2 * length - hn::Lanes(d));
}

/// Up to two vectors: a key's place is how many are smaller. n steps that do not wait for one another.
void sort_by_counting(std::uint64_t* keys, std::size_t n) {
  const Keys d;
  const std::size_t vector = hn::Lanes(d);
  std::fill(keys + n, keys + 2 * vector, std::numeric_limits<std::uint64_t>::max());
  const KeyVector first = hn::Load(d, keys);
  const KeyVector second = hn::Load(d, keys + vector);
  std::uint64_t sorted[2 * most_lanes];
  for (std::size_t i = 0; i < n; ++i) {
    const KeyVector key = hn::Set(d, keys[i]);
    sorted[hn::CountTrue(d, hn::Lt(first, key)) + hn::CountTrue(d, hn::Lt(second, key))] = keys[i];
  }
  std::copy_n(sorted, n, keys);
}

/// Sorts parts by networks, then merges them.
void sort_parts(std::uint64_t* keys, std::size_t n) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  const std::size_t parts = n <= 2 * network_limit() ? 2 : most_parts;
  const std::size_t vector = hn::Lanes(Keys());
  const std::size_t length = ((n + parts - 1) / parts + vector - 1) / vector * vector;
  alignas(64) std::uint64_t part[most_parts][network_room];
  for (std::size_t p = 0; p < parts; ++p) {
    const std::size_t first = std::min(p * length, n);
    const std::size_t count = std::min(length, n - first);
    std::copy_n(keys + first, count, part[p]);
    sort_by_network(part[p], count);
    std::fill(part[p] + count, part[p] + length + 1, largest);
  }
  if (parts == 2) {
    merge(part[0], part[1], length, keys);
    return;
  }
  alignas(64) std::uint64_t merged[2][2 * longest_network + 1];
  merge(part[0], part[1], length, merged[0]);
  merge(part[2], part[3], length, merged[1]);
  merged[0][2 * length] = merged[1][2 * length] = largest;
  merge(merged[0], merged[1], 2 * length, keys);
}

bool sort(std::uint64_t* keys, std::size_t n) {
  if (n <= 2 * hn::Lanes(Keys())) {
    sort_by_counting(keys, n);
  } else if (n <= network_limit()) {
    sort_by_network(keys, n);
  } else if (n <= most_parts * network_limit()) {
    sort_parts(keys, n);
  } else {
    return false;
  }
  return true;
}

#else  // a processor without vectors

bool sort(std::uint64_t*, std::size_t) { return false; }

#endif

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(sort);

bool sort_short(std::uint64_t* keys, std::size_t n) { return HWY_DYNAMIC_DISPATCH(sort)(keys, n); }

}  // namespace ranktape::detail
#endif
