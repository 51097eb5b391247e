#pragma once

#include <ranktape/ops/rank/hull_tiles.hpp>

#include <cstdint>

// Internal: from blocks to ranks and sorted places, and from the means of their gradients back; one call for each
// document. The mathematics is in soft_rank.cpp and soft_sort.cpp.
namespace ranktape::detail {

/// Where a document is: position i of the list that begins at `begin`, in the block that begins with position `start`.
struct InBlock {
  std::int64_t list;
  std::int64_t begin;
  std::int32_t i;
  std::int32_t start;

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

/// Ranks, in the order of the input.
template <class Numbers, class Rank>
struct WriteRanks {
  HullTree tree;
  const std::uint32_t* order;
  Rank* ranks;

  constexpr void operator()(std::int64_t document) const {
    const InBlock at = InBlock::of(tree.tiles, tree.found, document);
    const auto n = static_cast<std::int32_t>(tree.tiles.lists.size(at.list));
    const Numbers numbers = Numbers::of(tree.sorted + at.begin, n, tree.strengths.inverse(at.list, n));
    const double value = tree.edge(at.begin + at.list + at.start);
    ranks[at.begin + order[document]] = static_cast<Rank>(numbers.output(value, at.start, at.i));
  }
};

/// Sorted places, and for kl what each value weighs in its block.
template <class Numbers, class Scalar>
struct WritePlaces {
  HullTree tree;
  int sign;
  Scalar* places;
  Scalar* weights;  ///< null for l2

  constexpr void operator()(std::int64_t document) const {
    const InBlock at = InBlock::of(tree.tiles, tree.found, document);
    const auto n = static_cast<std::int32_t>(tree.tiles.lists.size(at.list));
    const Numbers numbers = Numbers::of(tree.sorted + at.begin, n, tree.strengths.inverse(at.list, n));
    const std::int64_t start = at.begin + at.list + at.start;
    places[document] = static_cast<Scalar>(sign * numbers.output(tree.edge(start), at.start, at.i));
    if (weights != nullptr) {
      weights[document] = static_cast<Scalar>(numbers.share(tree.sums[start], at.start, at.i));
    }
  }
};

/// The gradient of the values of soft ranks, of which `means` has that of each block.
template <class Rank, class Scalar>
struct WriteRankGradient {
  Tiles tiles;
  const BlocksOfTile* found;
  Strengths strengths;
  int sign;
  const std::uint32_t* order;
  const double* means;
  const Rank* gradient;
  const Rank* ranks;  ///< null for l2
  Scalar* result;

  constexpr void operator()(std::int64_t document) const {
    const InBlock at = InBlock::of(tiles, found, document);
    const std::int64_t place = at.begin + order[document];
    const double factor = sign * strengths.inverse(at.list, tiles.lists.size(at.list));
    const double beyond = static_cast<double>(gradient[place]) - means[at.begin + at.start];
    const double weight = ranks == nullptr ? 1 : static_cast<double>(ranks[place]);
    result[place] = static_cast<Scalar>(weight * beyond * factor);
  }
};

/// That of the values of soft sorts: of each block the mean, or for kl the sum, of which each value has its share.
template <class Scalar>
struct WritePlaceGradient {
  Tiles tiles;
  const BlocksOfTile* found;
  const std::uint32_t* order;
  const double* of_blocks;
  const Scalar* weights;  ///< null for l2
  Scalar* result;

  constexpr void operator()(std::int64_t document) const {
    const InBlock at = InBlock::of(tiles, found, document);
    const double weight = weights == nullptr ? 1 : static_cast<double>(weights[document]);
    result[at.begin + order[document]] = static_cast<Scalar>(weight * of_blocks[at.begin + at.start]);
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
