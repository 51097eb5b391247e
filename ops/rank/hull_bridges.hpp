#pragma once

#include <ranktape/ops/rank/hull_tiles.hpp>

#include <cstdint>

// Internal: one level of the hull tree, see hull_tiles.hpp.
namespace ranktape::detail {

/// Sums over whole tiles inside the stretch of tiles that a tile is in.
struct TileSums {
  double before;  ///< of the tiles before it
  double behind;
};

/// The points `low` to `high` of a stretch of tiles whose hull is found, and one edge of that hull among them. The
/// tree is implicit: the bridge at tile t joined 2^k tiles on either side, k the number of times that 2 divides t.
struct HullCursor {
  const HullTree* tree;
  Tile list;  ///< of the boundary; what it says of its list
  std::int32_t tile;
  std::int32_t level;  ///< that of the bridge at `tile`; below 0: `tile` itself
  std::int32_t low;
  std::int32_t high;
  Stretch edge;  ///< begin == end: one point is left

  [[nodiscard]] constexpr bool is_point() const { return edge.begin == edge.end; }

  constexpr void go_left() {
    if (!is_point()) {
      high = edge.begin;
      if (level >= 0) {
        to_left_child();
      }
      settle();
    }
  }
  constexpr void go_right() {
    if (!is_point()) {
      low = edge.end;
      if (level >= 0) {
        to_right_child();
      }
      settle();
    }
  }

  constexpr void to_left_child() {
    tile -= level > 0 ? 1 << (level - 1) : 1;
    --level;
  }
  /// The list may end before the middle of the right child: its bridge is then one of fewer tiles.
  constexpr void to_right_child() {
    --level;
    while (level >= 0 && tile + (std::int64_t{1} << level) >= list.tiles) {
      --level;
    }
    tile += level >= 0 ? 1 << level : 0;
  }

  /// To an edge inside low .. high. Bridges outside are not on the hull.
  constexpr void settle() {
    while (level >= 0) {
      const Stretch& bridge = tree->bridges[list.first + tile];
      if (bridge.begin >= high) {
        to_left_child();
      } else if (bridge.end <= low) {
        to_right_child();
      } else {
        edge = bridge;
        return;
      }
    }
    // The edge of the tile nearest to the middle of what is left of it.
    const std::int32_t size = tree->tiles.size;
    const std::int32_t first = tile * size;
    const int l = low > first ? low - first : 0;
    const int h = high - first < size - 1 ? high - first : size - 1;
    const std::uint64_t vertices = tree->found[list.first + tile].starts & bits::from(l) & bits::up_to(h);
    const int lowest = bits::lowest(vertices);
    const int highest = bits::highest(vertices);
    low = first + lowest;
    high = first + highest;
    if (lowest == highest) {
      edge = {0, low, low};
      return;
    }
    const int middle = (lowest + highest) / 2;
    const std::int32_t begin = first + bits::highest(vertices & bits::up_to(middle));
    const std::int32_t end = first + bits::lowest(vertices & bits::from(middle + 1));
    edge = {tree->edge(HullTree::points(list) + begin), begin, end};
  }
};

namespace kernels {

/// The bridges of one level, and the sums over tiles for the next. One call for each tile; that of a tile with which a
/// right stretch begins finds the bridge, in O(level + log(size of a tile)) steps.
template <class Numbers>
struct FindBridges {
  HullTree tree;
  int level;
  const TileSums* sums;  ///< of tiles; not read at level 0, where they are empty
  TileSums* next;        ///< for the next level
  std::int32_t* steps;   ///< of tiles: how many were taken; null but in a test

  constexpr void operator()(std::int64_t slot) const {
    const Tile tile = tree.tiles[slot];
    if (tile.used()) {
      join(tile, tile.index, tile.index + 1);
    }
  }

  /// The same for the tiles from `first` up to `end`, all in one of the stretches that this level joins. Where `next`
  /// is `sums`, the tiles to the right of a joint come first: the bridge wants the sums as they were.
  constexpr void join(const Tile& list, std::int32_t first, std::int32_t end) const {
    const std::int64_t joint = joint_above(first, level);
    const TileSums* const from = sums + list.first;
    TileSums* const to = next + list.first;
    if (joint >= list.tiles) {
      for (std::int32_t index = first; index < end && from != to; ++index) {
        to[index] = level == 0 ? TileSums{0, 0} : from[index];
      }
      return;
    }
    const Joint at = Joint::of(tree, list, static_cast<std::int32_t>(joint), level);
    const Numbers numbers = tree.numbers<Numbers>(list);
    if (first < joint) {
      const Stretch right = numbers.join(total(list, at.tile), behind(list, at.tile, at.end));
      for (std::int32_t index = first; index < end; ++index) {
        to[index] = {level == 0 ? 0 : from[index].before, numbers.join(behind(list, index, at.middle), right).sum};
      }
      return;
    }
    if (first == joint) {
      find_bridge(list, at, numbers);
    }
    const Stretch left = numbers.join(before(list, at.tile - 1, at.begin), total(list, at.tile - 1));
    for (std::int32_t index = first; index < end; ++index) {
      to[index] = {numbers.join(left, before(list, index, at.middle)).sum, level == 0 ? 0 : from[index].behind};
    }
  }

