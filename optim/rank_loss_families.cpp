#include <ranktape/ops/loss/neural_ndcg.hpp>
#include <ranktape/ops/loss/soft_ndcg.hpp>
#include <ranktape/ops/loss/soft_reciprocal_rank.hpp>
#include <ranktape/ops/loss/soft_top_k.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/optim/loss_families.hpp>

#include <array>

namespace ranktape::detail {

RelaxedRankOptions ranks_of(LossArguments& arguments, RelaxedRankOptions otherwise) {
  otherwise.relaxation = arguments.choice<RankRelaxation>("relaxation",
                                                          {{"l2", RankRelaxation::l2},
                                                           {"kl", RankRelaxation::kl},
                                                           {"lapsum", RankRelaxation::lapsum},
                                                           {"sigmoid", RankRelaxation::sigmoid}},
                                                          otherwise.relaxation);
  otherwise.temperature = arguments.positive_number("temperature", otherwise.temperature);
  otherwise.temperature_unit = arguments.choice<StrengthUnit>(
      "temperature_unit",
      {{"absolute", StrengthUnit::absolute}, {"per_item", StrengthUnit::per_item}, {"spread", StrengthUnit::spread}},
      otherwise.temperature_unit);
  return otherwise;
}

namespace {

Gain gain_of(LossArguments& arguments) {
  return arguments.choice<Gain>("gain", {{"exponential", Gain::exponential}, {"linear", Gain::linear}},
                                Gain::exponential);
}

NamedLoss make_spearman(LossArguments& arguments) {
  SpearmanOptions options;
  options.normalization = arguments.choice<Normalization>(
      "normalization", {{"hard_ranks", Normalization::hard_ranks}, {"soft_ranks", Normalization::soft_ranks}},
      options.normalization);
  const RelaxedRankOptions ranks = ranks_of(arguments, {.relaxation = RankRelaxation::l2,
                                                        .temperature = options.rank.regularization_strength,
                                                        .temperature_unit = options.rank.strength_unit});
  options.relaxation = ranks;
  options.target_ranks = arguments.choice<TargetRanks>(
      "target_ranks", {{"average", TargetRanks::average}, {"soft", TargetRanks::soft}, {"gains", TargetRanks::gains}},
      options.target_ranks);
  options.place_weights = arguments.choice<PlaceWeights>(
      "place_weights", {{"equal", PlaceWeights::equal}, {"top", PlaceWeights::top}}, options.place_weights);
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

}  // namespace
}  // namespace ranktape::detail
