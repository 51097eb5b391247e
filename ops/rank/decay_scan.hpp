#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/ops/rank/decay_scan_kernels.hpp>

#include <cstddef>

// Internal: recurrences along lists on the accelerator, in parallel within a long list.
//
// A recurrence x_i = d_i x_(i-1) + c_i along a list is a scan by the operator
//   (d1, c1) o (d2, c2) = (d1 d2, d2 c1 + c2).
// The fold of every tile, a scan of the folds (level by level, until a list has one tile), and the recurrence itself
// within each tile, from what is carried into it: O(n) work, and 64 steps of each index per launch. Lists of one tile
// are one launch and the CPU's loop. The association is a function of the list's length alone, so results are the same
// on every system and in any order of indices; thrust::inclusive_scan promises neither.
namespace ranktape::detail {

/// Replaces what each fold carries out by what the folds before it in its list carry into it.
void carry_in(const ListEntries& entries, const Array<Fold>& folds);

/// The recurrence along every list, backwards if Terms::reverse, where `terms` is a value with plain pointers and
///   decay(place)           d_i, which must be 0 where place.first,
///   step(place, carried)   d_i * carried + c_i,
///   store(place, carried)  takes x_i; must not write what the other two read.
template <class Terms>
void decay_scan(const ListEntries& entries, const Terms& terms) {
  const std::int64_t count = entries.tiles().count;
  Array<Fold> folds;
  if (entries.longest > tile_size) {
    folds = Array<Fold>(static_cast<std::size_t>(count), Device::accelerator);
    launch(count, kernels::FoldTile<Terms>{entries, terms, folds.data()});
    carry_in(entries.tiles(), folds);
  }
  launch(count, kernels::ReplayTile<Terms>{entries, terms, folds.data()});
}

}  // namespace ranktape::detail
