#include <ranktape/core/backend.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/device_sort.hpp>

namespace ranktape::detail {

#ifndef RANKTAPE_ACCELERATOR
template <class Scalar>
void sort_on_accelerator(const Scalar*, const ListOffsets&, std::int64_t, int, double*, std::uint32_t*) {
  refuse_accelerator();
}
#endif

DeviceOrder sort_on_accelerator(const Tensor& values, const Lists& lists, int sign) {
  const auto documents = static_cast<std::size_t>(values.size());
  DeviceOrder found = {Array<double>(documents, values.device()), Array<std::uint32_t>(documents, values.device())};
  if (documents > 0) {
    dispatch(values.dtype(), [&]<class Scalar>() {
      sort_on_accelerator(data<Scalar>(values), lists.on_accelerator(), values.size(), sign, found.sorted.data(),
                          found.order.data());
    });
  }
  return found;
}

}  // namespace ranktape::detail
