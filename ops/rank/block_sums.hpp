#pragma once

#include <ranktape/ops/rank/hull_tiles.hpp>
#include <ranktape/ops/rank/tiles.hpp>

#include <algorithm>
#include <cstdint>

// Internal: sums over the blocks of lists on the accelerator. No atomics, no scan: sums of tiles,
// then of 32 tiles, of 32 of those and so on; what crosses tiles is made of the largest of these that it holds. The
// shape alone says what is added to what.
namespace ranktape::detail {

/// What is summed for a mean: a value times its weight, and the weight.
struct Term {
  double value;
  double weight;

  constexpr void add(const Term& other) {
    value += other.value;
    weight += other.weight;
  }
};

/// levels[0] has the sums of the tiles, levels[l] those of 32 entries of levels[l - 1].
struct Pyramid {
  static constexpr std::int64_t width = 32;
  static constexpr int highest = 8;
  const Term* levels[highest];
  int count;

  /// The sum over the tiles in the slots from `begin` up to `end`. O(width * count), if no list has more than
  /// 2 * width tiles in the last level.
  [[nodiscard]] constexpr Term over(std::int64_t begin, std::int64_t end) const {
    Term head = {0, 0};
    Term tail = {0, 0};
    for (int level = 0; begin < end; ++level) {
      const Term* sums = levels[level];
      const bool last = level + 1 == count;
      while (begin < end && (last || begin % width != 0)) {
        head.add(sums[begin++]);
      }
      while (begin < end && end % width != 0) {
        tail.add(sums[--end]);
      }
      begin /= width;
      end /= width;
    }
    head.add(tail);
    return head;
  }
};

// Terms of a list's sorted position i.

/// Of the gradient of ranks: for kl weighted by the ranks.
template <class Rank>
struct RankTerms {
  const Rank* gradient;
  const Rank* ranks;  ///< null for l2
  const std::uint32_t* order;

  [[nodiscard]] constexpr double gradient_at(const Tile& list, std::int32_t i) const {
    return static_cast<double>(gradient[list.begin + order[list.begin + i]]);
  }
  [[nodiscard]] constexpr Term operator()(const Tile& list, std::int32_t i) const {
    const double weight = ranks == nullptr ? 1 : static_cast<double>(ranks[list.begin + order[list.begin + i]]);
    return {gradient_at(list, i) * weight, weight};
  }
};

/// Of the gradient of sorted places.
template <class Scalar>
struct PlaceTerms {
  const Scalar* gradient;

  [[nodiscard]] constexpr double gradient_at(const Tile& list, std::int32_t i) const {
    return static_cast<double>(gradient[list.begin + i]);
  }
  [[nodiscard]] constexpr Term operator()(const Tile& list, std::int32_t i) const { return {gradient_at(list, i), 1}; }
};

namespace kernels {

template <class Terms>
struct SumTiles {
  Tiles tiles;
  Terms terms;
  Term* sums;

  constexpr void operator()(std::int64_t slot) const {
    const Tile tile = tiles[slot];
    Term sum = {0, 0};
    if (tile.used()) {
      for (std::int32_t i = tile.first_point; i < tile.end(); ++i) {
        sum.add(terms(tile, i));
      }
    }
    sums[slot] = sum;
  }
};

/// The next level of a pyramid.
struct SumWidths {
  const Term* sums;
  std::int64_t count;
  Term* next;

  constexpr void operator()(std::int64_t i) const {
    const std::int64_t begin = i * Pyramid::width;
    const std::int64_t end = std::min(begin + Pyramid::width, count);
    Term sum = {0, 0};
    for (std::int64_t k = begin; k < end; ++k) {
      sum.add(sums[k]);
    }
    next[i] = sum;
  }
};

/// The mean of every block, or its sum; of a single document exactly its gradient. One call for each tile: it sums
/// those that begin there, of which only the last may end in another tile.
template <class Terms>
struct SumBlocks {
  Tiles tiles;
  const BlocksOfTile* found;
  Terms terms;
  Pyramid pyramid;
  bool means;
  double* results;  ///< of documents: at the first of each block

  constexpr void operator()(std::int64_t slot) const {
    const Tile tile = tiles[slot];
    std::uint64_t starts = found[slot].starts;
    while (starts != 0) {
      const std::int32_t begin = tile.first_point + bits::lowest(starts);
      starts &= starts - 1;
      const std::int32_t end = starts != 0 ? tile.first_point + bits::lowest(starts) : found[slot].end;
      if (end - begin == 1) {
        results[tile.begin + begin] = terms.gradient_at(tile, begin);
        continue;
      }
      const Term sum = sum_of(tile, slot, begin, end);
      results[tile.begin + begin] = means ? sum.value / sum.weight : sum.value;
    }
  }

 private:
  [[nodiscard]] constexpr Term sum_of(const Tile& tile, std::int64_t slot, std::int32_t begin, std::int32_t end) const {
    Term sum = {0, 0};
    for (std::int32_t i = begin; i < end && i < tile.end(); ++i) {
      sum.add(terms(tile, i));
    }
    if (end > tile.end()) {
      const std::int32_t last = tiles.tile_of(end);
      sum.add(pyramid.over(slot + 1, tile.first + last));
      for (std::int32_t i = last * tiles.size; i < end; ++i) {
        sum.add(terms(tile, i));
      }
    }
    return sum;
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
