#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/soft_rank.hpp>
#include <ranktape/ops/rank/strengths.hpp>
#include <ranktape/ops/rank/tiles.hpp>

#include <cstdint>

// Internal: what soft_rank, soft_sort and losses of soft ranks share: sorting and pooling of every list, and what is
// kept.
namespace ranktape::detail {

/// The blocks of lists on the accelerator, in its memory.
struct DevicePooling {
  Tiles tiles = {};
  Array<BlocksOfTile> found;
  Strengths strengths = {};
  Array<double> inverse_strength;  ///< of each list, where `strengths` needs it
};

/// What the forward pass found and the backward pass uses. List l is at Lists::begin(l) in `order` and `ends`.
struct Pooling {
  Pooling(const Lists& which, const SoftRankOptions& how, const Tensor& values);

  Lists lists;
  SoftRankOptions options;
  Array<std::uint32_t> order;  ///< position in the list of the i-th in sorted order; unset for soft ranks in one block

  // On the CPU:
  Array<std::uint32_t> ends;       ///< where each block ends, in sorted order
  Array<std::uint32_t> blocks;     ///< how many blocks each list has
  Array<double> inverse_strength;  ///< of each list

  DevicePooling there;  ///< on the accelerator

  /// Makes the blocks found those of rank_diagnostics(), which looks at those on the accelerator when it is called.
  void publish_diagnostics() const;
};

/// +1 where the largest value comes first in sorted order for the operation, else -1.
inline int sign_of(Direction direction) { return direction == Direction::ascending ? 1 : -1; }

/// Throws NumericError unless the strength is positive and finite.
void check_strength(const char* operation, Operand values, const SoftRankOptions& options);

/// 1 / strength of one list, in absolute units.
template <class Scalar>
double inverse_strength(const Scalar* values, std::int64_t n, const SoftRankOptions& options);

/// Ranks of all lists into `ranks`, with what backward needs. The ranks are made as `rank_dtype`, float64 where what is
/// computed from them would lose digits: the ranks of a soft list differ little from (n + 1) / 2.
Pooling pool_ranks(Operand values, const Lists& lists, const SoftRankOptions& options, DType rank_dtype, Tensor& ranks);
/// The gradient of the values, as `dtype`, given that of the ranks in the ranks' own type.
Tensor ranks_backward(const Pooling& pooling, const Tensor& ranks, const Tensor& gradient, DType dtype);

}  // namespace ranktape::detail
