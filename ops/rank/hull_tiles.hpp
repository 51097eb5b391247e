#pragma once

#include <ranktape/ops/rank/strengths.hpp>
#include <ranktape/ops/rank/stretches.hpp>
#include <ranktape/ops/rank/tiles.hpp>

#include <cstdint>

// Internal: decreasing isotonic regression of many lists at once, in parallel inside each, for the accelerator.
//
// The solution is the upper convex hull of the points (i, sum of what is regressed before i), i = 0 .. n: a block is an
// edge of the hull, its value the slope (for kl, the first coordinate sums the denominators). Every tile finds the hull
// of its own points (HullOfTile, here), then neighbouring hulls are joined two and two, level by level, by the one edge
// that touches both from above (FindBridges, in hull_bridges.hpp); no hull is written out but as the bits of the tiles'
// vertices and the bridges. At the end each tile looks which of its vertices no bridge passes over (FindBlocks, here).
// After Overmars and van Leeuwen, "Maintenance of configurations in the plane", 1981.
namespace ranktape::detail {

/// What the kernels see: memory of the accelerator. What is "of points" has its place for point p of list l at
/// begin(l) + l + p.
struct HullTree {
  Tiles tiles;
  const double* sorted;
  Strengths strengths;
  BlocksOfTile* found;  ///< of tiles; until FindBlocks `starts` are the vertices of the hull of its points
  double* values;       ///< of points: the sum along the edge that begins there; at last, the value of the block
  double* sums;         ///< of points: the sum of the block that begins there; null if nobody needs it

  // Where a list has more than one tile:
  double* before;    ///< of points: the sum from the tile's first point to a vertex
  double* after;     ///< of points: the sum from a vertex to the end of the tile
  double* totals;    ///< of tiles
  Stretch* bridges;  ///< of tiles: the edge that joined the tiles before it to it and those behind it

  template <class Numbers>
  [[nodiscard]] constexpr Numbers numbers(const Tile& tile) const {
    return Numbers::of(sorted + tile.begin, tile.documents, strengths.inverse(tile.list, tile.documents));
  }
  /// The place of a list's first point.
  [[nodiscard]] static constexpr std::int64_t points(const Tile& tile) { return tile.begin + tile.list; }
};

/// The tile with which the right one begins of the two stretches of 2^level tiles each that are joined at this level,
/// where this tile is in one of them; beyond the list where that stretch has no neighbour.
constexpr std::int64_t joint_above(std::int64_t tile, int level) {
  return (tile >> (level + 1) << (level + 1)) + (std::int64_t{1} << level);
}

namespace kernels {

/// The hull of a tile's points, from left to right: the edge that grows takes in those before it that are not steeper.
/// O(points).
template <class Numbers>
struct HullOfTile {
  HullTree tree;

  constexpr void operator()(std::int64_t slot) const {
    const Tile tile = tree.tiles[slot];
    if (!tile.used()) {
      tree.found[slot] = {0, 0, 0};
      return;
    }
    const Numbers numbers = tree.numbers<Numbers>(tile);
    double* edges = tree.values + tree.points(tile);
    const std::int32_t first = tile.first_point;
    std::uint64_t vertices = 1;
    for (std::int32_t i = first; i < tile.last_point; ++i) {
      Stretch edge = {numbers.single(i), i, i + 1};
      std::uint64_t earlier = vertices & bits::below(i - first);
      while (earlier != 0) {
        const std::int32_t previous = first + bits::highest(earlier);
        if (!numbers.pool({edges[previous], previous, edge.begin}, edge)) {
          break;
        }
        earlier &= bits::below(previous - first);
      }
      edges[edge.begin] = edge.sum;
      vertices = earlier | std::uint64_t{1} << (edge.begin - first) | std::uint64_t{2} << (i - first);
    }
    tree.found[slot].starts = vertices;
    if (tree.bridges != nullptr) {
      sum_from_both_ends(tile, numbers, edges, vertices, slot);
    }
  }

