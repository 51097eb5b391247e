#pragma once

#include <ranktape/core/fail.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

// Internal: what the relaxations that return permutation matrices share.
namespace ranktape::detail {

/// [..., n, n] for values of [..., n].
inline Shape matrix_shape(const char* operation, Operand values) {
  const Shape& shape = values->shape();
  if (shape.rank() == Shape::max_rank) {
    fail<ShapeError>(values.where(), operation,
                     "{} would give matrices of shape [..., {}, {}], five dimensions; reshape it to [lists, {}]",
                     describe(values), shape.last(), shape.last(), shape.last());
  }
  const std::span<const std::int64_t> extents = shape.extents();
  std::int64_t wide[Shape::max_rank] = {};
  std::int64_t* end = std::copy(extents.begin(), extents.end(), wide);
  if (shape.rank() == 0) {
    *end++ = 1;
  }
  *end++ = shape.last();
  return Shape(std::span<const std::int64_t>(wide, end));
}

}  // namespace ranktape::detail
