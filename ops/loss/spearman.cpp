// The mathematics is in spearman_kernels.hpp; the chain through the soft ranks is theirs.

#include <ranktape/core/backend.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/loss/gains.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/list_passes.hpp>
#include <ranktape/ops/loss/rank_loss_examples.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/loss/spearman_kernels.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>
#include <ranktape/ops/rank/relaxed_ranks.hpp>

namespace ranktape {
namespace {

using detail::Array;
using detail::ListLosses;
using detail::Lists;
using detail::TargetMoments;
namespace kernels = detail::kernels;

constexpr const char* of_ranks = "spearman_of_ranks";
constexpr const char* of_scores = "spearman_loss";

const Operation spearman_operation(of_ranks, [](Random& random) {
  std::vector<OperationExample> examples;
  for (const Normalization normalization : {Normalization::hard_ranks, Normalization::soft_ranks}) {
    for (const TargetRanks target_ranks : {TargetRanks::average, TargetRanks::soft, TargetRanks::gains}) {
      for (const PlaceWeights place_weights :
           {PlaceWeights::equal, PlaceWeights::discount, PlaceWeights::exponential}) {
        detail::add_rank_loss_examples(
            examples, random, [=](Operand ranks, Operand targets, const Groups* groups, const LossWeights& weights) {
              const SpearmanOptions options = {.normalization = normalization,
                                               .target_ranks = target_ranks,
                                               .place_weights = place_weights,
                                               .weights = weights};
              return groups == nullptr ? spearman_of_ranks(ranks, targets, options)
                                       : spearman_of_ranks(ranks, targets, *groups, options);
            });
      }
    }
  }
  return examples;
});

RelaxedRankOptions ranks_of(const SpearmanOptions& options) {
  if (options.relaxation) {
    return *options.relaxation;
  }
  return {options.rank.regularization == Regularization::l2 ? RankRelaxation::l2 : RankRelaxation::kl,
          options.rank.regularization_strength, options.rank.strength_unit, options.rank.direction};
}

/// What the ranks are compared with, in double.
struct Targets {
  Tensor values;
  Array<double> weights;         // none: 1 each
  Array<TargetMoments> moments;  // none for average ranks without weights
};

Tensor target_values(Operand targets, const Tensor& average_ranks, const Lists& lists, const SpearmanOptions& options) {
  const RelaxedRankOptions rank = ranks_of(options);
  switch (options.target_ranks) {
    case TargetRanks::soft: return detail::relaxed_ranks(Operand(targets->detach(), targets.where()), lists, rank);
    case TargetRanks::gains: {
      Tensor gains =
          detail::normalised_gains(detail::constant_in_double(targets), {}, lists, options.gain, 0).of_documents;
      return rank.direction == Direction::ascending ? gains : -gains;
    }
    default: return average_ranks;
  }
}

Targets prepare(Operand targets, const Lists& lists, const SpearmanOptions& options) {
  const Device device = targets->device();
  const Direction direction = ranks_of(options).direction;
  const bool is_weighted = options.place_weights != PlaceWeights::equal || options.weights.documents.defined();
  Tensor average_ranks;
  if (is_weighted || options.target_ranks == TargetRanks::average) {
    average_ranks = detail::mid_ranks(targets, lists, direction, DType::float64);
  }
  const Tensor values = target_values(targets, average_ranks, lists, options);
  if (!is_weighted && options.target_ranks == TargetRanks::average) {
    return {values, {}, {}};
  }
  const double* const b = detail::data<double>(values);
  const double* const a = is_weighted ? detail::data<double>(average_ranks) : b;
  Array<double> weights;
  if (is_weighted) {
    const Tensor of_documents = detail::constant_in_double(options.weights.documents);
    weights = Array<double>(static_cast<std::size_t>(values.size()), device);
    detail::for_each_document(lists, device,
                              kernels::SpearmanWeight{detail::weights_or_null(of_documents), a, lists.on(device),
                                                      direction, options.place_weights, weights.data()});
  }
  const auto sums = detail::sum_each_list(lists, device, kernels::TargetTerm{b, a, weights.data()});
  Array<double> spreads;
  if (is_weighted) {
    const Tensor ties = detail::tie_sizes(targets, lists);
    spreads = detail::sum_each_list(lists, device,
                                    kernels::SpreadTerm{a, detail::data<double>(ties), weights.data(), sums.data()});
  }
  Array<TargetMoments> moments(static_cast<std::size_t>(lists.count()), device);
  detail::for_each_index(device, lists.count(), 1,
                         kernels::TargetMomentsOf{sums.data(), spreads.data(), lists.on(device), moments.data()});
  return {values, weights, moments};
}

struct TellSpearman {
  void operator()(RecordDetails& details, const SpearmanOptions& options) const {
    details.list_loss->normalizes_soft_ranks = options.normalization == Normalization::soft_ranks;
    details.add_unless(Normalization::hard_ranks, "normalization", options.normalization);
    details.add_unless(TargetRanks::average, "target_ranks", options.target_ranks);
    details.add_unless(PlaceWeights::equal, "place_weights", options.place_weights);
    if (options.target_ranks == TargetRanks::gains) {
      details.add("gain", options.gain);
    }
  }
};

Tensor of_prepared(Operand ranks, const Tensor& targets, const Targets& prepared, const Lists& lists,
                   const SpearmanOptions& options) {
  const Device device = ranks->device();
  const Tensor in_double = detail::constant_in_double(ranks);
  const detail::SpearmanTerms terms = {detail::data<double>(in_double), detail::data<double>(prepared.values),
                                       prepared.weights.data(), prepared.moments.data(), lists.on(device)};
  const ListLosses losses(lists, device);
  const auto sums = detail::sum_each_list(lists, device, kernels::SpearmanTerm{terms});
  const Array<detail::SpearmanOfList> found(static_cast<std::size_t>(lists.count()), device);
  detail::for_each_index(
      device, lists.count(), 1,
      kernels::SpearmanLists{terms, sums.data(), options.normalization, found.data(), losses.found()});
  detail::for_each_document(lists, device, kernels::SpearmanDerivative{terms, found.data(), losses.derivative()});
  return detail::reduced_loss(spearman_operation, ranks, targets, losses, options, TellSpearman{});
}

Lists checked(const char* operation, Operand documents, Operand targets, const Groups* groups,
              const SpearmanOptions& options) {
  Lists lists = detail::lists_of_loss(operation, documents, targets, groups, options.weights);
  detail::check_relaxed_rank(operation, documents, ranks_of(options));
  if (options.target_ranks == TargetRanks::gains) {
    detail::check_not_negative(operation, targets, "labels must not be negative to have a gain");
  }
  return lists;
}

Tensor loss_of_scores(Operand predictions, Operand targets, const Groups* groups, const SpearmanOptions& options) {
  const Lists lists = checked(of_scores, predictions, targets, groups, options);
  const Targets prepared = prepare(targets, lists, options);  // first: rank_diagnostics() is of the predictions
  const Tensor ranks = detail::relaxed_ranks(predictions, lists, ranks_of(options));
  return of_prepared(Operand(ranks, predictions.where()), targets, prepared, lists, options);
}

Tensor loss_of_ranks(Operand ranks, Operand targets, const Groups* groups, const SpearmanOptions& options) {
  const Lists lists = checked(of_ranks, ranks, targets, groups, options);
  return of_prepared(ranks, targets, prepare(targets, lists, options), lists, options);
}

}  // namespace

Tensor spearman_loss(Operand predictions, Operand targets, double regularization_strength) {
  return spearman_loss(predictions, targets, {.rank = {.regularization_strength = regularization_strength}});
}

Tensor spearman_loss(Operand predictions, Operand targets, const SpearmanOptions& options) {
  return loss_of_scores(predictions, targets, nullptr, options);
}

Tensor spearman_loss(Operand predictions, Operand targets, const Groups& groups, const SpearmanOptions& options) {
  return loss_of_scores(predictions, targets, &groups, options);
}

Tensor spearman_of_ranks(Operand ranks, Operand targets, const SpearmanOptions& options) {
  return loss_of_ranks(ranks, targets, nullptr, options);
}

Tensor spearman_of_ranks(Operand ranks, Operand targets, const Groups& groups, const SpearmanOptions& options) {
  return loss_of_ranks(ranks, targets, &groups, options);
}

}  // namespace ranktape
