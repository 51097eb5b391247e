#pragma once

#include <ranktape/ops/bisection.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

// Internal: lists inside a tensor as kernels see them, on either device.
namespace ranktape::detail {

/// A list whose elements lie `stride` apart. Formulas take it as they take a span.
template <class Scalar>
struct ListView {
  using value_type = std::remove_const_t<Scalar>;
  Scalar* first;
  std::int64_t count;
  std::int64_t stride;

  [[nodiscard]] constexpr std::size_t size() const { return static_cast<std::size_t>(count); }
  [[nodiscard]] constexpr bool empty() const { return count == 0; }
  constexpr Scalar& operator[](std::size_t i) const { return first[static_cast<std::int64_t>(i) * stride]; }
  [[nodiscard]] constexpr Scalar& front() const { return *first; }
};

/// Where the lists of a ListLayout lie. List i is column i % inner of block i / inner.
struct ListPlaces {
  const std::int64_t* offsets;  ///< of the blocks, in memory of the device; null where all are `length` rows
  std::int64_t length;
  std::int64_t inner;

  template <class Scalar>
  constexpr ListView<Scalar> list(Scalar* elements, std::int64_t index) const {
    const std::int64_t block = index / inner;
    const std::int64_t begin = offsets == nullptr ? block * length : offsets[block];
    const std::int64_t count = offsets == nullptr ? length : offsets[block + 1] - begin;
    return {elements + begin * inner + index % inner, count, inner};
  }
};

/// Where the lists of a ranking operation lie among its documents.
struct ListOffsets {
  const std::int64_t* offsets;  ///< count + 1, in memory of the device; null where every list has `length` documents
  std::int64_t length;          ///< of every list, or of the longest
  std::int64_t count;

  [[nodiscard]] constexpr std::int64_t begin(std::int64_t list) const {
    return offsets == nullptr ? list * length : offsets[list];
  }
  [[nodiscard]] constexpr std::int64_t size(std::int64_t list) const {
    return offsets == nullptr ? length : offsets[list + 1] - offsets[list];
  }
  /// The list that a document is in: a division, or a search in O(log count).
  [[nodiscard]] constexpr std::int64_t list_of(std::int64_t document) const {
    if (count == 1) {
      return 0;
    }
    if (offsets == nullptr) {
      // Most numbers fit in 32 bits, which divide several times faster, on a GPU above all.
      return ((document | length) >> 32) == 0
                 ? static_cast<std::int64_t>(static_cast<std::uint32_t>(document) / static_cast<std::uint32_t>(length))
                 : document / length;
    }
    return first_where(std::int64_t{1}, count, [&](std::int64_t list) { return offsets[list] > document; }) - 1;
  }
};

}  // namespace ranktape::detail
