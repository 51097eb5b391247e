// The mathematics is in listwise_formulas.hpp.

#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/loss/document_loss.hpp>
#include <ranktape/ops/loss/listwise.hpp>
#include <ranktape/ops/loss/listwise_formulas.hpp>
#include <ranktape/ops/loss/loss_examples.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

namespace ranktape {
namespace {

using detail::Array;
using detail::ListLosses;
using detail::Lists;

template <class Scalar>
Array<detail::LogSumExp> log_sum_exps(const Lists& lists, const Tensor& values) {
  const Scalar* const from = detail::data<Scalar>(values);
  if (values.device() == Device::accelerator) {
    return detail::sums_of_lists(lists.entries_on_accelerator(), detail::kernels::LogSumExpOf<Scalar>{from});
  }
  Array<detail::LogSumExp> found(static_cast<std::size_t>(lists.count()));
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    detail::LogSumExp sum;
    for (std::int64_t i = lists.begin(list); i < lists.begin(list) + lists.size(list); ++i) {
      sum += {static_cast<double>(from[i]), 1};
    }
    found.data()[list] = sum;
  }
  return found;
}

template <class Scalar>
ListLosses cross_entropies(Operand predictions, Operand targets, const Lists& lists, const Tensor& document_weights,
                           TermReduction terms, bool of_softmax) {
  const Array<detail::LogSumExp> of_predictions = log_sum_exps<Scalar>(lists, predictions);
  const Array<detail::LogSumExp> of_targets =
      of_softmax ? log_sum_exps<Scalar>(lists, targets) : Array<detail::LogSumExp>();
  const detail::CrossEntropy<Scalar> formula = {detail::data<Scalar>(predictions), detail::data<Scalar>(targets),
                                                detail::view_weights<Scalar>(document_weights), of_predictions.data(),
                                                of_targets.data()};
  return document_losses(lists, predictions->device(), formula, {.terms = terms});
}

const Operation listnet_operation("listnet_loss", [](Random& random) {
  return detail::loss_examples<ListNetOptions>(random, listnet_loss, listnet_loss, {{}});
});

Tensor listnet_of(Operand predictions, Operand targets, const Groups* groups, const ListNetOptions& options) {
  const Lists lists = detail::lists_of_loss("listnet_loss", predictions, targets, groups, options.weights);
  const ListLosses losses = detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    return cross_entropies<Scalar>(predictions, targets, lists, options.weights.documents, TermReduction::sum, true);
  });
  return detail::reduced_loss(listnet_operation, predictions, targets, losses, options);
}

const Operation softmax_operation("softmax_loss", [](Random& random) {
  return detail::loss_examples<SoftmaxOptions>(
      random, softmax_loss, softmax_loss, {{}, {.terms = TermReduction::mean}, {.terms = TermReduction::batch_mean}});
});

Tensor softmax_of(Operand predictions, Operand targets, const Groups* groups, const SoftmaxOptions& options) {
  const Lists lists = detail::lists_of_loss("softmax_loss", predictions, targets, groups, options.weights);
  detail::check_not_negative("softmax_loss", targets, "targets must not be negative");
  const ListLosses losses = detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    return cross_entropies<Scalar>(predictions, targets, lists, options.weights.documents, options.terms, false);
  });
  return detail::reduced_loss(softmax_operation, predictions, targets, losses, options);
}

const Operation listmle_operation("listmle_loss", [](Random& random) {
  return detail::loss_examples<ListMleOptions>(
      random, listmle_loss, listmle_loss,
      {{},
       {.place_weights = PlaceWeights::exponential, .terms = TermReduction::mean},
       {.place_weights = PlaceWeights::discount, .terms = TermReduction::batch_mean}});
});

/// The targets of all lists in decreasing order, on either device.
template <class Scalar>
detail::DeviceOrder sort_targets(const Lists& lists, const Tensor& targets) {
  if (targets.device() == Device::accelerator) {
    return detail::sort_on_accelerator(targets, lists, 1);
  }
  const auto documents = static_cast<std::size_t>(lists.documents());
  detail::DeviceOrder found = {Array<double>(documents), Array<std::uint32_t>(documents)};
  const auto keys = detail::key_memory<Scalar>(static_cast<std::size_t>(lists.longest()));
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    detail::sort_decreasing(detail::data<Scalar>(targets) + begin, static_cast<std::size_t>(lists.size(list)), 1,
                            keys.data(), found.sorted.data() + begin, found.order.data() + begin);
  }
  return found;
}

Tensor listmle_of(Operand predictions, Operand targets, const Groups* groups, const ListMleOptions& options) {
  const Lists lists = detail::lists_of_loss("listmle_loss", predictions, targets, groups, options.weights);
  const Device device = predictions->device();
  const ListLosses losses(lists, device);
  detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    constexpr double nanoseconds_per_document = 40;
    const detail::DeviceOrder sorted = sort_targets<Scalar>(lists, targets);
    const Array<double> tails(static_cast<std::size_t>(lists.documents()), device);
    detail::for_each_index(
        device, lists.count(),
        nanoseconds_per_document * static_cast<double>(lists.documents()) / static_cast<double>(lists.count() + 1),
        detail::kernels::ListMle<Scalar>{lists.on(device), sorted.sorted.data(), sorted.order.data(),
                                         detail::data<Scalar>(predictions),
                                         detail::view_weights<Scalar>(options.weights.documents), options.place_weights,
                                         options.terms, tails.data(), losses.found(), losses.derivative()});
  });
  return detail::reduced_loss(listmle_operation, predictions, targets, losses, options,
                              [](RecordDetails& details, const ListMleOptions& told) {
                                details.add_unless(PlaceWeights::equal, "place_weights", told.place_weights);
                              });
}

}  // namespace

Tensor listnet_loss(Operand predictions, Operand targets, const ListNetOptions& options) {
  return listnet_of(predictions, targets, nullptr, options);
}
Tensor listnet_loss(Operand predictions, Operand targets, const Groups& groups, const ListNetOptions& options) {
  return listnet_of(predictions, targets, &groups, options);
}
Tensor softmax_loss(Operand predictions, Operand targets, const SoftmaxOptions& options) {
  return softmax_of(predictions, targets, nullptr, options);
}
Tensor softmax_loss(Operand predictions, Operand targets, const Groups& groups, const SoftmaxOptions& options) {
  return softmax_of(predictions, targets, &groups, options);
}
Tensor listmle_loss(Operand predictions, Operand targets, const ListMleOptions& options) {
  return listmle_of(predictions, targets, nullptr, options);
}
Tensor listmle_loss(Operand predictions, Operand targets, const Groups& groups, const ListMleOptions& options) {
  return listmle_of(predictions, targets, &groups, options);
}

}  // namespace ranktape
