#include <ranktape/core/io/letor.hpp>
#include <ranktape/optim/training.hpp>
#include <doctest/doctest.h>

#include "inspected_training.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::InspectedTraining;

namespace {

constexpr std::array<const char*, 17> losses = {"spearman",
                                                "soft_ndcg",
                                                "softmax",
                                                "soft_ndcg + 0.3 * spearman",
                                                "lambdarank",
                                                "spearman(relaxation=kl)",
                                                "listnet",
                                                "spearman(relaxation=sigmoid)",
                                                "ranknet",
                                                "spearman(relaxation=lapsum)",
                                                "listmle",
                                                "approx_ndcg",
                                                "mse",
                                                "soft_mrr",
                                                "pairwise_hinge",
                                                "neural_ndcg",
                                                "lambdaloss(sigma=2)"};

std::vector<Dataset> data_sets() {
  return {tests::make_graded_data(48, 2, 9), tests::make_graded_data(32, 20, 60),
          read_letor(std::filesystem::path(RANKTAPE_DATA_DIRECTORY) / "lightgbm-lambdarank" / "rank.train.gz")};
}

// Every kind of model and option meets every kind of data, and several losses.
ScoringModel make_model(std::int64_t features, std::size_t kind, std::uint64_t seed) {
  Random random(seed);
  const DType dtype = seed % 4 == 3 ? DType::float64 : DType::float32;
  const Activation activation =
      std::array{Activation::relu, Activation::gelu, Activation::relu, Activation::tanh, Activation::sigmoid}[seed % 5];
  switch (kind) {
    case 0:
      return AttentionScorer(features, random,
                             {.width = 16, .heads = 2, .blocks = 2, .feed_forward = 32, .dtype = dtype});
    case 1: return Mlp({features, 1}, random, {.dtype = dtype});
    case 2:
      return Mlp({features, 32, 32, 32, 1}, random,
                 {.activation = activation, .layer_norm = true, .residual = true, .dtype = dtype});
    case 3: return Mlp({features, 24, 24, 24, 24, 1}, random, {.activation = activation, .dtype = dtype});
    case 4: return Mlp({features, 32, 16, 1}, random, {.activation = activation, .dropout = 0.2, .dtype = dtype});
    default: return Mlp({features, 64, 32, 1}, random, {.activation = activation, .dtype = dtype});
  }
}

InspectedTraining make_training(const std::vector<Dataset>& sets, std::size_t loss, std::size_t set) {
  const std::uint64_t seed = losses.size() * set + loss;
  return {make_model(sets[set].feature_count(), (loss + 2 * set) % 6, seed),
          sets[set],
          {.loss = losses[loss], .adam = {.learning_rate = (loss + set) % 3 == 0 ? 0.01 : 0.001}, .seed = seed}};
}

}  // namespace

TEST_CASE("healthy runs: fifty trainings, at the beginning, in the middle and at the end, without a warning") {
  const std::vector<Dataset> sets = data_sets();
  REQUIRE(losses.size() * sets.size() >= 50);
  for (std::size_t loss = 0; loss < losses.size(); ++loss) {
    for (std::size_t set = 0; set < sets.size(); ++set) {
      InspectedTraining training = make_training(sets, loss, set);
      for (const int steps : {0, 50, 60}) {
        training.train(steps);
        const Inspection inspection = training.look();
        std::vector<Verdict> alarms;
        std::ranges::copy_if(inspection.verdicts, std::back_inserter(alarms),
                             [](const Verdict& verdict) { return verdict.severity != Severity::note; });
        CAPTURE(std::string(losses[loss]));
        CAPTURE(set);
        CAPTURE(training.history().points.size());
        CHECK(to_string(alarms) == "");
      }
    }
  }
}
