// Sorting of lists: by CUB on CUDA, by keys that hold value and position together on hosts.

#include <ranktape/core/backend.hpp>
#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/key_bits.hpp>

#include <bit>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_segmented_sort.cuh>
#include <thrust/iterator/transform_iterator.h>
#else
#include <thrust/sort.h>
#include <algorithm>
#endif

namespace ranktape::detail {
namespace {

/// Bits whose increasing order is the decreasing order of sign * value, and the way back. -0 becomes +0.
template <class Scalar>
constexpr OrderBits<Scalar> bits_of(Scalar value, int sign) {
  return decreasing_order(std::bit_cast<OrderBits<Scalar>>(static_cast<Scalar>(sign) * value + Scalar{0}));
}
template <class Scalar>
constexpr double value_of_bits(OrderBits<Scalar> bits) {
  return static_cast<double>(std::bit_cast<Scalar>(decreasing_order(bits)));
}

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

template <class Scalar>
struct MakeKeys {
  const Scalar* values;
  ListOffsets lists;
  int sign;
  OrderBits<Scalar>* keys;
  std::uint32_t* positions;
  constexpr void operator()(std::int64_t i) const {
    keys[i] = bits_of(values[i], sign);
    positions[i] = static_cast<std::uint32_t>(i - lists.begin(lists.list_of(i)));
  }
};

template <class Scalar>
struct ReadKeys {
  const OrderBits<Scalar>* keys;
  double* sorted;
  constexpr void operator()(std::int64_t i) const { sorted[i] = value_of_bits<Scalar>(keys[i]); }
};

struct BeginOf {
  ListOffsets lists;
  constexpr std::int64_t operator()(std::int64_t list) const {
    return list == lists.count ? lists.begin(list - 1) + lists.size(list - 1) : lists.begin(list);
  }
};

// CUB's calls come twice: the first asks how much memory the second needs.
template <class Call>
void with_memory(const char* name, const Call& call) {
  std::size_t bytes = 0;
  check_device(call(nullptr, bytes), name);
  const Array<std::byte> memory(bytes, Device::accelerator);
  check_device(call(memory.data(), bytes), name);
}

#else

template <class Scalar>
struct PackedKey {
  OrderBits<Scalar> bits;
  std::uint32_t position;
  friend constexpr bool operator<(const PackedKey& a, const PackedKey& b) {
    return a.bits < b.bits || (a.bits == b.bits && a.position < b.position);
  }
};

template <class Scalar>
struct PackKeys {
  const Scalar* values;
  int sign;
  PackedKey<Scalar>* keys;
  constexpr void operator()(std::int64_t i) const {
    keys[i] = {bits_of(values[i], sign), static_cast<std::uint32_t>(i)};
  }
};

template <class Scalar>
struct UnpackKeys {
  const PackedKey<Scalar>* keys;
  double* sorted;
  std::uint32_t* order;
  constexpr void operator()(std::int64_t i) const {
    sorted[i] = value_of_bits<Scalar>(keys[i].bits);
    order[i] = keys[i].position;
  }
};

template <class Scalar>
struct SortList {
  const Scalar* values;
  ListOffsets lists;
  int sign;
  PackedKey<Scalar>* keys;
  double* sorted;
  std::uint32_t* order;
  void operator()(std::int64_t list) const {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    PackedKey<Scalar>* own = keys + begin;
    for (std::int64_t i = 0; i < n; ++i) {
      PackKeys<Scalar>{values + begin, sign, own}(i);
    }
    std::sort(own, own + n);
    for (std::int64_t i = 0; i < n; ++i) {
      UnpackKeys<Scalar>{own, sorted + begin, order + begin}(i);
    }
  }
};

#endif

}  // namespace

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

template <class Scalar>
void sort_on_accelerator(const Scalar* values, const ListOffsets& lists, std::int64_t documents, int sign,
                         double* sorted, std::uint32_t* order) {
  using Bits = OrderBits<Scalar>;
  const auto count = static_cast<std::size_t>(documents);
  const Array<Bits> keys(count, Device::accelerator);
  const Array<Bits> sorted_keys(count, Device::accelerator);
  const Array<std::uint32_t> positions(count, Device::accelerator);
  launch(documents, MakeKeys<Scalar>{values, lists, sign, keys.data(), positions.data()});
  if (lists.count == 1) {
    with_memory("cub::DeviceRadixSort::SortPairs", [&](void* memory, std::size_t& bytes) {
      return cub::DeviceRadixSort::SortPairs(memory, bytes, keys.data(), sorted_keys.data(), positions.data(), order,
                                             documents);
    });
  } else {
    const auto begins = thrust::make_transform_iterator(thrust::counting_iterator<std::int64_t>(0), BeginOf{lists});
    with_memory("cub::DeviceSegmentedSort::StableSortPairs", [&](void* memory, std::size_t& bytes) {
      return cub::DeviceSegmentedSort::StableSortPairs(memory, bytes, keys.data(), sorted_keys.data(), positions.data(),
                                                       order, documents, lists.count, begins, begins + 1);
    });
  }
  launch(documents, ReadKeys<Scalar>{sorted_keys.data(), sorted});
}

#else

template <class Scalar>
void sort_on_accelerator(const Scalar* values, const ListOffsets& lists, std::int64_t documents, int sign,
                         double* sorted, std::uint32_t* order) {
  const Array<PackedKey<Scalar>> keys(static_cast<std::size_t>(documents), Device::accelerator);
  if (lists.count > 1) {
    launch(lists.count, SortList<Scalar>{values, lists, sign, keys.data(), sorted, order});
    return;
  }
  launch(documents, PackKeys<Scalar>{values, sign, keys.data()});
  thrust::sort(thrust::device, keys.data(), keys.data() + documents);
  launch(documents, UnpackKeys<Scalar>{keys.data(), sorted, order});
}

#endif

template void sort_on_accelerator(const float*, const ListOffsets&, std::int64_t, int, double*, std::uint32_t*);
template void sort_on_accelerator(const double*, const ListOffsets&, std::int64_t, int, double*, std::uint32_t*);

}  // namespace ranktape::detail
