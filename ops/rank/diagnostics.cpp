#include <ranktape/core/host_copy.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/diagnostics.hpp>
#include <ranktape/ops/rank/pooling.hpp>

#include <bit>
#include <cmath>
#include <optional>
#include <vector>

namespace ranktape {
namespace {

using detail::Lists;

constexpr const char* name = "effective_strength";

thread_local RankDiagnostics last_diagnostics;

/// Blocks on the accelerator that nobody has counted yet.
struct Uncounted {
  Lists lists;
  detail::Tiles tiles;
  detail::Array<detail::BlocksOfTile> found;
};
thread_local std::optional<Uncounted> uncounted;

void count_list(RankDiagnostics& counts, std::int64_t n, std::int64_t blocks, std::int64_t single) {
  ++counts.lists;
  counts.documents += n;
  counts.blocks += blocks;
  counts.single_block_lists += blocks == 1 ? 1 : 0;
  counts.single_documents += single;
}

RankDiagnostics count_on_accelerator(const Uncounted& given) {
  const std::vector<detail::BlocksOfTile> found = detail::host_copy(given.found);
  const std::int64_t size = given.tiles.size;
  RankDiagnostics counts;
  for (std::int64_t list = 0; list < given.lists.count(); ++list) {
    const std::int64_t n = given.lists.size(list);
    if (n < 2) {
      continue;
    }
    const std::int64_t slot = given.tiles.first_of(list, given.lists.begin(list));
    std::int64_t blocks = 0;
    std::int64_t single = 0;
    for (std::int64_t tile = 0; tile <= n / size; ++tile) {
      const detail::BlocksOfTile& of_tile = found[static_cast<std::size_t>(slot + tile)];
      if (of_tile.starts != 0) {
        blocks += std::popcount(of_tile.starts);
        single += std::popcount(of_tile.starts & of_tile.starts >> 1);  // the next document begins a block too
        single += tile * size + detail::bits::highest(of_tile.starts) + 1 == of_tile.end ? 1 : 0;
      }
    }
    count_list(counts, n, blocks, single);
  }
  return counts;
}

RankDiagnostics count_on_cpu(const detail::Pooling& pooling) {
  RankDiagnostics counts;
  for (std::int64_t list = 0; list < pooling.lists.count(); ++list) {
    const std::int64_t n = pooling.lists.size(list);
    if (n < 2) {
      continue;
    }
    const std::uint32_t blocks = pooling.blocks[static_cast<std::size_t>(list)];
    const std::uint32_t* end = pooling.ends.data() + pooling.lists.begin(list);
    std::uint32_t single = end[0] == 1 ? 1 : 0;
    for (std::uint32_t b = 1; b < blocks; ++b) {
      single += end[b] - end[b - 1] == 1 ? 1 : 0;
    }
    count_list(counts, n, blocks, single);
  }
  return counts;
}

EffectiveStrength effective_strength_of(Operand values, const Lists& lists, const SoftRankOptions& options) {
  detail::check_strength(name, values, options);
  detail::check_finite_values(name, values);
  if (values->device() != Device::cpu) {
    return effective_strength_of(Operand(values->detach().to(Device::cpu)), lists, options);
  }
  constexpr SoftRankOptions one_spread = {.regularization_strength = 1, .strength_unit = StrengthUnit::spread};
  double absolute = 0;  // sums of logarithms
  double per_item = 0;
  double spread = 0;
  std::int64_t count = 0;
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    for (std::int64_t list = 0; list < lists.count(); ++list) {
      const std::int64_t n = lists.size(list);
      if (n < 2) {
        continue;
      }
      const Scalar* x = detail::data<Scalar>(values) + lists.begin(list);
      const double own = -std::log(detail::inverse_strength(x, n, options));
      absolute += own;
      per_item += own + std::log(static_cast<double>(n));
      spread += own + std::log(detail::inverse_strength(x, n, one_spread));
      ++count;
    }
  });
  if (count == 0) {
    return {};
  }
  const auto mean = [&](double sum) { return std::exp(sum / static_cast<double>(count)); };
  return {mean(absolute), mean(per_item), mean(spread)};
}

}  // namespace

RankDiagnostics rank_diagnostics() {
  if (uncounted) {
    last_diagnostics = count_on_accelerator(*uncounted);
    uncounted.reset();
  }
  return last_diagnostics;
}

EffectiveStrength effective_strength(Operand values, const SoftRankOptions& options) {
  return effective_strength_of(values, Lists::rows(name, values), options);
}

EffectiveStrength effective_strength(Operand values, const Groups& groups, const SoftRankOptions& options) {
  return effective_strength_of(values, Lists::of(name, values, groups), options);
}

void detail::Pooling::publish_diagnostics() const {
  if (there.found.device() == Device::accelerator) {
    uncounted = {lists, there.tiles, there.found};
    return;
  }
  uncounted.reset();
  last_diagnostics = count_on_cpu(*this);
}

}  // namespace ranktape
