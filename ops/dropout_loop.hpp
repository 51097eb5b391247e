#pragma once

#include <ranktape/ops/dropout_kernel.hpp>

#include <cstdint>

// Internal.
namespace ranktape::detail {

/// kernel(first), ..., kernel(last - 1) on the CPU, with the blocks' random numbers side by side in vectors: the same
/// bits.
void drop_blocks(const kernels::Dropout<float>& kernel, std::int64_t first, std::int64_t last);
void drop_blocks(const kernels::Dropout<double>& kernel, std::int64_t first, std::int64_t last);

}  // namespace ranktape::detail
