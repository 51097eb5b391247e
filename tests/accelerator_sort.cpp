#include "support.hpp"

#include <ranktape/core/random.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <doctest/doctest.h>

#include <vector>

using namespace ranktape;

namespace {

template <class T>
std::vector<T> here(const detail::Array<T>& array) {
  std::vector<T> copy(array.size());
  detail::copy_bytes(copy.data(), Device::cpu, array.data(), array.device(), copy.size() * sizeof(T));
  return copy;
}

template <class Scalar>
void compare(const Tensor& values, const detail::Lists& lists, int sign) {
  const detail::DeviceOrder found = detail::sort_on_accelerator(values.to(Device::accelerator), lists, sign);
  const auto longest = static_cast<std::size_t>(lists.longest());
  const auto keys = detail::key_memory<Scalar>(longest);
  std::vector<double> sorted(static_cast<std::size_t>(values.size()));
  std::vector<std::uint32_t> order(sorted.size());
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const auto begin = static_cast<std::size_t>(lists.begin(list));
    detail::sort_decreasing(values.values<Scalar>().data() + begin, static_cast<std::size_t>(lists.size(list)), sign,
                            keys.data(), sorted.data() + begin, order.data() + begin);
  }
  CHECK(here(found.sorted) == sorted);
  CHECK(here(found.order) == order);
}

}  // namespace

TEST_CASE_TEMPLATE("accelerator: sorting in the CPU's order, ties and zeros too", Scalar, float, double) {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(11);
  const DType dtype = detail::dtype_of<Scalar>;
  for (const int sign : {1, -1}) {
    for (const std::int64_t n : {0, 1, 2, 511, 512, 5000, 200000}) {
      CAPTURE(n);
      const Tensor row = Tensor::randn(Shape{n}, random, {.dtype = dtype});
      compare<Scalar>(row, detail::Lists::rows("sort", row), sign);
    }
    std::vector<double> tied(3000);
    for (std::size_t i = 0; i < tied.size(); ++i) {
      tied[i] = static_cast<double>(i * 7 % 5) * (i % 2 == 0 ? 1.0 : -1.0);  // 0 and -0
    }
    const Tensor rows = Tensor::from(tied, Shape{30, 100}, {.dtype = dtype});
    compare<Scalar>(rows, detail::Lists::rows("sort", rows), sign);
    const Tensor ragged = Tensor::from(tied, Shape{3000}, {.dtype = dtype});
    compare<Scalar>(ragged, detail::Lists::of("sort", ragged, Groups::from_sizes({0, 1, 1000, 0, 0, 1999, 0})), sign);
  }
}
