#pragma once

#include <cstddef>
#include <cstdint>

// Internal: sorting networks on the widest vectors the processor has, and merges of what they sorted, for lists too
// short for a quicksort to pay.
namespace ranktape::detail {

/// The longest list that any processor sorts this way: four parts of sixteen rows of eight lanes.
inline constexpr std::size_t longest_short_sort = 4 * 16 * 8;
/// How many keys beyond n sort_short may overwrite.
inline constexpr std::size_t short_sort_room = 16 * 8 + 8;

/// Sorts n different keys increasingly, n > 0, overwriting the room behind them; or leaves them and returns false where
/// this is not the way for as many on this processor. `keys` is aligned to 64 bytes.
bool sort_short(std::uint64_t* keys, std::size_t n);

}  // namespace ranktape::detail
