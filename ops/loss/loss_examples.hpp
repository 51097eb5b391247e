#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/operation.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/loss/reduction.hpp>

#include <initializer_list>
#include <vector>

// Internal: where the gradients of losses over lists are checked.
namespace ranktape::detail {

template <class Options>
using LossOfRows = Tensor (*)(Operand predictions, Operand targets, const Options& options);
template <class Options>
using LossOfGroups = Tensor (*)(Operand predictions, Operand targets, const Groups& groups, const Options& options);

/// Each of the options with each reduction, over ragged groups with ties, an empty list, a single document and constant
/// targets, with weights; and over rows, without.
template <class Options>
std::vector<OperationExample> loss_examples(Random& random, LossOfRows<Options> rows, LossOfGroups<Options> groups,
                                            std::initializer_list<Options> all_options) {
  const TensorOptions f64 = {.dtype = DType::float64};
  const Tensor targets = Tensor::from({2, 0, 1, 1, 0, 3, 1, 1, 1, 0, 2, 0, 4}, f64);
  const Tensor weights = Tensor::from({1, 0.5, 2, 0.3, 1, 1, 0.7, 2, 1, 0, 1.5, 0.2, 3}, f64);
  const Tensor query_weights = Tensor::from({0.5, 1, 3, 2, 1.5}, f64);
  const Tensor row_targets = Tensor::from({1, 0, 2, 0, 0, 1, 1, 0}, Shape{2, 4}, f64);
  std::vector<OperationExample> examples;
  for (const Options& given : all_options) {
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
      Options options = given;
      options.reduction = reduction;
      examples.push_back({{Tensor::randn(Shape{2, 4}, random, f64)}, [=](std::span<const Tensor> x) {
                            return rows(x[0], row_targets.to(x[0].device()), options);
                          }});
      examples.push_back({{Tensor::randn(Shape{13}, random, f64)}, [=](std::span<const Tensor> x) {
                            const Device device = x[0].device();
                            Options weighted = options;
                            weighted.weights = {query_weights.to(device), weights.to(device)};
                            return groups(x[0], targets.to(device), Groups::from_sizes({5, 0, 1, 3, 4}), weighted);
                          }});
    }
  }
  return examples;
}

}  // namespace ranktape::detail
