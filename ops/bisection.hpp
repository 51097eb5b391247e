#pragma once

// Internal: a search for kernels, where the algorithms of the standard library are not to be had.
namespace ranktape::detail {

/// The first k of [low, high) for which `holds`, which then does to the end; else high.
template <class Index, class Condition>
constexpr Index first_where(Index low, Index high, const Condition& holds) {
  while (low < high) {
    const Index middle = low + (high - low) / 2;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace ranktape::detail
