#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/diagnostics.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <cmath>

namespace ranktape {
namespace {

using detail::Lists;

constexpr const char* name = "effective_strength";

thread_local RankDiagnostics last_diagnostics;

EffectiveStrength effective_strength_of(Operand values, const Lists& lists, const SoftRankOptions& options) {
  detail::require_cpu(name, values);
  detail::check_strength(name, values, options);
  detail::check_finite_values(name, values);
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

RankDiagnostics rank_diagnostics() { return last_diagnostics; }

EffectiveStrength effective_strength(Operand values, const SoftRankOptions& options) {
  return effective_strength_of(values, Lists::rows(name, values), options);
}

EffectiveStrength effective_strength(Operand values, const Groups& groups, const SoftRankOptions& options) {
  return effective_strength_of(values, Lists::of(name, values, groups), options);
}

void detail::Pooling::publish_diagnostics() const {
  RankDiagnostics found;
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t n = lists.size(list);
    if (n < 2) {
      continue;
    }
    const std::uint32_t count = blocks[static_cast<std::size_t>(list)];
    ++found.lists;
    found.documents += n;
    found.blocks += count;
    found.single_block_lists += count == 1 ? 1 : 0;
    const std::uint32_t* end = ends.data() + lists.begin(list);
    std::uint32_t single = end[0] == 1 ? 1 : 0;
    for (std::uint32_t b = 1; b < count; ++b) {
      single += end[b] - end[b - 1] == 1 ? 1 : 0;
    }
    found.single_documents += single;
  }
  last_diagnostics = found;
}

}  // namespace ranktape
