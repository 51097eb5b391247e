// The mathematics is in soft_top_k_kernels.hpp; the chain through the memberships is lapsum_top_k's.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/ops/loss/gains.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/list_passes.hpp>
#include <ranktape/ops/loss/rank_loss_examples.hpp>
#include <ranktape/ops/loss/soft_top_k.hpp>
#include <ranktape/ops/loss/soft_top_k_kernels.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;
namespace kernels = detail::kernels;

constexpr const char* precision = "soft_precision_loss";
constexpr const char* recall = "soft_recall_loss";

using RowsLoss = Tensor (*)(Operand, Operand, const SoftTopKOptions&);
using GroupsLoss = Tensor (*)(Operand, Operand, const Groups&, const SoftTopKOptions&);

template <RowsLoss OfRows, GroupsLoss OfGroups>
std::vector<OperationExample> examples_of(Random& random) {
  std::vector<OperationExample> examples;
  for (const std::int64_t k : {1, 3}) {
    detail::add_rank_loss_examples(
        examples, random, [k](Operand scores, Operand targets, const Groups* groups, const LossWeights& weights) {
          const SoftTopKOptions options = {.k = k, .weights = weights};
          return groups == nullptr ? OfRows(scores, targets, options) : OfGroups(scores, targets, *groups, options);
        });
  }
  return examples;
}

const Operation precision_operation(precision, examples_of<soft_precision_loss, soft_precision_loss>);
const Operation recall_operation(recall, examples_of<soft_recall_loss, soft_recall_loss>);

/// k for each list. lapsum_top_k wants less than there are documents: lists that have no more, whose memberships do not
/// matter, get any such number.
Tensor k_of_lists(const Lists& lists, std::int64_t k) {
  Tensor numbers = detail::make_tensor(Shape{lists.count()}, DType::float64, Device::cpu);
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t n = lists.size(list);
    detail::data<double>(numbers)[list] = n > k ? static_cast<double>(k) : static_cast<double>(n) / 2;
  }
  return numbers;
}

Tensor memberships(Operand scores, const Groups* groups, const Lists& lists, const SoftTopKOptions& options) {
  const Tensor in_double = scores->to(DType::float64);
  const Operand values(in_double, scores.where());
  const Tensor k = k_of_lists(lists, options.k);
  const Tensor factor = detail::number(1);
  const RelaxationOptions relaxation = {.temperature = options.temperature,
                                        .temperature_unit = options.temperature_unit};
  return groups == nullptr ? lapsum_top_k(values, k, factor, relaxation)
                           : lapsum_top_k(values, *groups, k, factor, relaxation);
}

Tensor loss_of(const Operation& operation, bool is_recall, Operand predictions, Operand targets, const Groups* groups,
               const SoftTopKOptions& options) {
  if (options.k < 1) {
    detail::fail<NumericError>(predictions.where(), operation.name(), "k is {}; it must be at least 1", options.k);
  }
  if (!std::isfinite(options.relevant_label)) {
    detail::fail<NumericError>(predictions.where(), operation.name(),
                               "the least relevant label is {}; it must be finite", options.relevant_label);
  }
  const Lists lists = detail::lists_of_loss(operation.name(), predictions, targets, groups, options.weights);
  detail::check_temperature(operation.name(), predictions, options.temperature);
  const Tensor members = memberships(predictions, groups, lists, options);

  const Device device = predictions->device();
  const Tensor labels = detail::constant_in_double(targets);
  const Tensor weights = detail::constant_in_double(options.weights.documents);
  const detail::SoftTopKTerms terms = {detail::data<double>(members), detail::data<double>(labels),
                                       detail::weights_or_null(weights), options.relevant_label};
  const detail::ListLosses losses(lists, device);
  const auto sums = detail::sum_each_list(lists, device, kernels::SoftTopKTerm{terms});
  const Array<detail::SoftTopKOfList> found(static_cast<std::size_t>(lists.count()), device);
  detail::for_each_index(
      device, lists.count(), 1,
      kernels::SoftTopKLists{sums.data(), lists.on(device), options.k, is_recall, found.data(), losses.found()});
  detail::for_each_document(lists, device, kernels::SoftTopKDerivative{terms, found.data(), losses.derivative()});
  return detail::reduced_loss(operation, Operand(members, predictions.where()), targets, losses, options,
                              [](RecordDetails& details, const SoftTopKOptions& told) {
                                details.list_loss->takes_memberships = true;
                                details.add("k", told.k);
                                details.add_unless(SoftTopKOptions{}.relevant_label, "relevant_label",
                                                   told.relevant_label);
                              });
}

}  // namespace

Tensor soft_precision_loss(Operand predictions, Operand targets, const SoftTopKOptions& options) {
  return loss_of(precision_operation, false, predictions, targets, nullptr, options);
}

Tensor soft_precision_loss(Operand predictions, Operand targets, const Groups& groups, const SoftTopKOptions& options) {
  return loss_of(precision_operation, false, predictions, targets, &groups, options);
}

Tensor soft_recall_loss(Operand predictions, Operand targets, const SoftTopKOptions& options) {
  return loss_of(recall_operation, true, predictions, targets, nullptr, options);
}

Tensor soft_recall_loss(Operand predictions, Operand targets, const Groups& groups, const SoftTopKOptions& options) {
  return loss_of(recall_operation, true, predictions, targets, &groups, options);
}

}  // namespace ranktape
