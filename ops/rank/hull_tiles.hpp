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
  double* sums;         ///< of points: the sum of the block that begins there; null if nobody needs it

  // Of points, `stride` numbers each: together, as the search for a bridge wants all of them of few points.
  double* of_points;
  std::int64_t stride;  ///< 3; 1 where every list is one tile

  // Where a list has more than one tile:
  double* totals;    ///< of tiles: the sum of all
  Stretch* bridges;  ///< of tiles: the edge that joined the tiles before it to it and those behind it

  /// The sum along the edge that begins at a point; at last, the value of the block.
  [[nodiscard]] constexpr double& edge(std::int64_t point) const { return of_points[point * stride]; }
  /// The sum from the tile's first point to a vertex, but in a list's first tile.
  [[nodiscard]] constexpr double& before(std::int64_t point) const { return of_points[point * stride + 1]; }
  /// The sum from a vertex to the end of the tile, but in a list's last tile.
  [[nodiscard]] constexpr double& after(std::int64_t point) const { return of_points[point * stride + 2]; }

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
    const std::int64_t points = HullTree::points(tile);
    const std::int32_t first = tile.first_point;
    std::uint64_t vertices = 1;
    if (first < tile.last_point) {
      Stretch edge = {numbers.single(first), first, first + 1};  // that grows; those before it are stored
      for (std::int32_t i = first + 1; i < tile.last_point; ++i) {
        Stretch next = {numbers.single(i), i, i + 1};
        if (!numbers.pool(edge, next)) {
          tree.edge(points + edge.begin) = edge.sum;
          vertices |= std::uint64_t{1} << (i - first);
          edge = next;
          continue;
        }
        edge = next;
        while (edge.begin > first) {
          const std::uint64_t earlier = vertices & bits::below(edge.begin - first);
          const std::int32_t previous = first + bits::highest(earlier);
          if (!numbers.pool({tree.edge(points + previous), previous, edge.begin}, edge)) {
            break;
          }
          vertices = earlier;
        }
      }
      tree.edge(points + edge.begin) = edge.sum;
      vertices |= std::uint64_t{1} << (tile.last_point - first);
    }
    tree.found[slot].starts = vertices;
    if (tile.tiles > 1) {
      tree.totals[slot] =
          tile.index == 0 ? sum_backward(tile, numbers, vertices) : sum_forward(tile, numbers, vertices);
      if (tile.index > 0 && !tile.is_last()) {
        sum_backward(tile, numbers, vertices);
      }
    }
  }

 private:
  // Sums of what lies between the tile's ends and its vertices: added up, as a difference of two would lose digits.
  // Both return the sum of all.

  constexpr double sum_forward(const Tile& tile, const Numbers& numbers, std::uint64_t vertices) const {
    const std::int64_t points = HullTree::points(tile);
    const std::int32_t first = tile.first_point;
    Stretch left = {0, first, first};
    tree.before(points + first) = 0;
    for (std::uint64_t rest = vertices & (vertices - 1); rest != 0; rest &= rest - 1) {
      const std::int32_t vertex = first + bits::lowest(rest);
      const Stretch edge = {tree.edge(points + left.end), left.end, vertex};
      left = left.end == first ? edge : numbers.join(left, edge);
      tree.before(points + vertex) = left.sum;
    }
    if (tile.is_last()) {
      return left.sum;
    }
    const Stretch last = {numbers.single(tile.last_point), tile.last_point, tile.end()};
    return left.begin == left.end ? last.sum : numbers.join(left, last).sum;
  }

  constexpr double sum_backward(const Tile& tile, const Numbers& numbers, std::uint64_t vertices) const {
    const std::int64_t points = HullTree::points(tile);
    const std::int32_t last = tile.last_point;  // always a vertex, and not the end of the list
    Stretch right = {numbers.single(last), last, tile.end()};
    tree.after(points + last) = right.sum;
    for (std::uint64_t rest = vertices & bits::below(last - tile.first_point); rest != 0;) {
      const int vertex = bits::highest(rest);
      rest &= bits::below(vertex);
      const std::int32_t begin = tile.first_point + vertex;
      right = numbers.join({tree.edge(points + begin), begin, right.begin}, right);
      tree.after(points + begin) = right.sum;
    }
    return right.sum;
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
    const std::int64_t points = HullTree::points(tile);
    while (starts != 0) {
      const std::int32_t begin = tile.first_point + bits::lowest(starts);
      starts &= starts - 1;
      const bool bridged = starts == 0 && leaves != nullptr;
      const std::int32_t end = starts != 0 ? tile.first_point + bits::lowest(starts) : high;
      const Stretch block = bridged ? *leaves : Stretch{tree.edge(points + begin), begin, end};
      tree.edge(points + begin) = numbers.value(block);
      if (tree.sums != nullptr) {
        tree.sums[points + begin] = block.sum;
      }
    }
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
