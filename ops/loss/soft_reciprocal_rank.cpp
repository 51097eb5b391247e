// The mathematics is in soft_reciprocal_rank_kernels.hpp; the chain through the soft ranks is theirs.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/ops/loss/gains.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/list_passes.hpp>
#include <ranktape/ops/loss/rank_loss_examples.hpp>
#include <ranktape/ops/loss/soft_reciprocal_rank_kernels.hpp>
#include <ranktape/ops/rank/relaxed_ranks.hpp>

#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;
namespace kernels = detail::kernels;

constexpr const char* of_ranks = "reciprocal_rank_of_ranks";
constexpr const char* of_scores = "soft_reciprocal_rank_loss";

const Operation reciprocal_rank_operation(of_ranks, [](Random& random) {
  std::vector<OperationExample> examples;
  for (const RelevantRanks relevant : {RelevantRanks::best, RelevantRanks::sum}) {
    for (const double relevant_label : {1.0, 2.0}) {
      detail::add_rank_loss_examples(
          examples, random, [=](Operand ranks, Operand targets, const Groups* groups, const LossWeights& weights) {
            const ReciprocalRankOptions options = {
                .relevant = relevant, .relevant_label = relevant_label, .weights = weights};
            return groups == nullptr ? reciprocal_rank_of_ranks(ranks, targets, options)
                                     : reciprocal_rank_of_ranks(ranks, targets, *groups, options);
          });
    }
  }
  return examples;
});

Lists checked(const char* operation, Operand documents, Operand targets, const Groups* groups,
              const ReciprocalRankOptions& options) {
  if (!std::isfinite(options.relevant_label)) {
    detail::fail<NumericError>(documents.where(), operation, "the least relevant label is {}; it must be finite",
                               options.relevant_label);
  }
  return detail::lists_of_loss(operation, documents, targets, groups, options.weights);
}

Tensor of_checked_ranks(Operand ranks, const Tensor& targets, const Lists& lists,
                        const ReciprocalRankOptions& options) {
  const Device device = ranks->device();
  const Tensor in_double = detail::constant_in_double(ranks);
  const Tensor labels = detail::constant_in_double(targets);
  const Tensor weights = detail::constant_in_double(options.weights.documents);
  const detail::ReciprocalTerms terms = {detail::data<double>(in_double), detail::data<double>(labels),
                                         detail::weights_or_null(weights), options.relevant_label};
  const detail::ListLosses losses(lists, device);
  const auto sums = detail::sum_each_list(lists, device, kernels::ReciprocalTerm{terms});
  Array<double> attained;
  if (options.relevant == RelevantRanks::best) {
    attained = detail::sum_each_list(lists, device, kernels::BestTerm{terms, sums.data()});
  }
  detail::for_each_index(device, lists.count(), 1,
                         kernels::ReciprocalLists{sums.data(), lists.on(device), options.relevant, losses.found()});
  detail::for_each_document(
      lists, device,
      kernels::ReciprocalDerivative{terms, sums.data(), attained.data(), losses.found(), losses.derivative()});
  return detail::reduced_loss(reciprocal_rank_operation, ranks, targets, losses, options,
                              [](RecordDetails& details, const ReciprocalRankOptions& told) {
                                const ReciprocalRankOptions usual = {};
                                details.add_unless(usual.relevant, "relevant", told.relevant);
                                details.add_unless(usual.relevant_label, "relevant_label", told.relevant_label);
                              });
}

Tensor loss_of_scores(Operand predictions, Operand targets, const Groups* groups,
                      const ReciprocalRankOptions& options) {
  const Lists lists = checked(of_scores, predictions, targets, groups, options);
  RelaxedRankOptions rank = options.rank;
  rank.direction = Direction::descending;
  detail::check_relaxed_rank(of_scores, predictions, rank);
  const Tensor ranks = detail::relaxed_ranks(predictions, lists, rank);
  return of_checked_ranks(Operand(ranks, predictions.where()), targets, lists, options);
}

}  // namespace

Tensor soft_reciprocal_rank_loss(Operand predictions, Operand targets, const ReciprocalRankOptions& options) {
  return loss_of_scores(predictions, targets, nullptr, options);
}

Tensor soft_reciprocal_rank_loss(Operand predictions, Operand targets, const Groups& groups,
                                 const ReciprocalRankOptions& options) {
  return loss_of_scores(predictions, targets, &groups, options);
}

Tensor reciprocal_rank_of_ranks(Operand ranks, Operand targets, const ReciprocalRankOptions& options) {
  return of_checked_ranks(ranks, targets, checked(of_ranks, ranks, targets, nullptr, options), options);
}

Tensor reciprocal_rank_of_ranks(Operand ranks, Operand targets, const Groups& groups,
                                const ReciprocalRankOptions& options) {
  return of_checked_ranks(ranks, targets, checked(of_ranks, ranks, targets, &groups, options), options);
}

}  // namespace ranktape
