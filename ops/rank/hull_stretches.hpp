#pragma once

#include <ranktape/ops/rank/hull_bridges.hpp>

#include <algorithm>
#include <cstdint>

// Internal: the hull tree with one call for several tiles, for hosts; hull_tiles.hpp has what it is.
namespace ranktape::detail::kernels {

/// 2^levels tiles of a list, or what is left of it, where all lists have one length.
struct StretchOfTiles {
  Tile list;  ///< what any of its tiles says of its list
  std::int32_t first;
  std::int32_t end;

  static constexpr std::int64_t in_list(const Tiles& tiles, int levels) {
    return ((tiles.in_longest - 1) >> levels) + 1;
  }
  static constexpr std::int64_t count(const Tiles& tiles, int levels) {
    return tiles.lists.count * in_list(tiles, levels);
  }
  static constexpr StretchOfTiles of(const Tiles& tiles, int levels, std::int64_t i) {
    const std::int64_t of_each = in_list(tiles, levels);
    const auto first = static_cast<std::int32_t>(i % of_each << levels);
    const std::int32_t left = tiles.in_longest - first;
    return {tiles[i / of_each * tiles.in_longest + first], first, first + std::min(left, 1 << levels)};
  }
};

/// The hulls of 2^levels tiles of one list, and these levels of their bridges, one call for each such stretch: the same
/// as calls for each tile, for hosts, where the tiles then stay in the cache.
template <class Numbers>
struct JoinStretch {
  HullTree tree;  ///< all lists of one length
  int levels;
  TileSums* sums;
  std::int32_t* steps;

  constexpr void operator()(std::int64_t i) const {
    const StretchOfTiles stretch = StretchOfTiles::of(tree.tiles, levels, i);
    const std::int32_t end = stretch.end;
    for (std::int32_t index = stretch.first; index < end; ++index) {
      HullOfTile<Numbers>{tree}(stretch.list.first + index);
      sums[stretch.list.first + index] = {0, 0};
    }
    for (int level = 0; level < levels; ++level) {
      const FindBridges<Numbers> find = {tree, level, sums, sums, steps};
      const std::int32_t tiles = 1 << level;
      for (std::int32_t joint = stretch.first + tiles; joint < end; joint += 2 * tiles) {
        find.join(stretch.list, joint, std::min(joint + tiles, end));
        find.join(stretch.list, joint - tiles, joint);
      }
    }
  }
};

/// A level of bridges above those, with a call for each such stretch, too.
template <class Numbers>
struct JoinStretches {
  FindBridges<Numbers> find;
  int levels;

  constexpr void operator()(std::int64_t i) const {
    const StretchOfTiles stretch = StretchOfTiles::of(find.tree.tiles, levels, i);
    find.join(stretch.list, stretch.first, stretch.end);
  }
};

}  // namespace ranktape::detail::kernels
