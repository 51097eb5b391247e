#pragma once

#include <ranktape/core/source_location.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace ranktape {

/// The extents of a tensor: up to four, row-major (the last one varies fastest). `Shape{}` is that of a single number.
class Shape {
 public:
  static constexpr int max_rank = 4;

  constexpr Shape() = default;
  /// Throws ShapeError for more than four extents, a negative one, or a product beyond 2^60 elements (so that their
  /// bytes can be counted, too).
  Shape(std::initializer_list<std::int64_t> extents, SourceLocation where = SourceLocation::current());
  explicit Shape(std::span<const std::int64_t> extents, SourceLocation where = SourceLocation::current());

  [[nodiscard]] int rank() const { return rank_; }
  /// The number of elements; 1 for `Shape{}`.
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::int64_t operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  /// The last extent; 1 for `Shape{}`.
  [[nodiscard]] std::int64_t last() const { return rank_ == 0 ? 1 : (*this)[rank_ - 1]; }
  [[nodiscard]] std::span<const std::int64_t> extents() const {
    return {extents_.data(), static_cast<std::size_t>(rank_)};
  }
  /// This shape with the given axis removed, or replaced by `extent`.
  [[nodiscard]] Shape without(int axis) const;
  [[nodiscard]] Shape with(int axis, std::int64_t extent) const;

  // Unused extents are 0, so all four may be compared, which is cheaper than a loop over those in use.
  friend bool operator==(const Shape& a, const Shape& b) {
    return a.rank_ == b.rank_ && a.extents_[0] == b.extents_[0] && a.extents_[1] == b.extents_[1] &&
           a.extents_[2] == b.extents_[2] && a.extents_[3] == b.extents_[3];
  }

 private:
  std::array<std::int64_t, max_rank> extents_ = {};
  std::int64_t size_ = 1;
  int rank_ = 0;
};

/// "[3, 4]"; "[]" for a single number.
std::string to_string(const Shape& shape);

}  // namespace ranktape
