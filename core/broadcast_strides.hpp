#pragma once

#include <ranktape/core/shape.hpp>

#include <cstdint>

// Internal: on its own, for kernels that are compiled for the accelerator.
namespace ranktape::detail {

/// Element strides of a shape read as if it had another: 0 along a broadcast axis. Index 0 is the first of four axes,
/// with the other shape's own axes at the end.
struct BroadcastStrides {
  std::int64_t extents[Shape::max_rank];
  std::int64_t strides[Shape::max_rank];

  /// Where element i of the other shape is read.
  [[nodiscard]] constexpr std::int64_t source_of(std::int64_t i) const {
    std::int64_t source = 0;
    for (int axis = Shape::max_rank; axis-- > 0;) {
      source += i % extents[axis] * strides[axis];
      i /= extents[axis];
    }
    return source;
  }
};

}  // namespace ranktape::detail
