#include <ranktape/core/fail.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/loss/gains.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/rank_mixture.hpp>
#include <ranktape/ops/loss/soft_ndcg.hpp>
#include <ranktape/ops/loss/soft_reciprocal_rank.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/rank/relaxed_ranks.hpp>

#include <cmath>

namespace ranktape {
namespace {

constexpr const char* name = "rank_mixture_loss";

void check_factors(Operand predictions, const RankMixtureOptions& options) {
  const double factors[] = {options.ndcg, options.spearman, options.reciprocal_rank};
  bool is_any = false;
  for (const double factor : factors) {
    if (!(factor >= 0 && std::isfinite(factor))) {
      detail::fail<NumericError>(predictions.where(), name,
                                 "the factors are {} (ndcg), {} (spearman) and {} (reciprocal_rank); they must be "
                                 "finite and not negative",
                                 factors[0], factors[1], factors[2]);
    }
    is_any = is_any || factor > 0;
  }
  if (!is_any) {
    detail::fail<NumericError>(predictions.where(), name, "all factors are 0; at least one loss must have some");
  }
}

/// total + factor * loss(), or total where the factor is 0.
template <class Loss>
void add(Tensor& total, double factor, const Loss& loss) {
  if (factor > 0) {
    const Tensor part = factor == 1 ? loss() : loss() * factor;
    total = total.defined() ? total + part : part;
  }
}

Tensor mixture_of(Operand predictions, Operand targets, const Groups* groups, const RankMixtureOptions& options) {
  check_factors(predictions, options);
  const detail::Lists lists = detail::lists_of_loss(name, predictions, targets, groups, options.weights);
  detail::check_relaxed_rank(name, predictions, options.rank);
  RelaxedRankOptions rank = options.rank;
  rank.direction = Direction::descending;
  const Tensor soft_ranks = detail::relaxed_ranks(predictions, lists, rank);
  const Tensor labels = detail::constant_in_double(targets);
  const Operand ranks(soft_ranks, predictions.where());
  const Operand known(labels, targets.where());
  const LossWeights weights = {detail::constant_in_double(options.weights.queries),
                               detail::constant_in_double(options.weights.documents)};
  Tensor total;
  add(total, options.ndcg, [&] {
    const SoftNdcgOptions own = {
        .gain = options.gain, .k = options.k, .reduction = options.reduction, .weights = weights};
    return groups == nullptr ? ndcg_of_ranks(ranks, known, own) : ndcg_of_ranks(ranks, known, *groups, own);
  });
  add(total, options.spearman, [&] {
    const SpearmanOptions own = {.relaxation = rank, .reduction = options.reduction, .weights = weights};
    return groups == nullptr ? spearman_of_ranks(ranks, known, own) : spearman_of_ranks(ranks, known, *groups, own);
  });
  add(total, options.reciprocal_rank, [&] {
    const ReciprocalRankOptions own = {.reduction = options.reduction, .weights = weights};
    return groups == nullptr ? reciprocal_rank_of_ranks(ranks, known, own)
                             : reciprocal_rank_of_ranks(ranks, known, *groups, own);
  });
  return total.to(predictions->dtype());
}

}  // namespace

Tensor rank_mixture_loss(Operand predictions, Operand targets, const RankMixtureOptions& options) {
  return mixture_of(predictions, targets, nullptr, options);
}

Tensor rank_mixture_loss(Operand predictions, Operand targets, const Groups& groups,
                         const RankMixtureOptions& options) {
  return mixture_of(predictions, targets, &groups, options);
}

}  // namespace ranktape
