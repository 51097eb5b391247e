#pragma once

#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <cstdint>

// Internal.
namespace ranktape::detail {

/// Calls function(first, end) for every run of equal values of a sorted list.
template <class Function>
void for_each_tie(const double* sorted, std::uint32_t n, Function&& function) {
  std::uint32_t first = 0;
  while (first < n) {
    std::uint32_t end = first + 1;
    while (end < n && sorted[end] == sorted[first]) {
      ++end;
    }
    function(first, end);
    first = end;
  }
}

/// The mean of the ranks of a run of equal values.
constexpr double mid_rank(std::uint32_t first, std::uint32_t end) {
  return (static_cast<double>(first) + static_cast<double>(end) + 1) / 2;
}

/// Calls function(i, rank) for every place i of a sorted list, with the mean rank of the run of equal values it is in.
template <class Function>
void for_each_mid_rank(const double* sorted, std::uint32_t n, Function&& function) {
  for_each_tie(sorted, n, [&](std::uint32_t first, std::uint32_t end) {
    for (std::uint32_t i = first; i < end; ++i) {
      function(i, mid_rank(first, end));
    }
  });
}

/// Hard ranks of every list as `dtype`; equal values share the mean of their ranks. The values must be finite.
Tensor mid_ranks(const Tensor& values, const Lists& lists, Direction direction, DType dtype);

/// How many values of its list equal each, itself among them, in double.
Tensor tie_sizes(const Tensor& values, const Lists& lists);

}  // namespace ranktape::detail
