#include "rank_losses.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

using namespace ranktape;
using tests::RankLoss;
using tests::Values;
using tests::with;

namespace {

template <class Enumeration>
Enumeration one_of(const nlohmann::json& name, const std::map<std::string, Enumeration>& names) {
  return names.at(name.get<std::string>());
}

StrengthUnit unit_of(const nlohmann::json& options) {
  return one_of<StrengthUnit>(
      options["temperature_unit"],
      {{"absolute", StrengthUnit::absolute}, {"per_item", StrengthUnit::per_item}, {"spread", StrengthUnit::spread}});
}

RelaxedRankOptions rank_of(const nlohmann::json& rank) {
  const Direction direction =
      rank.value("direction", "ascending") == "ascending" ? Direction::ascending : Direction::descending;
  return {one_of<RankRelaxation>(rank["relaxation"], {{"l2", RankRelaxation::l2},
                                                      {"kl", RankRelaxation::kl},
                                                      {"lapsum", RankRelaxation::lapsum},
                                                      {"sigmoid", RankRelaxation::sigmoid}}),
          rank["temperature"], unit_of(rank), direction};
}

Gain gain_of(const nlohmann::json& options) { return options["gain"] == "linear" ? Gain::linear : Gain::exponential; }

SoftNdcgOptions ndcg_of(const nlohmann::json& row) {
  const nlohmann::json& o = row["options"];
  return {.rank = rank_of(o["rank"]), .gain = gain_of(o), .k = o["k"], .truncation_width = o["truncation_width"]};
}

SpearmanOptions spearman_of(const nlohmann::json& row) {
  const nlohmann::json& o = row["options"];
  return {.normalization = one_of<Normalization>(o["normalization"], {{"hard_ranks", Normalization::hard_ranks},
                                                                      {"soft_ranks", Normalization::soft_ranks}}),
          .target_ranks = one_of<TargetRanks>(
              o["target_ranks"],
              {{"average", TargetRanks::average}, {"soft", TargetRanks::soft}, {"gains", TargetRanks::gains}}),
          .relaxation = rank_of(o["rank"]),
          .place_weights = o["place_weights"] == "discount" ? PlaceWeights::discount : PlaceWeights::equal,
          .gain = gain_of(o)};
}

SoftTopKOptions top_k_of(const nlohmann::json& row) {
  const nlohmann::json& o = row["options"];
  return {.k = o["k"],
          .temperature = o["temperature"],
          .temperature_unit = unit_of(o),
          .relevant_label = o["relevant_label"]};
}

NeuralNdcgOptions neural_of(const nlohmann::json& row) {
  const nlohmann::json& o = row["options"];
  return {.temperature = o["temperature"],
          .temperature_unit = unit_of(o),
          .gain = gain_of(o),
          .k = o["k"],
          .iterations = o["iterations"],
          .tolerance = o["tolerance"]};
}

RankMixtureOptions mixture_of(const nlohmann::json& row) {
  const nlohmann::json& o = row["options"];
  return {.rank = rank_of(o["rank"]),
          .ndcg = o["ndcg"],
          .spearman = o["spearman"],
          .reciprocal_rank = o["reciprocal_rank"],
          .gain = gain_of(o),
          .k = o["k"]};
}

RankLoss loss_of(const nlohmann::json& row) {
  const std::string name = row["loss"];
  if (name == "soft_ndcg") return with(ndcg_of(row), soft_ndcg_loss);
  if (name == "approx_ndcg") {
    return [](const Tensor& predictions, const Tensor& targets, const Groups& groups, const LossWeights& weights,
              Reduction reduction) { return approx_ndcg_loss(predictions, targets, groups, weights, reduction); };
  }
  if (name == "spearman") return with(spearman_of(row), spearman_loss);
  if (name == "soft_reciprocal_rank") {
    const nlohmann::json& o = row["options"];
    return with(ReciprocalRankOptions{.rank = rank_of(o["rank"]),
                                      .relevant = o["relevant"] == "sum" ? RelevantRanks::sum : RelevantRanks::best,
                                      .relevant_label = o["relevant_label"]},
                soft_reciprocal_rank_loss);
  }
  if (name == "soft_precision") return with(top_k_of(row), soft_precision_loss);
  if (name == "soft_recall") return with(top_k_of(row), soft_recall_loss);
  if (name == "neural_ndcg") return with(neural_of(row), neural_ndcg_loss);
  REQUIRE(name == "rank_mixture");
  return with(mixture_of(row), rank_mixture_loss);
}

struct Result {
  Values value;
  Values gradient;
};

Result run(const nlohmann::json& row, DType dtype) {
  const Tensor predictions = tests::from(row["predictions"].get<Values>(), {.dtype = dtype, .requires_grad = true});
  const auto optional = [&](const char* key) {
    return row[key].is_null() ? Tensor() : tests::from(row[key].get<Values>(), {.dtype = dtype});
  };
  const Reduction reduction = one_of<Reduction>(
      row["reduction"], {{"mean", Reduction::mean}, {"sum", Reduction::sum}, {"none", Reduction::none}});
  const Tape tape;
  const Tensor loss =
      loss_of(row)(predictions, tests::from(row["targets"].get<Values>(), {.dtype = dtype}),
                   Groups::from_sizes(row["sizes"].get<std::vector<std::int64_t>>()),
                   {.queries = optional("query_weights"), .documents = optional("document_weights")}, reduction);
  CHECK(loss.dtype() == dtype);
  const Tensor cotangent = tests::from(row["cotangent"].get<Values>(), loss.shape(), {.dtype = dtype});
  const Gradients gradients = loss.backward({.cotangent = cotangent});
  return {loss.to_vector<double>(), gradients[predictions].to_vector<double>()};
}

std::string describe(const nlohmann::json& row) {
  return row["loss"].get<std::string>() + " " + row["options"].dump() + " " + row["reduction"].get<std::string>() +
         (row["document_weights"].is_null() ? "" : " weighted");
}

double distance(const Values& a, const Values& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(std::isfinite(a[i]));
    most = std::max(most, std::abs(a[i] - b[i]));
  }
  return most;
}

}  // namespace

TEST_CASE("rank losses: every golden row, in float64") {
  const nlohmann::json rows = tests::golden("rank_losses.json.gz");
  CHECK(rows.size() == 214);
  for (const nlohmann::json& row : rows) {
    CAPTURE(describe(row));
    const Result result = run(row, DType::float64);
    CHECK(distance(result.value, row["value"].get<Values>()) <= 1e-9);
    CHECK(distance(result.gradient, row["gradient"].get<Values>()) <= 1e-9);
  }
}

// Rounding scores to float32 moves them by 6e-8 of their size, at most 3, and ranks by that over the temperature, at
// least 0.1, for each of up to nine documents. Where blocks of l2 and kl split, gradients jump: the bound is on values.
TEST_CASE("rank losses: every golden row, in float32") {
  for (const nlohmann::json& row : tests::golden("rank_losses.json.gz")) {
    CAPTURE(describe(row));
    const Result result = run(row, DType::float32);
    CHECK(distance(result.value, row["value"].get<Values>()) <= 4e-6);
    const nlohmann::json& rank = row["options"].value("rank", nlohmann::json::object());
    const std::string relaxation = rank.value("relaxation", "none");
    const double far = distance(result.gradient, row["gradient"].get<Values>());
    CHECK((relaxation == "l2" || relaxation == "kl" || far <= 2e-5));
  }
}
