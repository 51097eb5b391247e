#pragma once

#include <ranktape/core/operation.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/loss/reduction.hpp>

#include <vector>

// Internal: where the gradients of losses of soft ranks are checked.
namespace ranktape::detail {

/// `loss(ranks, targets, groups or null, weights)` on rows, and on ragged lists (some without information) with weights
/// of queries and documents. The ranks are some between 1 and the lists' lengths, all different.
template <class Loss>
void add_rank_loss_examples(std::vector<OperationExample>& examples, Random& random, const Loss& loss) {
  constexpr TensorOptions in_double = {.dtype = DType::float64};
  const Tensor targets = Tensor::from({2, 0, 1, 1, 0, 3, 1, 1, 1, 0, 2, 0, 4, 0, 0}, in_double);
  const LossWeights weights = {
      .queries = Tensor::from({0.5, 1, 1, 1, 2, 1}, in_double),
      .documents = Tensor::from({1, 0.5, 2, 1, 0, 1, 1, 1, 1, 1.5, 0.3, 2, 0.7, 1, 1}, in_double)};
  examples.push_back({{Tensor::uniform(Shape{15}, 1, 5, random, in_double)}, [=](std::span<const Tensor> x) {
                        const Device device = x[0].device();
                        const Groups groups = Groups::from_sizes({5, 0, 1, 3, 4, 2});
                        return loss(x[0], targets.to(device), &groups,
                                    LossWeights{weights.queries.to(device), weights.documents.to(device)});
                      }});
  const Tensor of_rows = Tensor::from({2, 0, 1, 1, 0, 3, 1, 1, 1, 0, 2, 0, 4, 0, 0}, Shape{3, 5}, in_double);
  examples.push_back({{Tensor::uniform(Shape{3, 5}, 1, 5, random, in_double)}, [=](std::span<const Tensor> x) {
                        return loss(x[0], of_rows.to(x[0].device()), nullptr, LossWeights{});
                      }});
}

}  // namespace ranktape::detail
