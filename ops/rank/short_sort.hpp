#pragma once

#include <cstddef>
#include <cstdint>

// Internal: sorting networks for lists too short for a quicksort to pay, on the widest vectors the processor has.
namespace ranktape::detail {

/// Room that `keys` of sort_short must have.
inline constexpr std::size_t short_sort_room = 16 * 8 + 8;

/// The longest list that sort_short takes on this processor: 0 where it has no network.
std::size_t short_sort_limit();

/// Sorts n different keys increasingly; overwrites the room behind them. `keys` is aligned to 64 bytes.
void sort_short(std::uint64_t* keys, std::size_t n);

}  // namespace ranktape::detail
