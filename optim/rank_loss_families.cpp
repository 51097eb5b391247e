#include <ranktape/ops/loss/describe_options.hpp>
#include <ranktape/ops/loss/neural_ndcg.hpp>
#include <ranktape/ops/loss/soft_ndcg.hpp>
#include <ranktape/ops/loss/soft_reciprocal_rank.hpp>
#include <ranktape/ops/loss/soft_top_k.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/metrics/options.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/optim/loss_families.hpp>

#include <array>

namespace ranktape::detail {

namespace {

StrengthUnit unit_of(LossArguments& arguments, StrengthUnit otherwise) {
  return arguments.choice<StrengthUnit>(
      "temperature_unit", {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}, otherwise);
}

RankRelaxation relaxation_of(LossArguments& arguments, RankRelaxation otherwise) {
  return arguments.choice<RankRelaxation>("relaxation",
                                          {{"l2", RankRelaxation::l2},
                                           {"kl", RankRelaxation::kl},
                                           {"lapsum", RankRelaxation::lapsum},
                                           {"sigmoid", RankRelaxation::sigmoid}},
                                          otherwise);
}

RelaxedRankOptions temperature_of(LossArguments& arguments, RelaxedRankOptions otherwise) {
  otherwise.temperature = arguments.positive_number("temperature", otherwise.temperature);
  otherwise.temperature_unit = unit_of(arguments, otherwise.temperature_unit);
  return otherwise;
}

}  // namespace

RelaxedRankOptions ranks_of(LossArguments& arguments, RelaxedRankOptions otherwise) {
  otherwise.relaxation = relaxation_of(arguments, otherwise.relaxation);
  return temperature_of(arguments, otherwise);
}

Gain gain_of(LossArguments& arguments) {
  return arguments.choice<Gain>("gain", {Gain::exponential, Gain::linear}, Gain::exponential);
}

PlaceWeights place_weights_of(LossArguments& arguments, PlaceWeights otherwise) {
  return arguments.choice<PlaceWeights>(
      "place_weights", {PlaceWeights::equal, PlaceWeights::discount, PlaceWeights::exponential}, otherwise);
}

namespace {

NamedLoss make_spearman(LossArguments& arguments) {
  SpearmanOptions options;
  options.normalization = arguments.choice<Normalization>(
      "normalization", {Normalization::hard_ranks, Normalization::soft_ranks}, options.normalization);
  // Measured: a strength of 32 / n for ranks that pool, and for the others a temperature of 10 that knows no n.
  const RankRelaxation relaxation = relaxation_of(arguments, RankRelaxation::l2);
  const bool pools = relaxation == RankRelaxation::l2 || relaxation == RankRelaxation::kl;
  const RelaxedRankOptions usual = pools ? RelaxedRankOptions{.relaxation = relaxation,
                                                              .temperature = options.rank.regularization_strength,
                                                              .temperature_unit = options.rank.strength_unit}
                                         : RelaxedRankOptions{.relaxation = relaxation, .temperature = 10};
  const RelaxedRankOptions ranks = temperature_of(arguments, usual);
  options.relaxation = ranks;
  options.target_ranks = arguments.choice<TargetRanks>(
      "target_ranks", {TargetRanks::average, TargetRanks::soft, TargetRanks::gains}, options.target_ranks);
  options.place_weights = place_weights_of(arguments, options.place_weights);
  return {.loss = with_weights(&spearman_loss, options),
          .ranks = ranks,
          .normalizes_soft_ranks = options.normalization == Normalization::soft_ranks};
}

void mix_spearman(LossArguments&, double weight, RankMixtureOptions& mixture) { mixture.spearman = weight; }

NamedLoss make_soft_ndcg(LossArguments& arguments) {
  SoftNdcgOptions options;
  options.rank = ranks_of(arguments, options.rank);
  options.gain = gain_of(arguments);
  options.k = arguments.count("k", options.k);
  options.truncation_width = arguments.positive_number("truncation_width", options.truncation_width);
  return {.loss = with_weights(&soft_ndcg_loss, options), .ranks = options.rank};
}

void mix_soft_ndcg(LossArguments& arguments, double weight, RankMixtureOptions& mixture) {
  mixture.ndcg = weight;
  mixture.gain = gain_of(arguments);
  mixture.k = arguments.count("k", mixture.k);
}

NamedLoss make_approx_ndcg(LossArguments& arguments) {
  SoftNdcgOptions options = {.rank = {.relaxation = RankRelaxation::sigmoid, .temperature = 0.1}};
  options.rank.temperature = arguments.positive_number("temperature", options.rank.temperature);
  return {.loss = with_weights(&soft_ndcg_loss, options), .ranks = options.rank};
}

NamedLoss make_gumbel_approx_ndcg(LossArguments& arguments) {
  GumbelNdcgOptions options;
  options.ndcg.rank.temperature = arguments.positive_number("temperature", options.ndcg.rank.temperature);
  options.ndcg.gain = gain_of(arguments);
  options.samples = arguments.count("samples", options.samples, 1);
  options.noise_scale = arguments.number_from_zero("noise_scale", options.noise_scale);
  const RankingLoss loss = [options](const Tensor& predictions, const Batch& batch, Random& random) {
    GumbelNdcgOptions weighted = options;
    weighted.ndcg.weights = {batch.query_weights, batch.document_weights};
    return gumbel_approx_ndcg_loss(predictions, batch.targets, batch.groups, random, weighted);
  };
  return {.loss = loss, .ranks = options.ndcg.rank};
}

NamedLoss make_soft_mrr(LossArguments& arguments) {
  ReciprocalRankOptions options;
  options.rank = ranks_of(arguments, options.rank);
  options.relevant =
      arguments.choice<RelevantRanks>("relevant", {RelevantRanks::best, RelevantRanks::sum}, options.relevant);
  options.relevant_label = arguments.positive_number("relevant_label", options.relevant_label);
  return {.loss = with_weights(&soft_reciprocal_rank_loss, options), .ranks = options.rank};
}

void mix_soft_mrr(LossArguments&, double weight, RankMixtureOptions& mixture) { mixture.reciprocal_rank = weight; }

template <Tensor (*Loss)(Operand, Operand, const Groups&, const SoftTopKOptions&)>
NamedLoss make_top_k(LossArguments& arguments) {
  SoftTopKOptions options;
  options.k = arguments.count("k", options.k, 1);
  options.temperature = arguments.positive_number("temperature", options.temperature);
  options.temperature_unit = unit_of(arguments, options.temperature_unit);
  options.relevant_label = arguments.positive_number("relevant_label", options.relevant_label);
  return {.loss = with_weights(Loss, options)};
}

NamedLoss make_neural_ndcg(LossArguments& arguments) {
  NeuralNdcgOptions options;
  options.temperature = arguments.positive_number("temperature", options.temperature);
  options.temperature_unit = unit_of(arguments, options.temperature_unit);
  options.gain = gain_of(arguments);
  options.k = arguments.count("k", options.k);
  options.iterations = arguments.count("iterations", options.iterations);
  return {.loss = with_weights(&neural_ndcg_loss, options)};
}

}  // namespace

std::span<const LossFamily> rank_loss_families() {
  static constexpr std::array<LossFamily, 8> families = {{
      {"spearman", "1 - Spearman's rank correlation by soft ranks", make_spearman, mix_spearman},
      {"soft_ndcg", "1 - NDCG of soft ranks", make_soft_ndcg, mix_soft_ndcg},
      {"approx_ndcg", "soft_ndcg as TensorFlow Ranking's ApproxNDCG: sigmoid ranks, temperature 0.1", make_approx_ndcg},
      {"gumbel_approx_ndcg", "the mean of approx_ndcg over scores with Gumbel noise", make_gumbel_approx_ndcg},
      {"neural_ndcg", "1 - NDCG by NeuralSort's matrix; O(n^2)", make_neural_ndcg},
      {"soft_mrr", "1 - the reciprocal rank of the first relevant document, by soft ranks", make_soft_mrr,
       mix_soft_mrr},
      {"soft_precision", "1 - precision at k by soft memberships", make_top_k<soft_precision_loss>},
      {"soft_recall", "1 - recall at k by soft memberships", make_top_k<soft_recall_loss>},
  }};
  return families;
}

}  // namespace ranktape::detail
