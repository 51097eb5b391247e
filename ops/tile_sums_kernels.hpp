#pragma once

#include <ranktape/ops/list_tiles.hpp>

#include <cstdint>
#include <utility>

// Internal: the kernels of tile_sums.hpp.
namespace ranktape::detail::kernels {

template <class Term>
using SumOf = decltype(std::declval<const Term&>()(ScanPlace{}));

/// The sum of a tile's terms.
template <class Term>
struct SumTile {
  ListEntries entries;
  Term term;
  SumOf<Term>* sums;
  constexpr void operator()(std::int64_t i) const {
    const EntriesOfTile tile = entries_of_tile(entries, i);
    SumOf<Term> sum = {};
    for (std::int64_t p = tile.first; p < tile.last; ++p) {
      sum += term(ScanPlace{tile.list, tile.begin, tile.begin + p, p == 0});
    }
    sums[i] = sum;
  }
};

/// A term that is a number, or several.
template <class Number>
struct NumberTerm {
  const Number* numbers;
  constexpr Number operator()(const ScanPlace& place) const { return numbers[place.entry]; }
};

}  // namespace ranktape::detail::kernels
