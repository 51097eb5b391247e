#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>

#include <vector>

namespace ranktape::detail {

/// The elements, read from either device.
template <class T>
std::vector<T> host_copy(const Array<T>& array) {
  if (array.device() == Device::cpu) {
    return {array.span().begin(), array.span().end()};
  }
  std::vector<T> copy(array.size());
  copy_bytes(copy.data(), Device::cpu, array.data(), array.device(), copy.size() * sizeof(T));
  return copy;
}

}  // namespace ranktape::detail
