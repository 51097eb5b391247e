#pragma once

#include <ranktape/core/storage.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

namespace ranktape::detail {

/// Uninitialised numbers in the pool, or on the accelerator: workspaces, and what an operation saves beside tensors. A
/// handle: copies share.
template <class T>
class Array {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 64);

 public:
  Array() = default;
  explicit Array(std::size_t size, Device device = Device::cpu)
      : storage_(allocate(size * sizeof(T), device)), size_(size) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Device device() const { return storage_ ? storage_->device : Device::cpu; }
  /// Null for an array that was not given a size.
  [[nodiscard]] T* data() const { return storage_ ? static_cast<T*>(storage_->data) : nullptr; }
  /// The elements of an array on the CPU.
  T& operator[](std::size_t index) const { return static_cast<T*>(storage_->data)[index]; }
  [[nodiscard]] std::span<T> span() const { return {data(), size_}; }

 private:
  Storage storage_;
  std::size_t size_ = 0;
};

}  // namespace ranktape::detail
