#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

#include <cstddef>

// Internal: sums over lists on the accelerator, in parallel within a long list: of tiles, of tiles of those, until each
// list has one. What is added to what follows from the list's length alone.
namespace ranktape::detail {

/// The sum over each list of term(place), where `term` is a value with plain pointers; its results have operator+= and
/// begin with zeros.
template <class Term>
Array<kernels::SumOf<Term>> sums_of_lists(const ListEntries& entries, const Term& term) {
  using Sum = kernels::SumOf<Term>;
  const ListEntries tiles = entries.tiles();
  const Array<Sum> sums(static_cast<std::size_t>(tiles.count), Device::accelerator);
  launch(tiles.count, kernels::SumTile<Term>{entries, term, sums.data()});
  // A list with one tile at most: tile and list have the same number.
  return tiles.longest == 1 ? sums : sums_of_lists(tiles, kernels::NumberTerm<Sum>{sums.data()});
}

}  // namespace ranktape::detail
