#include "support.hpp"

#include <ranktape/core/random.hpp>
#include <ranktape/optim/scoring_model.hpp>
#include <ranktape/optim/training.hpp>
#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

struct Models {
  Random random = Random(51);
  Mlp mlp = Mlp({3, 4, 1}, random, {.dropout = 0.2, .layer_norm = true, .residual = true});
  AttentionScorer attention = AttentionScorer(3, random, {.width = 4, .heads = 2, .dropout = 0.2});
  Tensor features = Tensor::randn(Shape{5, 3}, random);
  SparseMatrix sparse = SparseMatrix::from_dense(features);
  Groups groups = Groups::from_sizes({2, 3});
};

}  // namespace

TEST_CASE("scoring model: is the model that it holds") {
  Models models;
  const ScoringModel mlp = models.mlp;
  const ScoringModel attention = models.attention;
  Random one(1);
  Random two(1);
  CHECK(mlp(models.features, models.groups).to_vector<float>() == models.mlp(models.features).to_vector<float>());
  CHECK(mlp(models.features, models.groups, one).to_vector<float>() ==
        models.mlp(models.features, two).to_vector<float>());
  CHECK(mlp(models.sparse, models.groups).to_vector<float>() == models.mlp(models.sparse).to_vector<float>());
  CHECK(mlp(models.sparse, models.groups, one).to_vector<float>() == models.mlp(models.sparse, two).to_vector<float>());
  CHECK(attention(models.features, models.groups).to_vector<float>() ==
        models.attention(models.features, models.groups).to_vector<float>());
  CHECK(attention(models.features, models.groups, one).to_vector<float>() ==
        models.attention(models.features, models.groups, two).to_vector<float>());
  CHECK(attention(models.sparse, models.groups).to_vector<float>() ==
        models.attention(models.sparse, models.groups).to_vector<float>());
  CHECK(attention(models.sparse, models.groups, one).to_vector<float>() ==
        models.attention(models.sparse, models.groups, two).to_vector<float>());
  for (const ScoringModel& model : {mlp, attention}) {
    CHECK(model.feature_count() == 3);
    CHECK(model.device() == Device::cpu);
    CHECK(model.dtype() == DType::float32);
    const ScoringModel copy = model.clone();
    CHECK(copy.parameters().front().node() != model.parameters().front().node());
    CHECK(copy(models.features, models.groups).to_vector<float>() ==
          model(models.features, models.groups).to_vector<float>());
  }
  CHECK(mlp.parameters().front().node() == models.mlp.parameters().front().node());
  CHECK(mlp.get_if<Mlp>() != nullptr);
  CHECK(mlp.get_if<AttentionScorer>() == nullptr);
  CHECK(attention.get_if<AttentionScorer>() != nullptr);
}

TEST_CASE("scoring model: one line about each") {
  Models models;
  CHECK(ScoringModel(models.mlp).description() == "mlp 3-4-1, relu, layer norm, residual, dropout 0.2, 29 parameters");
  CHECK(ScoringModel(Mlp({3, 1}, models.random)).description() == "mlp 3-1, 4 parameters");
  CHECK(ScoringModel(models.attention).description() ==
        "attention 3-4-1, 2 blocks, 2 heads, feed forward 128, relu, dropout 0.2, 2533 parameters");
}

TEST_CASE("scoring model: each kind trains") {
  // The label is the first feature's rank in its query: the loss must fall.
  Random random(52);
  Dataset data;
  std::vector<float> features;
  std::vector<float> labels;
  for (int document = 0; document < 120; ++document) {
    const auto label = static_cast<float>(random.below(4));
    labels.push_back(label);
    features.insert(features.end(), {label + static_cast<float>(random.normal()), static_cast<float>(random.normal())});
  }
  data.features = Tensor::from(features, Shape{120, 2});
  data.labels = Tensor::from(labels);
  data.groups = Groups::from_sizes(std::vector<std::int64_t>(12, 10));
  const std::vector<ScoringModel> models = {
      Mlp({2, 8, 8, 1}, random, {.residual = true}),
      AttentionScorer(2, random, {.width = 8, .heads = 2, .blocks = 1, .feed_forward = 8, .dropout = 0.1})};
  for (const ScoringModel& model : models) {
    const TrainingOptions options = {.epochs = 15, .batch_queries = 4, .adam = {.learning_rate = 0.01}};
    const ScoringModel other = model.clone();
    const std::vector<EpochReport> reports = train(model, data, options);
    CHECK(reports.back().loss < reports.front().loss - 0.05);
    train(other, data, options);
    CHECK(other(data.features, data.groups).to_vector<float>() == model(data.features, data.groups).to_vector<float>());
  }
}

TEST_CASE("scoring model: on the accelerator as on the CPU") {
  if (!tests::accelerator_present()) return;
  Models models;
  for (const ScoringModel& model : {ScoringModel(models.mlp), ScoringModel(models.attention)}) {
    const ScoringModel there = model.to(Device::accelerator);
    CHECK(there.device() == Device::accelerator);
    const std::vector<double> expected = model(models.features, models.groups).to_vector<double>();
    const std::vector<double> dense = there(models.features.to(Device::accelerator), models.groups).to_vector<double>();
    const std::vector<double> sparse = there(models.sparse.to(Device::accelerator), models.groups).to_vector<double>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(dense[i] == doctest::Approx(expected[i]).epsilon(1e-5).scale(1));
      CHECK(sparse[i] == doctest::Approx(expected[i]).epsilon(1e-5).scale(1));
    }
  }
}
