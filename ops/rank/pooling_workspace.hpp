#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <cstddef>

// Internal.
namespace ranktape::detail {

/// Memory for sorting and pooling one list at a time, as long as the longest.
template <class Scalar>
struct PoolingWorkspace {
  explicit PoolingWorkspace(std::size_t longest)
      : keys(key_memory<Scalar>(longest)), regressed(longest), numerators(longest + 1), denominators(longest + 1) {}

  Array<Key<Scalar>> keys;
  Array<double> regressed;   ///< what is pooled, as each operation says
  Array<double> numerators;  ///< of the blocks, behind a sentinel
  Array<double> denominators;
};

}  // namespace ranktape::detail