 private:
  /// Two neighbouring stretches of tiles, as points.
  struct Joint {
    std::int32_t tile;  ///< with which the right one begins
    std::int32_t begin;
    std::int32_t middle;
    std::int32_t end;  ///< of the documents

    static constexpr Joint of(const HullTree& tree, const Tile& list, std::int32_t tile, int level) {
      const std::int32_t size = tree.tiles.size;
      const std::int64_t end = (tile + (std::int64_t{1} << level)) * size;
      return {tile, (tile - (1 << level)) * size, tile * size,
              end < list.documents ? static_cast<std::int32_t>(end) : list.documents};
    }
  };

  // What lies before tile `index` in its stretch of tiles, in it, and behind it.
  [[nodiscard]] constexpr Stretch before(const Tile& list, std::int32_t index, std::int32_t begin) const {
    return {level == 0 ? 0 : sums[list.first + index].before, begin, index * tree.tiles.size};
  }
  [[nodiscard]] constexpr Stretch total(const Tile& list, std::int32_t index) const {
    return {tree.totals[list.first + index], index * tree.tiles.size, end_of(list, index)};
  }
  [[nodiscard]] constexpr Stretch behind(const Tile& list, std::int32_t index, std::int32_t end) const {
    return {level == 0 ? 0 : sums[list.first + index].behind, end_of(list, index), end};
  }
  [[nodiscard]] constexpr std::int32_t end_of(const Tile& list, std::int32_t index) const {
    return index + 1 < list.tiles ? (index + 1) * tree.tiles.size : list.documents;
  }

  /// From a vertex on the left to the middle, and from there to one on the right.
  [[nodiscard]] constexpr Stretch to_middle(const Tile& list, const Joint& at, const Numbers& numbers,
                                            std::int32_t vertex) const {
    const std::int32_t index = tree.tiles.tile_of(vertex);
    return numbers.join({tree.after(HullTree::points(list) + vertex), vertex, end_of(list, index)},
                        behind(list, index, at.middle));
  }
  [[nodiscard]] constexpr Stretch from_middle(const Tile& list, const Joint& at, const Numbers& numbers,
                                              std::int32_t vertex) const {
    const std::int32_t index = tree.tiles.tile_of(vertex);
    return numbers.join(before(list, index, at.middle),
                        {tree.before(HullTree::points(list) + vertex), index * tree.tiles.size, vertex});
  }

  /// Overmars and van Leeuwen: an edge on the left, one on the right and the gap between them say of at least one of
  /// the two on which side of it the bridge ends. Where slopes are equal the blocks pool: left goes left, right goes
  /// right.
  constexpr void find_bridge(const Tile& list, const Joint& at, const Numbers& numbers) const {
    const std::int64_t slot = list.first + at.tile;
    HullCursor left = {&tree, list, at.tile, level, at.begin, at.middle - 1, {}};
    left.to_left_child();
    left.settle();
    const std::int32_t last_point = at.end < list.documents ? at.end - 1 : list.documents;
    HullCursor right = {&tree, list, at.tile, level, at.middle, last_point, {}};
    right.to_right_child();
    right.settle();
    std::int32_t taken = 0;
    Stretch near = to_middle(list, at, numbers, left.edge.end);
    Stretch far = from_middle(list, at, numbers, right.edge.begin);
    while (true) {
      if (near.begin != left.edge.end) {
        near = to_middle(list, at, numbers, left.edge.end);
      }
      if (far.end != right.edge.begin) {
        far = from_middle(list, at, numbers, right.edge.begin);
      }
      const Stretch gap = numbers.join(near, far);
      if (left.is_point() && right.is_point()) {
        tree.bridges[slot] = gap;
        break;
      }
      ++taken;
      step(left, right, near, far, gap, numbers);
    }
    if (steps != nullptr) {
      steps[slot] = taken;
    }
  }

  constexpr void step(HullCursor& left, HullCursor& right, const Stretch& near, const Stretch& far, const Stretch& gap,
                      const Numbers& numbers) const {
    if (left.is_point()) {
      numbers.compare(gap, right.edge) <= 0 ? right.go_right() : right.go_left();
      return;
    }
    const double left_over_gap = numbers.compare(left.edge, gap);
    if (right.is_point()) {
      left_over_gap <= 0 ? left.go_left() : left.go_right();
      return;
    }
    if (numbers.compare(left.edge, right.edge) < 0) {
      // Not a hull together: at least one of the edges is below the line from the far end of the other to its own.
      const bool left_passed = numbers.compare(left.edge, numbers.join(gap, right.edge)) <= 0;
      const bool right_passed = numbers.compare(numbers.join(left.edge, gap), right.edge) <= 0;
      if (left_passed || !right_passed) {
        left.go_left();
      }
      if (right_passed || !left_passed) {
        right.go_right();
      }
      return;
    }
    const double gap_over_right = numbers.compare(gap, right.edge);
    if (left_over_gap < 0) {
      left.go_left();
      right.go_left();
    } else if (left_over_gap == 0 && gap_over_right >= 0) {
      left.go_left();
      gap_over_right == 0 ? right.go_right() : right.go_left();
    } else if (gap_over_right <= 0) {
      left.go_right();
      right.go_right();
    } else if (numbers.lines_meet_below(left.edge, near, far, right.edge)) {
      right.go_left();
    } else {
      left.go_right();
    }
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
