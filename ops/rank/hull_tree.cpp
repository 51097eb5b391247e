#include <ranktape/core/backend.hpp>
#include <ranktape/ops/rank/hull_stretches.hpp>
#include <ranktape/ops/rank/hull_tree.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace ranktape::detail {
namespace {

/// Cuts one array into several.
class Cutter {
 public:
  explicit Cutter(double* memory) : next_(memory) {}

  template <class T = double>
  T* take(std::int64_t count) {
    static_assert(sizeof(T) % sizeof(double) == 0 && alignof(T) == alignof(double));
    double* const first = next_;
    next_ += count * static_cast<std::int64_t>(sizeof(T) / sizeof(double));
    return reinterpret_cast<T*>(first);
  }

 private:
  double* next_;
};

/// How many levels one call does for all of its tiles: on a GPU none, as there each tile is to have a call of its own;
/// elsewhere so many that each thread has some. No bit depends on it.
int levels_together(const Tiles& tiles) {
  constexpr int most = 4;
  constexpr std::int64_t enough = 512;
  if (tiles.lists.offsets != nullptr || std::string_view(accelerator_system()) == "cuda") {
    return 0;
  }
  int levels = std::min(most, tiles.levels());
  while (levels > 0 && kernels::StretchOfTiles::count(tiles, levels) < enough) {
    --levels;
  }
  return levels;
}

}  // namespace

template <class Numbers>
HullTree find_blocks(const Tiles& tiles, const double* sorted, const Strengths& strengths,
                     const Array<BlocksOfTile>& found, Array<double>& memory, std::int32_t* steps) {
  const int levels = tiles.levels();
  const std::int64_t stride = levels > 0 ? 3 : 1;
  constexpr std::int64_t of_tiles = 1 + (sizeof(Stretch) + 2 * sizeof(TileSums)) / sizeof(double);
  memory = Array<double>(static_cast<std::size_t>((stride + (Numbers::needs_sums ? 1 : 0)) * tiles.points +
                                                  (levels > 0 ? of_tiles * tiles.count : 0)),
                         Device::accelerator);
  Cutter cut(memory.data());
  HullTree tree = {tiles,  sorted,  strengths, found.data(), nullptr, cut.take(stride * tiles.points),
                   stride, nullptr, nullptr};
  if (Numbers::needs_sums) {
    tree.sums = cut.take(tiles.points);
  }
  TileSums* sums = nullptr;
  TileSums* next = nullptr;
  if (levels > 0) {
    tree.totals = cut.take(tiles.count);
    tree.bridges = cut.take<Stretch>(tiles.count);
    sums = cut.take<TileSums>(tiles.count);
    next = cut.take<TileSums>(tiles.count);
  }
  const int together = levels_together(tiles);
  const std::int64_t stretches = kernels::StretchOfTiles::count(tiles, together);
  if (together > 0) {
    launch(stretches, kernels::JoinStretch<Numbers>{tree, together, sums, steps});
  } else {
    launch(tiles.count, kernels::HullOfTile<Numbers>{tree});
  }
  for (int level = together; level < levels; ++level) {
    const kernels::FindBridges<Numbers> find = {tree, level, sums, next, steps};
    if (together > 0) {
      launch(stretches, kernels::JoinStretches<Numbers>{find, together});
    } else {
      launch(tiles.count, find);
    }
    std::swap(sums, next);
  }
  launch(tiles.count, kernels::FindBlocks<Numbers>{tree});
  return tree;
}

template HullTree find_blocks<Means<true>>(const Tiles&, const double*, const Strengths&, const Array<BlocksOfTile>&,
                                           Array<double>&, std::int32_t*);
template HullTree find_blocks<Means<false>>(const Tiles&, const double*, const Strengths&, const Array<BlocksOfTile>&,
                                            Array<double>&, std::int32_t*);
template HullTree find_blocks<Ratios<true>>(const Tiles&, const double*, const Strengths&, const Array<BlocksOfTile>&,
                                            Array<double>&, std::int32_t*);
template HullTree find_blocks<Ratios<false>>(const Tiles&, const double*, const Strengths&, const Array<BlocksOfTile>&,
                                             Array<double>&, std::int32_t*);

}  // namespace ranktape::detail
