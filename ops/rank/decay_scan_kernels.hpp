#pragma once

#include <ranktape/ops/rank/list_tiles.hpp>

#include <cstdint>

// Internal: the kernels of decay_scan.hpp.
namespace ranktape::detail {

/// One entry of a list as the terms of a scan see it.
struct ScanPlace {
  std::int64_t list;
  std::int64_t begin;  ///< of the list
  std::int64_t entry;  ///< begin + its place in the list
  bool first;          ///< in the order of the scan: nothing is carried to it
};

/// What a stretch does to what is carried into it: carried_out = decay * carried_in + carried.
struct Fold {
  double decay;
  double carried;
};

namespace kernels {

template <class Terms>
constexpr ScanPlace scan_place(const Tile& tile, std::int64_t p) {
  return {tile.list, tile.begin, tile.begin + (Terms::reverse ? tile.size - 1 - p : p), p == 0};
}

template <class Terms>
struct FoldTile {
  ListEntries entries;
  Terms terms;
  Fold* folds;
  constexpr void operator()(std::int64_t i) const {
    const Tile tile = tile_of(entries, i);
    Fold fold = {1, 0};
    for (std::int64_t p = tile.first; p < tile.last; ++p) {
      const ScanPlace place = scan_place<Terms>(tile, p);
      fold = {fold.decay * terms.decay(place), terms.step(place, fold.carried)};
    }
    folds[i] = fold;
  }
};

template <class Terms>
struct ReplayTile {
  ListEntries entries;
  Terms terms;
  const Fold* incoming;  ///< what is carried into each tile; null where there is one tile per list
  constexpr void operator()(std::int64_t i) const {
    const Tile tile = tile_of(entries, i);
    double carried = incoming == nullptr ? 0.0 : incoming[i].carried;
    for (std::int64_t p = tile.first; p < tile.last; ++p) {
      const ScanPlace place = scan_place<Terms>(tile, p);
      carried = terms.step(place, carried);
      terms.store(place, carried);
    }
  }
};

/// The fold of a tile of folds.
struct FoldFolds {
  ListEntries entries;
  const Fold* folds;
  Fold* folded;
  constexpr void operator()(std::int64_t i) const {
    const Tile tile = tile_of(entries, i);
    Fold fold = {1, 0};
    for (std::int64_t p = tile.first; p < tile.last; ++p) {
      const Fold& next = folds[tile.begin + p];
      fold = {fold.decay * next.decay, next.decay * fold.carried + next.carried};
    }
    folded[i] = fold;
  }
};

/// Replaces what each fold of a tile carries out by what is carried into it.
struct CarryIn {
  ListEntries entries;
  Fold* folds;
  const Fold* incoming;  ///< of the tiles; null where there is one per list
  constexpr void operator()(std::int64_t i) const {
    const Tile tile = tile_of(entries, i);
    double carried = incoming == nullptr ? 0.0 : incoming[i].carried;
    for (std::int64_t p = tile.first; p < tile.last; ++p) {
      Fold& fold = folds[tile.begin + p];
      const double out = fold.decay * carried + fold.carried;
      fold.carried = carried;
      carried = out;
    }
  }
};

/// The sum of a tile's terms.
template <class Term>
struct SumTile {
  ListEntries entries;
  Term term;
  double* sums;
  constexpr void operator()(std::int64_t i) const {
    const Tile tile = tile_of(entries, i);
    double sum = 0;
    for (std::int64_t p = tile.first; p < tile.last; ++p) {
      sum += term(ScanPlace{tile.list, tile.begin, tile.begin + p, p == 0});
    }
    sums[i] = sum;
  }
};

/// A term that is a number.
struct NumberTerm {
  const double* numbers;
  constexpr double operator()(const ScanPlace& place) const { return numbers[place.entry]; }
};

}  // namespace kernels
}  // namespace ranktape::detail
