#pragma once

#include <ranktape/core/operation.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/list_layout.hpp>

#include <cstdint>
#include <vector>

namespace ranktape::detail {

/// Internal: where the gradient of an operation on lists, `apply(x, layout)`, is checked: groups of the sizes given,
/// which sum to 9, of numbers and of rows; and every axis.
template <class Apply>
std::vector<OperationExample> list_examples(Random& random, const char* operation, const Groups& groups,
                                            const Apply& apply) {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const auto over_groups = [=](std::span<const Tensor> x) {
    return apply(x[0], ListLayout::of_groups(operation, x[0], groups));
  };
  std::vector<OperationExample> examples = {{{sample({9})}, over_groups}, {{sample({9, 2})}, over_groups}};
  for (int axis = -1; axis < 2; ++axis) {
    examples.push_back({{sample({2, 3, 4})}, [=](std::span<const Tensor> x) {
                          return apply(x[0], ListLayout::along(operation, x[0], axis));
                        }});
  }
  return examples;
}

}  // namespace ranktape::detail
