#pragma once

#include <ranktape/ops/list_view.hpp>

#include <cstdint>

// Internal: lists cut into tiles, for kernels that share a long list among many indices.
//
// The entries of a list at level 0 are its documents; those of level k + 1 are tiles of up to `tile_size` entries of
// level k. No tile holds entries of two lists, so a list's result depends on itself alone, and the tiles of a ragged
// batch need no table: if a list's entries begin at b, its tiles begin at floor(b / tile_size) + (its number). The
// next list begins far enough behind: with b' >= b + n,
//   floor(b' / tile_size) + 1 - floor(b / tile_size) >= ceil(n / tile_size).
// A few numbers stay unused.
namespace ranktape::detail {

inline constexpr std::int64_t tile_size = 64;

/// The entries of all lists at one level.
struct ListEntries {
  ListOffsets lists;
  std::int64_t count;    ///< of all lists, with the unused ones
  std::int64_t longest;  ///< of one list
  int level;

  /// Of `documents` in all lists.
  static constexpr ListEntries of(const ListOffsets& lists, std::int64_t documents) {
    return {lists, documents, lists.length, 0};
  }
  /// One level up.
  [[nodiscard]] constexpr ListEntries tiles() const {
    const std::int64_t most = longest <= tile_size ? 1 : (longest - 1) / tile_size + 1;
    const bool alike = lists.offsets == nullptr || most == 1;
    return {lists, alike ? lists.count * most : count / tile_size + lists.count, most, level + 1};
  }

  /// Where there are `longest` for each list, used or not.
  [[nodiscard]] constexpr bool alike() const { return lists.offsets == nullptr || (level > 0 && longest == 1); }
  [[nodiscard]] constexpr std::int64_t begin(std::int64_t list) const {
    if (alike()) {
      return list * longest;
    }
    std::int64_t first = lists.begin(list);
    for (int k = 0; k < level; ++k) {
      first = first / tile_size + list;
    }
    return first;
  }
  [[nodiscard]] constexpr std::int64_t size(std::int64_t list) const {
    std::int64_t entries = lists.size(list);
    for (int k = 0; k < level; ++k) {
      entries = (entries + tile_size - 1) / tile_size;
    }
    return entries;
  }
  [[nodiscard]] constexpr std::int64_t list_of(std::int64_t entry) const {
    if (alike()) {
      return entry / longest;
    }
    return first_where(std::int64_t{1}, lists.count, [&](std::int64_t list) { return begin(list) > entry; }) - 1;
  }
};

/// Entries `first` to `last` of a list that begins at `begin`, counted inside the list.
struct EntriesOfTile {
  std::int64_t list;
  std::int64_t begin;
  std::int64_t size;  ///< of the list
  std::int64_t first;
  std::int64_t last;
};

/// The entries that entry `index` of entries.tiles() stands for; none for one that is unused.
constexpr EntriesOfTile entries_of_tile(const ListEntries& entries, std::int64_t index) {
  const ListEntries tiles = entries.tiles();
  const std::int64_t list = tiles.list_of(index);
  const std::int64_t size = entries.size(list);
  const std::int64_t first = (index - tiles.begin(list)) * tile_size;
  const std::int64_t end = first + tile_size < size ? first + tile_size : size;
  return {list, entries.begin(list), size, first, end};
}

/// One entry of a list, as the terms of a sum or a scan see it.
struct ScanPlace {
  std::int64_t list;
  std::int64_t begin;  ///< of the list
  std::int64_t entry;  ///< begin + its place in the list
  bool first;          ///< in the order of the scan: nothing is carried to it
};

}  // namespace ranktape::detail
