#pragma once

#include <ranktape/ops/rank/hull_tiles.hpp>

#include <cstdint>

// Internal: from blocks to ranks and sorted places, and from the means of their gradients back; the mathematics is in
// soft_rank.cpp and soft_sort.cpp. Each kernel writes one document; ForDocuments and ForTiles say who calls it.
namespace ranktape::detail {

/// Where a document is: position i of the list that begins at `begin`, in the block that begins with position `start`.
struct InBlock {
  std::int64_t list;
  std::int64_t begin;
  std::int32_t i;
  std::int32_t start;

  [[nodiscard]] constexpr std::int64_t document() const { return begin + i; }

  static constexpr InBlock of(const Tiles& tiles, const BlocksOfTile* found, std::int64_t document) {
    const std::int64_t list = tiles.lists.list_of(document);
    const std::int64_t begin = tiles.lists.begin(list);
    const auto i = static_cast<std::int32_t>(document - begin);
    const std::int32_t tile = tiles.tile_of(i);
    const std::int32_t first_point = tile * tiles.size;
    return {list, begin, i, found[tiles.first_of(list, begin) + tile].start_of(i - first_point, first_point)};
  }
};

namespace kernels {

/// One call for each document, as a GPU wants.
template <class Kernel>
struct ForDocuments {
  Tiles tiles;
  const BlocksOfTile* found;
  Kernel kernel;

  constexpr void operator()(std::int64_t document) const { kernel(InBlock::of(tiles, found, document)); }
};

/// The same calls, those of a tile one after the other: for hosts, which then look for a list and its tile once. No
/// branch depends on where a block begins, as no processor could guess that.
template <class Kernel>
struct ForTiles {
  Tiles tiles;
  const BlocksOfTile* found;
  Kernel kernel;

  constexpr void operator()(std::int64_t slot) const {
    const Tile tile = tiles[slot];
    if (!tile.used()) {
      return;
    }
    const Kernel own = kernel;  // in registers: for all that the compiler knows, it writes to the other one
    const std::int32_t end = tile.end();
    std::uint64_t starts = found[slot].starts;
    std::int32_t start = found[slot].head;
    for (std::int32_t i = tile.first_point; i < end; ++i) {
      start = (starts & 1) != 0 ? i : start;
      starts >>= 1;
      own({tile.list, tile.begin, i, start});
    }
  }
};

/// Ranks, in the order of the input.
template <class Numbers, class Rank>
struct WriteRanks {
  HullTree tree;
  const std::uint32_t* order;
  Rank* ranks;

  constexpr void operator()(const InBlock& at) const {
    const auto n = static_cast<std::int32_t>(tree.tiles.lists.size(at.list));
    const Numbers numbers = Numbers::of(tree.sorted + at.begin, n, tree.strengths.inverse(at.list, n));
    const double value = tree.edge(at.begin + at.list + at.start);
    ranks[at.begin + order[at.document()]] = static_cast<Rank>(numbers.output(value, at.start, at.i));
  }
};

/// Sorted places, and for kl what each value weighs in its block.
template <class Numbers, class Scalar>
struct WritePlaces {
  HullTree tree;
  int sign;
  Scalar* places;
  Scalar* weights;  ///< null for l2

  constexpr void operator()(const InBlock& at) const {
    const auto n = static_cast<std::int32_t>(tree.tiles.lists.size(at.list));
    const Numbers numbers = Numbers::of(tree.sorted + at.begin, n, tree.strengths.inverse(at.list, n));
    const std::int64_t start = at.begin + at.list + at.start;
    places[at.document()] = static_cast<Scalar>(sign * numbers.output(tree.edge(start), at.start, at.i));
    if (weights != nullptr) {
      weights[at.document()] = static_cast<Scalar>(numbers.share(tree.sums[start], at.start, at.i));
    }
  }
};

/// The gradient of the values of soft ranks, of which `means` has that of each block.
template <class Rank, class Scalar>
struct WriteRankGradient {
  ListOffsets lists;
  Strengths strengths;
  int sign;
  const std::uint32_t* order;
  const double* means;
  const Rank* gradient;
  const Rank* ranks;  ///< null for l2
  Scalar* result;

  constexpr void operator()(const InBlock& at) const {
    const std::int64_t place = at.begin + order[at.document()];
    const double factor = sign * strengths.inverse(at.list, lists.size(at.list));
    const double beyond = static_cast<double>(gradient[place]) - means[at.begin + at.start];
    const double weight = ranks == nullptr ? 1 : static_cast<double>(ranks[place]);
    result[place] = static_cast<Scalar>(weight * beyond * factor);
  }
};

/// That of the values of soft sorts: of each block the mean, or for kl the sum, of which each value has its share.
template <class Scalar>
struct WritePlaceGradient {
  const std::uint32_t* order;
  const double* of_blocks;
  const Scalar* weights;  ///< null for l2
  Scalar* result;

  constexpr void operator()(const InBlock& at) const {
    const double weight = weights == nullptr ? 1 : static_cast<double>(weights[at.document()]);
    result[at.begin + order[at.document()]] = static_cast<Scalar>(weight * of_blocks[at.begin + at.start]);
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
