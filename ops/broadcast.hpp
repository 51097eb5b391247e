#pragma once

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/elementwise_kernels.hpp>

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

/// Calls function(i, index of a, index of b) for the elements i of `target`; by several threads where nothing
/// broadcasts and there are many.
template <class Function>
void for_each_pair(const Shape& target, const Shape& a, const Shape& b, const Function& function) {
  if (a == target && b == target) {
    constexpr double nanoseconds_each = 0.5;
    parallel_ranges(target.size(), nanoseconds_each, [&function](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        function(i, i, i);
      }
    });
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

/// The same for kernels.
inline kernels::PairPlaces pair_places(const Shape& target, const Shape& a, const Shape& b) {
  return {a == target && b == target, broadcast_strides(a, target), broadcast_strides(b, target)};
}

/// to = function(a, b), element by element, on the tensors' device.
template <class Function>
void map_pairs(const Tensor& a, const Tensor& b, const Tensor& to, const Function& function) {
  dispatch(to.dtype(), [&]<class Scalar>() {
    const Scalar* from_a = data<Scalar>(a);
    const Scalar* from_b = data<Scalar>(b);
    Scalar* results = data<Scalar>(to);
    if (to.device() == Device::accelerator) {
      launch(to.size(), kernels::MapPair<Scalar, Function>{from_a, from_b, results,
                                                           pair_places(to.shape(), a.shape(), b.shape()), function});
      return;
    }
    for_each_pair(to.shape(), a.shape(), b.shape(), [=](std::int64_t i, std::int64_t ia, std::int64_t ib) {
      results[i] = static_cast<Scalar>(function(from_a[ia], from_b[ib]));
    });
  });
}

}  // namespace ranktape::detail
