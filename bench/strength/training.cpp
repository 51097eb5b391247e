#include "figures.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <string>

namespace strength_figures {

using namespace ranktape;

namespace {

/// The bundled data, standardised by its training set.
struct Data {
  Data() : train(read_letor(directory + "rank.train.gz")), test(read_letor(directory + "rank.test.gz")) {
    const FeatureScaler scaler = FeatureScaler::fit(train.features);
    train.features = scaler.apply(train.features);
    test.features = scaler.apply(test.features);
  }

  Dataset train;
  Dataset test;

 private:
  inline static const std::string directory = RANKTAPE_DATA_DIRECTORY "/lightgbm-lambdarank/";
};

/// As the program `ranktape train` by default: 64 and 32 hidden values, 20 epochs of Adam at 1e-3.
void train_and_print(const Data& data, const SpearmanOptions& options, std::uint64_t seed) {
  const auto loss = [options](const Tensor& predictions, const Batch& batch, Random&) {
    return spearman_loss(predictions, batch.targets, batch.groups, options);
  };
  Random random(seed);
  const Mlp model({data.train.feature_count(), 64, 32, 1}, random);
  train(model, data.train, {.seed = seed, .loss = loss});

  const Tensor train_scores = model(data.train.features);
  spearman_loss(train_scores, data.train.labels, data.train.groups, options);
  const RankDiagnostics found = rank_diagnostics();
  const Tensor scores = model(data.test.features);
  fmt::print("{},{:.6g},{},{:.5f},{:.5f},{:.5f},{:.5f},{:.5f},{:.6g}\n", name_of(options.normalization),
             options.rank.regularization_strength, seed,
             ndcg(scores, data.test.labels, data.test.groups, {.k = 10}).mean,
             spearman_correlation(scores, data.test.labels, data.test.groups).mean,
             spearman_correlation(train_scores, data.train.labels, data.train.groups).mean, found.blocks_per_document(),
             found.zero_gradients(), effective_strength(train_scores, data.train.groups, options.rank).spread);
}

}  // namespace

void print_training() {
  constexpr std::uint64_t seeds = 10;
  const Data data;
  fmt::print("normalization,strength,seed,ndcg,spearman,train_spearman,blocks,zero_gradients,spread\n");
  for (const Normalization normalization : {Normalization::hard_ranks, Normalization::soft_ranks}) {
    for (const double strength : {0.03, 0.125, 0.5, 2.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0, 2048.0, 8192.0}) {
      const SpearmanOptions options = {
          .rank = {.regularization_strength = strength, .strength_unit = StrengthUnit::per_item},
          .normalization = normalization};
      for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        train_and_print(data, options, seed);
      }
    }
  }
}

}  // namespace strength_figures
