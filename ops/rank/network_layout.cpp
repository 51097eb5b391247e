#include <ranktape/ops/rank/network_layout.hpp>

#include <bit>
#include <limits>
#include <utility>

namespace ranktape::detail {
namespace {

using Steps = std::vector<NetworkLayout::Step, PoolAllocator<NetworkLayout::Step>>;
using Starts = std::vector<std::int64_t, PoolAllocator<std::int64_t>>;
using Places = std::vector<std::uint32_t, PoolAllocator<std::uint32_t>>;

void end_layer(const Steps& steps, Starts& layers) {
  const auto end = static_cast<std::int64_t>(steps.size());
  if (end != layers.back()) {
    layers.push_back(end);
  }
}

Steps odd_even(std::uint32_t n, Starts& layers) {
  Steps steps;
  for (std::uint32_t layer = 0; layer < n; ++layer) {
    for (std::uint32_t i = layer % 2; i + 1 < n; i += 2) {
      steps.push_back({i, i + 1});
    }
    end_layer(steps, layers);
  }
  return steps;
}

/// Batcher's bitonic sorter on 2^m >= n places, of which those from n on hold infinities. A comparator that meets an
/// infinity moves it, or its other value, as a whole: `wire_at` follows who is where, and no comparator is needed.
/// Leaves in `wire_at` the wire that ends at each place.
Steps bitonic(std::uint32_t n, Places& wire_at, Starts& layers) {
  constexpr std::uint32_t infinity = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t places = std::bit_ceil(n);
  wire_at.assign(places, infinity);
  for (std::uint32_t i = 0; i < n; ++i) {
    wire_at[i] = i;
  }
  Steps steps;
  for (std::uint32_t block = 2; block <= places; block *= 2) {
    for (std::uint32_t distance = block / 2; distance > 0; distance /= 2) {
      for (std::uint32_t i = 0; i < places; ++i) {
        if ((i & distance) != 0) {
          continue;
        }
        std::uint32_t first = i;
        std::uint32_t second = i + distance;
        if ((i & block) != 0) {  // every other block is sorted the other way round
          std::swap(first, second);
        }
        if (wire_at[first] == infinity) {
          std::swap(wire_at[first], wire_at[second]);
        } else if (wire_at[second] != infinity) {
          steps.push_back({wire_at[first], wire_at[second]});
        }
      }
      end_layer(steps, layers);
    }
  }
  return steps;
}

}  // namespace

NetworkLayout::NetworkLayout(SortingNetwork network, std::uint32_t n) : layer_starts(1), start(n) {
  Places wire_at(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    wire_at[i] = i;
  }
  steps = network == SortingNetwork::odd_even || n < 2 ? odd_even(n, layer_starts) : bitonic(n, wire_at, layer_starts);
  // Number the wires by where they end.
  for (std::uint32_t place = 0; place < n; ++place) {
    start[wire_at[place]] = place;
  }
  for (Step& step : steps) {
    step = {start[step.first], start[step.second]};
  }
}

}  // namespace ranktape::detail
