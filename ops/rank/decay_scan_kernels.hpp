#pragma once

#include <ranktape/ops/list_tiles.hpp>

#include <cstdint>

// Internal: the kernels of decay_scan.hpp.
namespace ranktape::detail {

/// What a stretch does to what is carried into it: carried_out = decay * carried_in + carried.
struct Fold {
  double decay;
  double carried;
};

namespace kernels {

template <class Terms>
constexpr ScanPlace scan_place(const EntriesOfTile& tile, std::int64_t p) {
  return {tile.list, tile.begin, tile.begin + (Terms::reverse ? tile.size - 1 - p : p), p == 0};
}

template <class Terms>
struct FoldTile {
  ListEntries entries;
  Terms terms;
  Fold* folds;
  constexpr void operator()(std::int64_t i) const {
    const EntriesOfTile tile = entries_of_tile(entries, i);
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
    const EntriesOfTile tile = entries_of_tile(entries, i);
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
    const EntriesOfTile tile = entries_of_tile(entries, i);
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
    const EntriesOfTile tile = entries_of_tile(entries, i);
    double carried = incoming == nullptr ? 0.0 : incoming[i].carried;
    for (std::int64_t p = tile.first; p < tile.last; ++p) {
      Fold& fold = folds[tile.begin + p];
      const double out = fold.decay * carried + fold.carried;
      fold.carried = carried;
      carried = out;
    }
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
