#include <ranktape/ops/rank/decay_scan.hpp>

#include <utility>

namespace ranktape::detail {

void carry_in(const ListEntries& entries, const Array<Fold>& folds) {
  const std::int64_t count = entries.tiles().count;
  Array<Fold> folded;
  if (entries.longest > tile_size) {
    folded = Array<Fold>(static_cast<std::size_t>(count), Device::accelerator);
    launch(count, kernels::FoldFolds{entries, folds.data(), folded.data()});
    carry_in(entries.tiles(), folded);
  }
  launch(count, kernels::CarryIn{entries, folds.data(), folded.data()});
}

// Once a list has one entry at most, entry and list have the same number.
Array<double> sums_of_entries(const ListEntries& entries, Array<double> numbers) {
  ListEntries level = entries;
  while (level.longest > 1) {
    const ListEntries tiles = level.tiles();
    const Array<double> sums(static_cast<std::size_t>(tiles.count), Device::accelerator);
    launch(tiles.count, kernels::SumTile<kernels::NumberTerm>{level, {numbers.data()}, sums.data()});
    numbers = sums;
    level = tiles;
  }
  return numbers;
}

}  // namespace ranktape::detail
