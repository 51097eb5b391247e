#pragma once

#include <ranktape/ops/list_view.hpp>

#include <bit>
#include <cstdint>

// Internal: how lists are cut into tiles for parallel work inside a list, and sets of points of a tile as bits of a
// word.
namespace ranktape::detail {

/// A set of up to 64 points of a tile. nvcc takes std::countr_zero for device code and drops it without a word, so
/// there its intrinsics are called.
namespace bits {

constexpr int lowest(std::uint64_t set) {
#ifdef __CUDA_ARCH__
  return __ffsll(static_cast<long long>(set)) - 1;
#else
  return std::countr_zero(set);
#endif
}
constexpr int highest(std::uint64_t set) {
#ifdef __CUDA_ARCH__
  return 63 - __clzll(static_cast<long long>(set));
#else
  return 63 ^ std::countl_zero(set);  // a subtraction, of which compilers make one instruction
#endif
}
constexpr std::uint64_t below(int point) { return (std::uint64_t{1} << point) - 1; }
constexpr std::uint64_t up_to(int point) { return ~std::uint64_t{0} >> (63 - point); }
constexpr std::uint64_t from(int point) { return ~std::uint64_t{0} << point; }

}  // namespace bits

/// A stretch of the points of one list.
struct Tile {
  std::int64_t list;
  std::int64_t begin;        ///< of the list, among all documents
  std::int64_t first;        ///< the slot of the list's first tile
  std::int32_t tiles;        ///< of the list
  std::int32_t index;        ///< among them
  std::int32_t documents;    ///< of the list
  std::int32_t first_point;  ///< in the list
  std::int32_t last_point;   ///< the tile's last one

  [[nodiscard]] constexpr bool used() const { return index < tiles; }
  [[nodiscard]] constexpr bool is_last() const { return last_point == documents; }
  /// The documents of the tile end before this one: those that follow its points.
  [[nodiscard]] constexpr std::int32_t end() const { return is_last() ? documents : last_point + 1; }
};

/// A list of n documents has n + 1 points, before, between and behind them; tiles of `size` points share them out, so
/// that neighbouring tiles are joined by the document between them. List l has its tiles in slots from
/// begin / size + l: no table is needed, at the price of at most one unused slot for each list.
struct Tiles {
  ListOffsets lists;
  std::int64_t count;       ///< of slots
  std::int64_t points;      ///< of all lists
  std::int32_t size;        ///< points in each, at most 64
  std::int32_t in_longest;  ///< tiles of the longest list; where all have the same length, of each

  static constexpr std::int32_t largest = 64;

  /// From the shapes alone, so that sums are associated in the same way on every device.
  static constexpr Tiles of(const ListOffsets& lists, std::int64_t documents, std::int32_t size = largest) {
    const std::int64_t in_longest = lists.length / size + 1;
    return {lists, lists.offsets == nullptr ? lists.count * in_longest : documents / size + lists.count,
            documents + lists.count, size, static_cast<std::int32_t>(in_longest)};
  }

  /// The tile of its list that a point is in. The usual size needs no division.
  [[nodiscard]] constexpr std::int32_t tile_of(std::int32_t point) const {
    return size == largest ? point / largest : point / size;
  }

  /// How often neighbouring stretches of tiles must be joined, two and two, until the longest list is one.
  [[nodiscard]] constexpr int levels() const {
    int k = 0;
    while ((std::int64_t{1} << k) < in_longest) {
      ++k;
    }
    return k;
  }

  /// The slot of the first tile of a list, whose documents begin at `begin`.
  [[nodiscard]] constexpr std::int64_t first_of(std::int64_t list, std::int64_t begin) const {
    return lists.offsets == nullptr ? list * in_longest : begin / size + list;
  }
  /// The same in a kernel, which can read the offsets.
  [[nodiscard]] constexpr std::int64_t first_of(std::int64_t list) const { return first_of(list, lists.begin(list)); }

  [[nodiscard]] constexpr std::int64_t list_of(std::int64_t slot) const {
    if (lists.offsets == nullptr) {
      return ListOffsets{nullptr, in_longest, lists.count}.list_of(slot);
    }
    return first_where(std::int64_t{1}, lists.count, [&](std::int64_t list) { return first_of(list) > slot; }) - 1;
  }

  [[nodiscard]] constexpr Tile operator[](std::int64_t slot) const {
    const std::int64_t list = list_of(slot);
    const auto documents = static_cast<std::int32_t>(lists.size(list));
    const std::int64_t first = first_of(list);
    const auto index = static_cast<std::int32_t>(slot - first);
    const std::int32_t first_point = index * size;
    const std::int32_t last_point = documents - first_point < size ? documents : first_point + size - 1;
    return {list, lists.begin(list), first, tile_of(documents) + 1, index, documents, first_point, last_point};
  }
};

/// The blocks that begin in a tile.
struct BlocksOfTile {
  std::uint64_t starts;  ///< the points of the tile with which they begin
  std::int32_t head;     ///< the point of the list where the block began that the tile's first document is in
  std::int32_t end;      ///< where the last of them ends

  /// Where the block begins that a document is in: `inside` is its point in the tile, which begins with `first_point`.
  [[nodiscard]] constexpr std::int32_t start_of(std::int32_t inside, std::int32_t first_point) const {
    const std::uint64_t earlier = starts & bits::up_to(inside);
    return earlier == 0 ? head : first_point + bits::highest(earlier);
  }
};

}  // namespace ranktape::detail
