#include <ranktape/ops/rank/decay_scan.hpp>

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

}  // namespace ranktape::detail
