#include <ranktape/core/fail.hpp>
#include <ranktape/core/shape.hpp>
#include <fmt/ranges.h>

#include <algorithm>

namespace ranktape {

Shape::Shape(std::initializer_list<std::int64_t> extents, SourceLocation where)
    : Shape(std::span<const std::int64_t>(extents.begin(), extents.size()), where) {}

Shape::Shape(std::span<const std::int64_t> extents, SourceLocation where) {
  if (extents.size() > max_rank) {
    detail::fail<ShapeError>(where, "shape", "[{}] has {} dimensions; a tensor has at most {}",
                             fmt::join(extents, ", "), extents.size(), int{max_rank});
  }
  rank_ = static_cast<int>(extents.size());
  std::copy(extents.begin(), extents.end(), extents_.begin());
  for (const std::int64_t extent : extents) {
    if (extent < 0) {
      detail::fail<ShapeError>(where, "shape", "[{}] has a negative extent; extents are counts of elements",
                               fmt::join(extents, ", "));
    }
  }
  if (std::find(extents.begin(), extents.end(), 0) != extents.end()) {
    size_ = 0;
    return;
  }
  constexpr std::int64_t max_size = std::int64_t{1} << 60;
  for (const std::int64_t extent : extents) {
    if (extent > max_size / size_) {
      detail::fail<ShapeError>(where, "shape", "[{}] has more than 2^60 elements", fmt::join(extents, ", "));
    }
    size_ *= extent;
  }
}

Shape Shape::without(int axis) const {
  std::array<std::int64_t, max_rank> kept = {};
  std::size_t count = 0;
  for (int i = 0; i < rank_; ++i) {
    if (i != axis) {
      kept[count++] = (*this)[i];
    }
  }
  return Shape(std::span<const std::int64_t>(kept.data(), count));
}

Shape Shape::with(int axis, std::int64_t extent) const {
  std::array<std::int64_t, max_rank> changed = extents_;
  changed[static_cast<std::size_t>(axis)] = extent;
  return Shape(std::span<const std::int64_t>(changed.data(), static_cast<std::size_t>(rank_)));
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape.extents(), ", ")); }

}  // namespace ranktape
