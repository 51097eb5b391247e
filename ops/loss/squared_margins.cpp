// pairwise_squared_loss and margin_mse_loss; the mathematics is in squared_margins_kernels.hpp.

#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/loss/label_pairs.hpp>
#include <ranktape/ops/loss/loss_examples.hpp>
#include <ranktape/ops/loss/pairwise.hpp>
#include <ranktape/ops/loss/squared_margins_kernels.hpp>

namespace ranktape {
namespace {

using detail::Array;
using detail::ListLosses;
using detail::Lists;
using detail::Margins;
using detail::MarginSums;

template <class Scalar>
void write_on_cpu(const Lists& lists, const Margins<Scalar>& margins, TermReduction terms, const ListLosses& losses) {
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    const double total = detail::sum_of(static_cast<std::size_t>(n), [&](std::size_t i) {
      return margins.error(begin + static_cast<std::int64_t>(i));
    });
    const double mean = total / static_cast<double>(n);
    MarginSums sums;
    for (std::int64_t i = begin; i < begin + n; ++i) {
      sums += margins.terms(i, mean);
    }
    const detail::TermsOfList found = sums.reduce(n, terms);
    losses.found()[list] = found.list;
    for (std::int64_t i = begin; i < begin + n; ++i) {
      losses.derivative()[i] = found.scale * margins.derivative(i, mean, sums, n);
    }
  }
}

template <class Scalar>
void write_on_accelerator(const Lists& lists, const Margins<Scalar>& margins, TermReduction terms,
                          const ListLosses& losses) {
  namespace kernels = detail::kernels;
  const detail::ListOffsets where = lists.on_accelerator();
  const detail::ListEntries entries = lists.entries_on_accelerator();
  const auto totals = detail::sums_of_lists(entries, kernels::MarginError<Scalar>{margins});
  const auto sums = detail::sums_of_lists(entries, kernels::MarginTerm<Scalar>{margins, where, totals.data()});
  const Array<detail::TermsOfList> found(static_cast<std::size_t>(lists.count()), Device::accelerator);
  detail::launch(lists.count(), kernels::MarginLists{sums.data(), where, terms, found.data(), losses.found()});
  detail::launch(lists.documents(), kernels::MarginDerivative<Scalar>{margins, where, totals.data(), sums.data(),
                                                                      found.data(), losses.derivative()});
}

template <class Options>
Tensor all_pairs(const Operation& operation, Operand predictions, Operand targets, const Groups* groups,
                 const Options& options, const char* called) {
  const Lists lists = detail::lists_of_loss(operation.name(), predictions, targets, groups, options.weights, called);
  const ListLosses losses(lists, predictions->device());
  detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    const Margins<Scalar> margins = {detail::data<Scalar>(predictions), detail::data<Scalar>(targets),
                                     detail::view_weights<Scalar>(options.weights.documents)};
    const auto& write =
        predictions->device() == Device::accelerator ? write_on_accelerator<Scalar> : write_on_cpu<Scalar>;
    write(lists, margins, options.terms, losses);
  });
  return detail::reduced_loss(operation, predictions, targets, losses, options);
}

const Operation squared_operation("pairwise_squared_loss", [](Random& random) {
  return detail::loss_examples<PairwiseSquaredOptions>(random, pairwise_squared_loss, pairwise_squared_loss,
                                                       {{},
                                                        {.terms = TermReduction::batch_mean},
                                                        {.equal_targets = false, .terms = TermReduction::sum},
                                                        {.equal_targets = false}});
});

const Operation margin_mse_operation("margin_mse_loss", [](Random& random) {
  return detail::loss_examples<MarginMseOptions>(random, margin_mse_loss, margin_mse_loss,
                                                 {{}, {.terms = TermReduction::sum}});
});

Tensor squared_of(Operand predictions, Operand targets, const Groups* groups, const PairwiseSquaredOptions& options) {
  if (options.equal_targets) {
    return all_pairs(squared_operation, predictions, targets, groups, options, "targets");
  }
  return detail::label_pair_loss(squared_operation, predictions, targets, groups, detail::SquaredPairs{}, options,
                                 [](RecordDetails& details, const PairwiseSquaredOptions& told) {
                                   details.add("equal_targets", told.equal_targets);
                                 });
}

}  // namespace

Tensor pairwise_squared_loss(Operand predictions, Operand targets, const PairwiseSquaredOptions& options) {
  return squared_of(predictions, targets, nullptr, options);
}
Tensor pairwise_squared_loss(Operand predictions, Operand targets, const Groups& groups,
                             const PairwiseSquaredOptions& options) {
  return squared_of(predictions, targets, &groups, options);
}
Tensor margin_mse_loss(Operand predictions, Operand teacher, const MarginMseOptions& options) {
  return all_pairs(margin_mse_operation, predictions, teacher, nullptr, options, "teacher");
}
Tensor margin_mse_loss(Operand predictions, Operand teacher, const Groups& groups, const MarginMseOptions& options) {
  return all_pairs(margin_mse_operation, predictions, teacher, &groups, options, "teacher");
}

}  // namespace ranktape
