#pragma once

#include <ranktape/core/mapping.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace ranktape::detail {

/// Numbers that become many, one after the other: growing copies none of them, so that the memory never holds them
/// twice, and what has been used up can be given back from the front.
template <class T>
class GrowingArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T* data() const { return reinterpret_cast<T*>(mapping_.data()); }
  [[nodiscard]] std::span<T> span() const { return {data(), size_}; }
  T& operator[](std::size_t index) const { return data()[index]; }

  /// Makes room for `count` more, for the caller to write.
  void extend(std::size_t count) {
    size_ += count;
    if (size_ * sizeof(T) > mapping_.bytes()) {
      constexpr std::size_t least = std::size_t{1} << 16;
      mapping_.grow(std::max({least, size_ * sizeof(T), mapping_.bytes() * 2}));
    }
  }
  void push_back(T value) {
    extend(1);
    data()[size_ - 1] = value;
  }
  /// Those from `begin` to `end` are not needed any more: their memory goes back to the system.
  void discard(std::size_t begin, std::size_t end) const { mapping_.discard(begin * sizeof(T), end * sizeof(T)); }

  /// Hands the memory over, to whoever keeps the pointer; nothing is left here.
  std::shared_ptr<const void> release() {
    size_ = 0;
    return std::make_shared<Mapping>(std::move(mapping_));
  }

 private:
  Mapping mapping_;
  std::size_t size_ = 0;
};

}  // namespace ranktape::detail
