#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

// Internal: pages of memory from the system, for arrays too large to be copied as they grow, and for files.
namespace ranktape::detail {

/// Pages of this process alone, given back when it ends. Anonymous pages begin as zeros and take no memory until they
/// are written; those of a file are read from it when they are used, and copied when they are written.
class Mapping {
 public:
  Mapping() = default;
  Mapping(Mapping&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Mapping& operator=(Mapping other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  ~Mapping();

  /// The first `bytes` of an open file; an empty mapping with errno set if the system refuses.
  static Mapping of_file(int file, std::size_t bytes);

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(data_), bytes_}; }

  /// Makes anonymous pages more; they may move, by their addresses alone. Throws std::bad_alloc.
  void grow(std::size_t bytes);
  /// Gives back the memory (not the addresses) of whole pages in [begin, end); they read as zeros then.
  void discard(std::size_t begin, std::size_t end) const;

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace ranktape::detail
