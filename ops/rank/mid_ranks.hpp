#pragma once

#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <cstdint>

// Internal.
namespace ranktape::detail {

/// Calls function(i, rank) for every place i of a sorted list, with the mean rank of the run of equal values it is in.
template <class Function>
void for_each_mid_rank(const double* sorted, std::uint32_t n, Function&& function) {
  std::uint32_t first = 0;
  while (first < n) {
    std::uint32_t last = first + 1;
    while (last < n && sorted[last] == sorted[first]) {
      ++last;
    }
    const double mid_rank = (static_cast<double>(first) + last + 1) / 2;
    for (; first < last; ++first) {
      function(first, mid_rank);
    }
  }
}

/// Hard ranks of every list as `dtype`; equal values share the mean of their ranks. The values must be finite.
Tensor mid_ranks(const Tensor& values, const Lists& lists, Direction direction, DType dtype);

}  // namespace ranktape::detail
