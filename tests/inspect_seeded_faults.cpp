#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include "planted_faults.hpp"

#include <string>
#include <vector>

// Each rule is to find the fault that it is for, on a real tape.
using namespace ranktape;
using namespace ranktape::tests;

TEST_CASE("seeded faults: RT-G01, a strength of 1e-4") {
  const Dataset data = make_graded_data(24, 20, 40);
  const Inspection inspection = first_look(small_model(), data, {.loss = "spearman(temperature=0.0001)"});
  CHECK(severity_of(inspection, "RT-G01") != Severity::note);
  CHECK_FALSE(finds(first_look(small_model(), data), "RT-G01"));
}

TEST_CASE("seeded faults: RT-G02 and RT-G03, a strength of 1e6") {
  const Dataset data = make_graded_data(24, 20, 40);
  CHECK(finds(first_look(small_model(), data, {.loss = "spearman(normalization=soft_ranks, temperature=1e6)"}),
              "RT-G02"));
  const Inspection milder = first_look(small_model(), data, {.loss = "spearman(temperature=1e6)"});
  CHECK_FALSE(finds(milder, "RT-G02"));
  CHECK(severity_of(milder, "RT-G03") == Severity::note);
}

TEST_CASE("seeded faults: RT-G04, one absolute strength for lists of 10 and of 2000 documents") {
  const Groups groups = Groups::from_sizes({10, 2000, 10, 2000, 10, 2000});
  Random random(3);
  const Tensor scores = Tensor::uniform(Shape{groups.documents()}, 0, 1, random);
  const Tensor labels = Tensor::randn(Shape{groups.documents()}, random);
  CHECK(finds(look_at_scores(scores,
                             [&](const Tensor& s) {
                               return spearman_loss(s, labels, groups, {.rank = {.regularization_strength = 0.004}});
                             }),
              "RT-G04"));
  CHECK_FALSE(
      finds(look_at_scores(scores, [&](const Tensor& s) { return spearman_loss(s, labels, groups); }), "RT-G04"));
}

TEST_CASE("seeded faults: RT-G05, a sigmoid of temperature 1e-4") {
  const Dataset data = make_graded_data(24, 4, 9);
  CHECK(
      finds(first_look(small_model(), data, {.loss = "soft_ndcg(relaxation=sigmoid, temperature=0.0001)"}), "RT-G05"));
}

TEST_CASE("seeded faults: RT-G06, a sum of ranks for a loss") {
  const Inspection inspection = look_at_scores(random_scores(12), [](const Tensor& s) { return sum(soft_rank(s)); });
  CHECK(severity_of(inspection, "RT-G06") == Severity::error);
  CHECK_FALSE(
      finds(look_at_scores(random_scores(12), [](const Tensor& s) { return sum(square(soft_rank(s))); }), "RT-G06"));
}

TEST_CASE("seeded faults: RT-G07, labels that are all 1") {
  const Groups groups = Groups::from_sizes({6, 6});
  const Inspection inspection = look_at_scores(
      random_scores(12), [&](const Tensor& s) { return spearman_loss(s, Tensor::ones(Shape{12}), groups); });
  CHECK(severity_of(inspection, "RT-G07") == Severity::error);
}

TEST_CASE("seeded faults: RT-G08, groups that give a number for each document") {
  const Groups groups = Groups::from_sizes(std::vector<std::int64_t>(12, 1));
  const Inspection inspection =
      look_at_scores(random_scores(12), [&](const Tensor& s) { return sum(square(soft_rank(s, groups))); });
  CHECK(severity_of(inspection, "RT-G08") == Severity::error);
}

TEST_CASE("seeded faults: RT-G09, a last layer of zeros, after the first step") {
  const Mlp model = small_model();
  fill(parameter_of(model, "layers.2.weight"), 0);
  const Dataset data = make_graded_data(24, 20, 40);
  InspectedTraining training(model, data, {.adam = {.learning_rate = 1e-30}});
  CHECK_FALSE(finds(training.look(), "RT-G09"));
  CHECK(finds(training.look(), "RT-G09"));
}

TEST_CASE("seeded faults: RT-G10, every document twice") {
  const Tensor half = random_scores(10);
  const Tensor labels = random_scores(20);
  CHECK(finds(look_at_scores(concatenate({half, half}, 0), [&](const Tensor& s) { return spearman_loss(s, labels); }),
              "RT-G10"));
}

TEST_CASE("seeded faults: RT-G11, a bias of ten million on all scores") {
  const Mlp model = small_model();
  const Dataset data = make_graded_data(24, 20, 40);
  fill(parameter_of(model, "layers.2.bias"), 100);
  CHECK_FALSE(finds(first_look(model, data), "RT-G11"));
  fill(parameter_of(model, "layers.2.bias"), 1e7F);
  multiply(parameter_of(model, "layers.2.weight"), 10);
  CHECK(finds(first_look(model, data), "RT-G11"));
  CHECK_FALSE(finds(first_look(small_model(), data), "RT-G11"));
}

TEST_CASE("seeded faults: RT-G12, one list with labels a million times larger") {
  Dataset data = make_graded_data(16, 5, 9);
  std::vector<float> labels = data.labels.to_vector<float>();
  for (std::int64_t i = data.groups.begin(3); i < data.groups.begin(4); ++i) {
    labels[static_cast<std::size_t>(i)] *= 1e6F;
  }
  data.labels = Tensor::from(labels);
  CHECK(severity_of(first_look(small_model(), data, {.loss = "softmax"}), "RT-G12") == Severity::warning);
}
