#pragma once

#include <ranktape/core/storage.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

namespace ranktape::detail {

/// Uninitialised numbers in the pool: workspaces, and what an operation saves beside tensors. A handle: copies share.
template <class T>
class Array {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 64);

 public:
  Array() = default;
  explicit Array(std::size_t size) : storage_(allocate(size * sizeof(T), Device::cpu)), size_(size) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T* data() const { return static_cast<T*>(storage_->data); }
  T& operator[](std::size_t index) const { return data()[index]; }
  [[nodiscard]] std::span<T> span() const { return {data(), size_}; }

 private:
  Storage storage_;
  std::size_t size_ = 0;
};

}  // namespace ranktape::detail
