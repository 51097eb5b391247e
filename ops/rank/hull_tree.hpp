#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/rank/hull_tiles.hpp>

#include <cstdint>

// Internal: isotonic regression of all lists on the accelerator; hull_tiles.hpp says how.
namespace ranktape::detail {

/// The blocks of all lists, into `found` and the arrays `values` and `sums` of the tree returned, which are in
/// `memory`. `sorted` has the scores of each list in decreasing order; Numbers says what is regressed. Launches 2 +
/// tiles.levels() kernels. `steps`, for tests: of each tile, how many steps finding the bridge before it took.
template <class Numbers>
HullTree find_blocks(const Tiles& tiles, const double* sorted, const Strengths& strengths,
                     const Array<BlocksOfTile>& found, Array<double>& memory, std::int32_t* steps = nullptr);

}  // namespace ranktape::detail
