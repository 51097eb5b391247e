#include <ranktape/core/backend.hpp>
#include <ranktape/ops/rank/decay_scan.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/laplace_kernels.hpp>

#include <utility>

namespace ranktape::detail {

LaplaceLists::LaplaceLists(const Tensor& values, const Lists& which, const RelaxationOptions& options,
                           const PerList& factor)
    : lists(which),
      sign(options.direction == Direction::ascending ? 1 : -1),
      inverse(inverse_temperatures(values, which, options, factor)),
      decays(static_cast<std::size_t>(values.size()), values.device()) {
  if (values.device() == Device::cpu) {
    order = Array<std::uint32_t>(decays.size());
    return;
  }
  DeviceOrder found = sort_on_accelerator(values, lists, -sign);
  order = std::move(found.order);
  in_order = std::move(found.sorted);
  launch(values.size(), kernels::DecayTo{places(), decays.data()});
}

void LaplaceSums::fill(const LaplaceList& list) {
  double before = 0;
  for (std::size_t i = 0; i < list.n; ++i) {
    before = list.decays[i] * (1 + before);
    before_[i] = before;
  }
  double after = 0;
  for (std::size_t i = list.n; i-- > 0;) {
    after_[i] = after;
    after = list.decays[i] * (1 + after);
  }
}

DeviceLaplaceSums::DeviceLaplaceSums(const LaplaceLists& sorted)
    : before(sorted.decays.size(), Device::accelerator), after(sorted.decays.size(), Device::accelerator) {
  const ListEntries documents = sorted.lists.entries_on_accelerator();
  decay_scan(documents, kernels::SumsBefore{{sorted.decays.data()}, before.data()});
  decay_scan(documents, kernels::SumsAfter{{sorted.decays.data()}, after.data()});
}

}  // namespace ranktape::detail
