#pragma once

#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor_access.hpp>

// Internal: checks and loops shared by operations of several tensors.
namespace ranktape::detail {

/// Throws DTypeError or DeviceError unless `b` goes with `a`.
inline void check_same_kind(const char* operation, const Operand& a, const Operand& b) {
  if (a->dtype() != b->dtype()) {
    fail<DTypeError>(a.where(), operation, "{} and {} are of different types; convert one with to({})", describe(a),
                     describe(b), to_string(a->dtype()));
  }
  if (a->device() != b->device()) {
    fail<DeviceError>(a.where(), operation, "{} is on {} and {} on {}; move one with to(Device)", describe(a),
                      to_string(a->device()), describe(b), to_string(b->device()));
  }
}

/// The shape of both broadcast together. Throws ShapeError if they do not.
inline Shape check_broadcast(const char* operation, const Operand& a, const Operand& b) {
  check_same_kind(operation, a, b);
  const auto shape = broadcast_shape(a->shape(), b->shape());
  if (!shape) {
    fail<ShapeError>(a.where(), operation,
                     "shapes {} and {} do not broadcast: aligned at the last axis, extents must be equal or 1",
                     describe(a), describe(b));
  }
  return *shape;
}

/// Calls function(i, index of a, index of b) for the elements i of `target` in order.
template <class Function>
void for_each_pair(const Shape& target, const Shape& a, const Shape& b, Function&& function) {
  if (a == target && b == target) {
    for (std::int64_t i = 0; i < target.size(); ++i) {
      function(i, i, i);
    }
    return;
  }
  const BroadcastStrides sa = broadcast_strides(a, target);
  const BroadcastStrides sb = broadcast_strides(b, target);
  std::int64_t element = 0;
  for (std::int64_t i = 0; i < sa.extents[0]; ++i) {
    for (std::int64_t j = 0; j < sa.extents[1]; ++j) {
      for (std::int64_t k = 0; k < sa.extents[2]; ++k) {
        const std::int64_t row_a = i * sa.strides[0] + j * sa.strides[1] + k * sa.strides[2];
        const std::int64_t row_b = i * sb.strides[0] + j * sb.strides[1] + k * sb.strides[2];
        for (std::int64_t l = 0; l < sa.extents[3]; ++l) {
          function(element++, row_a + l * sa.strides[3], row_b + l * sb.strides[3]);
        }
      }
    }
  }
}

}  // namespace ranktape::detail
