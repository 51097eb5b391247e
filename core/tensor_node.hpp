#pragma once

#include <ranktape/core/pool.hpp>
#include <ranktape/core/shape.hpp>
#include <ranktape/core/storage.hpp>

#include <cstdint>
#include <string>

namespace ranktape::detail {

using PoolString = std::basic_string<char, std::char_traits<char>, PoolAllocator<char>>;

/// What a Tensor points to.
struct TensorNode : Counted {
  DType dtype = DType::float32;
  bool parameter = false;
  std::uint32_t slot = 0;  ///< its number on the tape that recorded it
  std::uint64_t tape = 0;  ///< the serial number of that tape; 0: none
  Shape shape;
  Storage storage;
  PoolString name;
};

void destroy(TensorNode* node) noexcept;

using TensorHandle = Handle<TensorNode>;

}  // namespace ranktape::detail
