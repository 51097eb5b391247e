#pragma once

#include <ranktape/ranktape.hpp>

#include <cstdint>

namespace ranktape::bench {

/// Forward and backward over `operations` elementwise operations, each on the result of the one before.
inline Gradients forward_and_backward_chain(const Tensor& start, const Tensor& cotangent, std::int64_t operations) {
  const Tape tape;
  Tensor y = start;
  for (std::int64_t i = 0; i < operations / 2; ++i) {
    y = y * 0.5 + 1.0;
  }
  return y.backward({.cotangent = cotangent});
}

}  // namespace ranktape::bench
