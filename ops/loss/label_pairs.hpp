#pragma once

#include <ranktape/core/operation.hpp>
#include <ranktape/ops/loss/pair_loss.hpp>

// Internal: losses over the pairs y_i > y_j, with kinds of pairs that stand on LabelOrder.
namespace ranktape::detail {

/// What such a loss is given, beside the kind of pair.
struct LabelPairInputs {
  Operand predictions;
  Operand targets;
  const Lists& lists;
  const LossWeights& weights;
  PairReduction reduction;
};

template <class Scalar, class Pairs>
void write_label_pairs(const LabelPairInputs& inputs, const Pairs& kind, const ListLosses& losses, std::int64_t first,
                       std::int64_t last) {
  const Lists& lists = inputs.lists;
  const PairWorkspace<Scalar> work(lists.longest());
  const auto weights = view_weights<Scalar>(inputs.weights.documents);
  for (std::int64_t list = first; list < last; ++list) {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    sort_decreasing(data<Scalar>(inputs.targets) + begin, static_cast<std::size_t>(n), 1, work.keys.data(),
                    work.labels.data(), work.order.data());
    if (n < 2 || work.labels[0] == work.labels.data()[n - 1]) {
      write_nothing(losses, list, begin, n);
      continue;
    }
    work.pad(work.labels, n);
    work.gather(data<Scalar>(inputs.predictions) + begin, n, work.scores);
    work.gather(weights.from(begin), n, work.weights);
    Pairs pairs = kind;
    static_cast<LabelOrder&>(pairs) = {work.scores.data(), work.labels.data(), work.weights.data(), n};
    write_pairs(work, pairs, inputs.reduction, losses, list, begin);
  }
}

template <class Scalar, class Pairs>
void write_label_pairs_on_accelerator(const LabelPairInputs& inputs, const Pairs& kind, const ListLosses& losses) {
  const DeviceOrder labels = sort_on_accelerator(inputs.targets, inputs.lists, 1);
  const PairsOnAccelerator gathered =
      gather_pairs<Scalar>(inputs.lists, labels.order, inputs.predictions, inputs.weights.documents);
  Pairs pairs = kind;
  static_cast<LabelOrder&>(pairs) = {gathered.scores.data(), labels.sorted.data(), gathered.weights.data(), 0};
  write_pairs_on_accelerator(inputs.lists, pairs, labels.order, labels.sorted.data(), inputs.reduction, losses);
}

template <class Pairs>
ListLosses label_pair_losses(const LabelPairInputs& inputs, const Pairs& kind) {
  ListLosses losses(inputs.lists, inputs.predictions->device());
  dispatch(inputs.predictions->dtype(), [&]<class Scalar>() {
    if (inputs.predictions->device() == Device::accelerator) {
      write_label_pairs_on_accelerator<Scalar>(inputs, kind, losses);
    } else {
      parallel_ranges(
          inputs.lists.count(), nanoseconds_of_pairs(inputs.lists),
          [&](std::int64_t first, std::int64_t last) { write_label_pairs<Scalar>(inputs, kind, losses, first, last); });
    }
  });
  return losses;
}

/// The loss from checks to record. `tell` is reduced_loss's.
template <class Pairs, class Options, class Tell>
Tensor label_pair_loss(const Operation& operation, Operand predictions, Operand targets, const Groups* groups,
                       const Pairs& kind, const Options& options, const Tell& tell) {
  const Lists lists = lists_of_loss(operation.name(), predictions, targets, groups, options.weights);
  const ListLosses losses =
      label_pair_losses({predictions, targets, lists, options.weights, {.terms = options.terms}}, kind);
  return reduced_loss(operation, predictions, targets, losses, options, tell);
}

}  // namespace ranktape::detail
