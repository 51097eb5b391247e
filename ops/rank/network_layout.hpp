#pragma once

#include <ranktape/core/pool.hpp>
#include <ranktape/ops/rank/sorting_network.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

// Internal.
namespace ranktape::detail {

/// The comparators of a network on n wires, in order. After the last one, wire i holds the i-th smallest value.
struct NetworkLayout {
  /// Puts the smaller value on `first`, the larger on `second`.
  struct Step {
    std::uint32_t first;
    std::uint32_t second;
  };

  NetworkLayout(SortingNetwork network, std::uint32_t n);

  [[nodiscard]] std::size_t layers() const { return layer_starts.size() - 1; }

  std::vector<Step, PoolAllocator<Step>> steps;
  /// Comparators from one of these to the next share no wire.
  std::vector<std::int64_t, PoolAllocator<std::int64_t>> layer_starts;
  std::vector<std::uint32_t, PoolAllocator<std::uint32_t>> start;  ///< the wire on which value i begins
};

}  // namespace ranktape::detail
