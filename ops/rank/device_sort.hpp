#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/rank/lists.hpp>

#include <cstdint>

// Internal: sorting on the accelerator.
namespace ranktape::detail {

/// All lists of a tensor in order, in memory of the accelerator. List l is at Lists::begin(l).
struct DeviceOrder {
  Array<double> sorted;        ///< sign * value, decreasing
  Array<std::uint32_t> order;  ///< the position in its list that each came from
};

/// Sorts the lists of `values`, which are on the accelerator, finite and of either type: decreasingly if `sign` is +1,
/// increasingly if it is -1. Stable; -0 equals +0. O(n log n).
DeviceOrder sort_on_accelerator(const Tensor& values, const Lists& lists, int sign);

/// What cuda/sort.cu does for one type: `documents` values, in lists of up to lists.length.
template <class Scalar>
void sort_on_accelerator(const Scalar* values, const ListOffsets& lists, std::int64_t documents, int sign,
                         double* sorted, std::uint32_t* order);

}  // namespace ranktape::detail
