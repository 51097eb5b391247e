#pragma once

#include "on_device.hpp"

#include <ranktape/ranktape.hpp>

#include <functional>
#include <string>
#include <vector>

// What tests of losses of soft ranks share.
namespace ranktape::tests {

using Values = std::vector<double>;

/// A loss whose options but these are chosen.
using RankLoss = std::function<Tensor(const Tensor& predictions, const Tensor& targets, const Groups& groups,
                                      const LossWeights& weights, Reduction reduction)>;

/// A loss with these options, to be given weights and reduction.
template <class Options>
RankLoss with(const Options& options, Tensor (*loss)(Operand, Operand, const Groups&, const Options&)) {
  return [=](const Tensor& predictions, const Tensor& targets, const Groups& groups, const LossWeights& weights,
             Reduction reduction) {
    Options all = options;
    all.weights = weights;
    all.reduction = reduction;
    return loss(predictions, targets, groups, all);
  };
}

struct NamedRankLoss {
  std::string name;
  RankLoss loss;
};

/// Every loss of soft ranks that draws no random numbers, and every kind of soft ranks.
inline std::vector<NamedRankLoss> all_rank_losses() {
  const RelaxedRankOptions lapsum = {.relaxation = RankRelaxation::lapsum, .temperature = 0.5};
  const RelaxedRankOptions kl = {.relaxation = RankRelaxation::kl};
  return {
      {"soft_ndcg", with(SoftNdcgOptions{}, soft_ndcg_loss)},
      {"soft_ndcg @3 linear", with(SoftNdcgOptions{.gain = Gain::linear, .k = 3}, soft_ndcg_loss)},
      {"soft_ndcg lapsum", with(SoftNdcgOptions{.rank = lapsum}, soft_ndcg_loss)},
      {"spearman", with(SpearmanOptions{}, spearman_loss)},
      {"spearman kl", with(SpearmanOptions{.relaxation = kl}, spearman_loss)},
      {"spearman soft", with(SpearmanOptions{.normalization = Normalization::soft_ranks,
                                             .target_ranks = TargetRanks::soft,
                                             .relaxation = lapsum},
                             spearman_loss)},
      {"spearman discount", with(SpearmanOptions{.place_weights = PlaceWeights::discount}, spearman_loss)},
      {"spearman gains", with(SpearmanOptions{.target_ranks = TargetRanks::gains}, spearman_loss)},
      {"reciprocal rank", with(ReciprocalRankOptions{.relevant_label = 2}, soft_reciprocal_rank_loss)},
      {"reciprocal rank sum",
       with(ReciprocalRankOptions{.rank = lapsum, .relevant = RelevantRanks::sum}, soft_reciprocal_rank_loss)},
      {"precision", with(SoftTopKOptions{.k = 3}, soft_precision_loss)},
      {"recall", with(SoftTopKOptions{.k = 2}, soft_recall_loss)},
      {"neural_ndcg", with(NeuralNdcgOptions{.temperature = 3, .k = 3}, neural_ndcg_loss)},
      {"mixture", with(RankMixtureOptions{.reciprocal_rank = 0.1}, rank_mixture_loss)},
  };
}

/// The value, and the gradient of the predictions, in double, unweighted.
struct ValueAndGradient {
  Values value;
  Values gradient;
};

inline ValueAndGradient value_and_gradient(const RankLoss& loss, const Values& predictions, const Values& targets,
                                           const Groups& groups, Reduction reduction = Reduction::mean,
                                           DType dtype = DType::float64) {
  const Tensor x = from(predictions, {.dtype = dtype, .requires_grad = true});
  const Tape tape;
  const Tensor value = loss(x, from(targets, {.dtype = dtype}), groups, {}, reduction);
  const Gradients gradients = value.backward({.cotangent = ones(value.shape(), {.dtype = dtype})});
  return {value.to_vector<double>(), gradients[x].to_vector<double>()};
}

}  // namespace ranktape::tests