 private:
  /// Sums of what lies between the tile's ends and its vertices: added up, as a difference of two would lose digits.
  constexpr void sum_from_both_ends(const Tile& tile, const Numbers& numbers, const double* edges,
                                    std::uint64_t vertices, std::int64_t slot) const {
    double* before = tree.before + tree.points(tile);
    double* after = tree.after + tree.points(tile);
    const std::int32_t first = tile.first_point;
    Stretch left = {0, first, first};
    before[first] = 0;
    for (std::uint64_t rest = vertices & (vertices - 1); rest != 0; rest &= rest - 1) {
      const std::int32_t vertex = first + bits::lowest(rest);
      const Stretch edge = {edges[left.end], left.end, vertex};
      left = left.end == first ? edge : numbers.join(left, edge);
      before[vertex] = left.sum;
    }
    const std::int32_t last = tile.last_point;  // always a vertex
    Stretch right = {tile.is_last() ? 0 : numbers.single(last), last, tile.end()};
    after[last] = right.sum;
    for (std::uint64_t rest = vertices & bits::below(last - first); rest != 0;) {
      const int vertex = bits::highest(rest);
      rest &= bits::below(vertex);
      right = numbers.join({edges[first + vertex], first + vertex, right.begin}, right);
      after[right.begin] = right.sum;
    }
    tree.totals[slot] = right.sum;
  }
};

/// Which of a tile's vertices are left at last: blocks begin there, and get their values. Every bridge above the tile
/// cuts its hull on one side, or passes over all of it. O(points + levels).
template <class Numbers>
struct FindBlocks {
  HullTree tree;

  constexpr void operator()(std::int64_t slot) const {
    const Tile tile = tree.tiles[slot];
    if (!tile.used()) {
      return;
    }
    std::int32_t low = tile.first_point;  // vertices outside low .. high are passed over
    std::int32_t high = tile.last_point;
    const Stretch* leaves = nullptr;  // the bridge that leaves from `high`, if that is not the end of the list
    bool covered = false;
    std::int32_t cover_begin = -1;  // of the bridge that passes over the whole tile, or over its first point
    std::int32_t cover_end = -1;
    for (int level = 0; (std::int64_t{1} << level) < tile.tiles; ++level) {
      const std::int64_t right = joint_above(tile.index, level);
      if (right >= tile.tiles) {
        continue;
      }
      const Stretch& bridge = tree.bridges[tile.first + right];
      const bool is_left = tile.index < right;
      if (covered) {
        if (is_left ? bridge.begin <= cover_begin : bridge.end >= cover_end) {
          cover_begin = bridge.begin;
          cover_end = bridge.end;
        }
      } else if (is_left ? bridge.begin < low : bridge.end > high) {
        covered = true;
        cover_begin = bridge.begin;
        cover_end = bridge.end;
      } else if (is_left && bridge.begin <= high) {
        high = bridge.begin;
        leaves = &bridge;
      } else if (!is_left && bridge.end >= low) {
        low = bridge.end;
        cover_begin = bridge.begin;
      }
    }
    const std::int32_t first = tile.first_point;
    std::uint64_t starts = 0;
    if (!covered) {
      starts = tree.found[slot].starts & bits::from(low - first) & bits::up_to(high - first);
      if (high == tile.documents) {
        starts &= ~(std::uint64_t{1} << (high - first));
      }
    }
    tree.found[slot] = {starts, cover_begin, leaves == nullptr ? high : leaves->end};
    write_values(tile, starts, high, leaves);
  }

 private:
  constexpr void write_values(const Tile& tile, std::uint64_t starts, std::int32_t high, const Stretch* leaves) const {
    const Numbers numbers = tree.numbers<Numbers>(tile);
    double* values = tree.values + tree.points(tile);
    while (starts != 0) {
      const std::int32_t begin = tile.first_point + bits::lowest(starts);
      starts &= starts - 1;
      const bool bridged = starts == 0 && leaves != nullptr;
      const std::int32_t end = starts != 0 ? tile.first_point + bits::lowest(starts) : high;
      const Stretch block = bridged ? *leaves : Stretch{values[begin], begin, end};
      values[begin] = numbers.value(block);
      if (tree.sums != nullptr) {
        tree.sums[tree.points(tile) + begin] = block.sum;
      }
    }
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
