#include "worked_list.hpp"

#include <ranktape/core/inspect/details.hpp>
#include <ranktape/ranktape.hpp>

#include <algorithm>

namespace lessons {

using ranktape::DType;
using ranktape::Tensor;

Walk walk(const std::vector<double>& scores, double strength) {
  const Tensor x = Tensor::from(scores, {.dtype = DType::float64, .requires_grad = true});
  const Tensor targets = Tensor::from(labels, {.dtype = DType::float64});
  const Tensor hard_ranks = ranktape::rank(x);
  const ranktape::Tape tape;
  const Tensor soft_ranks = ranktape::soft_rank(x, {.regularization_strength = strength});
  const Tensor loss = ranktape::spearman_of_ranks(soft_ranks, targets);
  Walk walk = {.hard_ranks = hard_ranks.to_vector<double>(),
               .soft_ranks = soft_ranks.to_vector<double>(),
               .gradient = loss.backward()[x].to_vector<double>(),
               .loss = loss.item(),
               .hard_loss = ranktape::spearman_of_ranks(hard_ranks, targets).item(),
               .blocks = {}};

  const std::vector<std::uint32_t> block_numbers = tape.details(tape.records()[0]).ranking.value().blocks;
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) { return scores[i] > scores[j]; });
  for (std::size_t place = 0; place < count; ++place) {
    if (place == 0 || block_numbers[order[place]] != block_numbers[order[place - 1]]) walk.blocks.emplace_back();
    walk.blocks.back().push_back(order[place]);
  }
  return walk;
}

std::vector<std::vector<double>> train(double strength, double learning_rate, int steps) {
  Tensor x = Tensor::from(first_scores, {.dtype = DType::float64, .requires_grad = true});
  const Tensor targets = Tensor::from(labels, {.dtype = DType::float64});
  ranktape::Sgd optimizer({x}, {.learning_rate = learning_rate});
  std::vector<std::vector<double>> scores = {first_scores};
  for (int step = 0; step < steps; ++step) {
    const ranktape::Tape tape;
    optimizer.step(
        ranktape::spearman_of_ranks(ranktape::soft_rank(x, {.regularization_strength = strength}), targets).backward());
    scores.push_back(x.to_vector<double>());
  }
  return scores;
}

}  // namespace lessons
