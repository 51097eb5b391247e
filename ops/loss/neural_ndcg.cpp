// The mathematics is in neural_ndcg_kernels.hpp.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/ops/loss/gains.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/list_passes.hpp>
#include <ranktape/ops/loss/neural_ndcg.hpp>
#include <ranktape/ops/loss/neural_ndcg_kernels.hpp>
#include <ranktape/ops/loss/rank_loss_examples.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/temperature.hpp>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;
using detail::kernels::NeuralNdcg;

constexpr const char* name = "neural_ndcg_loss";

const Operation neural_ndcg_operation(name, [](Random& random) {
  std::vector<OperationExample> examples;
  for (const std::int64_t iterations : {0, 1, 20}) {
    for (const std::int64_t k : {0, 2}) {
      detail::add_rank_loss_examples(
          examples, random, [=](Operand scores, Operand targets, const Groups* groups, const LossWeights& weights) {
            const NeuralNdcgOptions options = {
                .temperature = 2, .k = k, .iterations = iterations, .tolerance = 0, .weights = weights};
            return groups == nullptr ? neural_ndcg_loss(scores, targets, options)
                                     : neural_ndcg_loss(scores, targets, *groups, options);
          });
    }
  }
  return examples;
});

Lists checked(Operand predictions, Operand targets, const Groups* groups, const NeuralNdcgOptions& options) {
  if (options.k < 0) {
    detail::fail<NumericError>(predictions.where(), name, "k is {}; it must be a number of places, or 0 for all",
                               options.k);
  }
  if (options.iterations < 0 || !(options.tolerance >= 0)) {
    detail::fail<NumericError>(predictions.where(), name,
                               "{} iterations with a tolerance of {} are asked for; neither may be negative",
                               options.iterations, options.tolerance);
  }
  Lists lists = detail::lists_of_loss(name, predictions, targets, groups, options.weights);
  detail::check_temperature(name, predictions, options.temperature);
  detail::check_not_negative(name, targets, "labels must not be negative to have a gain");
  return lists;
}

void run(NeuralNdcg kernel, const Lists& lists, Device device) {
  const std::int64_t each = NeuralNdcg::memory_of(lists.longest(), kernel.iterations);
  if (device == Device::accelerator) {
    const Array<double> memory(static_cast<std::size_t>(each * lists.count()), device);
    kernel.memory = memory.data();
    kernel.each = each;
    detail::launch(lists.count(), kernel);
    return;
  }
  const auto n = static_cast<double>(lists.longest());
  const double nanoseconds_each = n * n * static_cast<double>(kernel.iterations + 10);
  detail::parallel_ranges(lists.count(), nanoseconds_each, [&](std::int64_t first, std::int64_t last) {
    const Array<double> memory(static_cast<std::size_t>(each));
    NeuralNdcg own = kernel;
    own.memory = memory.data();
    own.each = 0;
    for (std::int64_t list = first; list < last; ++list) {
      own(list);
    }
  });
}

Tensor loss_of(Operand predictions, Operand targets, const Groups* groups, const NeuralNdcgOptions& options) {
  const Lists lists = checked(predictions, targets, groups, options);
  const Device device = predictions->device();
  const Tensor scores = detail::constant_in_double(predictions);
  const detail::NormalisedGains gains =
      detail::normalised_gains(detail::constant_in_double(targets),
                               detail::constant_in_double(options.weights.documents), lists, options.gain, options.k);
  const Array<double> inverse = detail::inverse_temperatures(
      predictions, lists, {.temperature = options.temperature, .temperature_unit = options.temperature_unit});
  const detail::ListLosses losses(lists, device);
  run({.scores = detail::data<double>(scores),
       .gains = detail::data<double>(gains.of_documents),
       .of_gains = gains.of_lists.data(),
       .inverse_temperatures = inverse.data(),
       .lists = lists.on(device),
       .k = options.k,
       .iterations = options.iterations,
       .tolerance = options.tolerance,
       .memory = nullptr,
       .each = 0,
       .found = losses.found(),
       .derivative = losses.derivative()},
      lists, device);
  return detail::reduced_loss(neural_ndcg_operation, predictions, targets, losses, options,
                              [](RecordDetails& details, const NeuralNdcgOptions& told) {
                                const NeuralNdcgOptions usual = {};
                                details.add("temperature", told.temperature);
                                details.add_unless(usual.temperature_unit, "temperature_unit", told.temperature_unit);
                                details.add_unless(usual.gain, "gain", told.gain);
                                details.add_unless(usual.k, "k", told.k);
                                details.add_unless(usual.iterations, "iterations", told.iterations);
                                details.add_unless(usual.tolerance, "tolerance", told.tolerance);
                              });
}

}  // namespace

Tensor neural_ndcg_loss(Operand predictions, Operand targets, const NeuralNdcgOptions& options) {
  return loss_of(predictions, targets, nullptr, options);
}

Tensor neural_ndcg_loss(Operand predictions, Operand targets, const Groups& groups, const NeuralNdcgOptions& options) {
  return loss_of(predictions, targets, &groups, options);
}

}  // namespace ranktape
