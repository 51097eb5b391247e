#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/ranks_as.hpp>
#include <ranktape/ops/rank/relaxed_rank.hpp>
#include <ranktape/ops/rank/relaxed_ranks.hpp>
#include <ranktape/ops/rank/sigmoid_rank.hpp>
#include <ranktape/ops/rank/temperature.hpp>

namespace ranktape {
namespace {

bool is_pooled(const RelaxedRankOptions& options) {
  return options.relaxation == RankRelaxation::l2 || options.relaxation == RankRelaxation::kl;
}

SoftRankOptions pooled(const RelaxedRankOptions& options) {
  return {options.temperature, options.relaxation == RankRelaxation::l2 ? Regularization::l2 : Regularization::kl,
          options.direction, options.temperature_unit};
}

RelaxationOptions unpooled(const RelaxedRankOptions& options) {
  return {options.temperature, options.direction, options.temperature_unit};
}

Tensor ranks_of(Operand values, const Groups* groups, const RelaxedRankOptions& options) {
  if (is_pooled(options)) {
    return groups == nullptr ? soft_rank(values, pooled(options)) : soft_rank(values, *groups, pooled(options));
  }
  const RelaxationOptions other = unpooled(options);
  if (options.relaxation == RankRelaxation::lapsum) {
    return groups == nullptr ? lapsum_rank(values, other) : lapsum_rank(values, *groups, other);
  }
  return groups == nullptr ? sigmoid_rank(values, other) : sigmoid_rank(values, *groups, other);
}

}  // namespace

Tensor relaxed_rank(Operand values, const RelaxedRankOptions& options) { return ranks_of(values, nullptr, options); }

Tensor relaxed_rank(Operand values, const Groups& groups, const RelaxedRankOptions& options) {
  return ranks_of(values, &groups, options);
}

namespace detail {

void check_relaxed_rank(const char* operation, Operand values, const RelaxedRankOptions& options) {
  if (is_pooled(options)) {
    check_strength(operation, values, pooled(options));
  } else {
    check_temperature(operation, values, options.temperature);
  }
}

Tensor relaxed_ranks(Operand values, const Lists& lists, const RelaxedRankOptions& options) {
  if (is_pooled(options)) {
    return soft_ranks_as(DType::float64, values, lists, pooled(options));
  }
  const auto& ranks_as = options.relaxation == RankRelaxation::lapsum ? lapsum_ranks_as : sigmoid_ranks_as;
  return ranks_as(DType::float64, values, lists, unpooled(options));
}

}  // namespace detail
}  // namespace ranktape
