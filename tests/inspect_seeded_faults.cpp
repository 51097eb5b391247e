#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include "inspected_training.hpp"
#include "inspections.hpp"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

// Each rule is to find the fault that it is for, on a real tape.
using namespace ranktape;
using ranktape::tests::find_verdict;
using ranktape::tests::InspectedTraining;
using ranktape::tests::InspectedTrainingOptions;
using ranktape::tests::make_graded_data;

namespace {

bool finds(const Inspection& inspection, const std::string& id) {
  INFO(to_string(inspection.verdicts));
  return find_verdict(inspection.verdicts, id) != nullptr;
}

Severity severity_of(const Inspection& inspection, const std::string& id) {
  const Verdict* verdict = find_verdict(inspection.verdicts, id);
  REQUIRE_MESSAGE(verdict != nullptr, to_string(inspection.verdicts));
  return verdict->severity;
}

Mlp small_model(const MlpOptions& options = {}) {
  Random random(5);
  return {{12, 16, 16, 1}, random, options};
}

Tensor parameter_of(const Mlp& model, const std::string& name) {
  for (const Tensor& parameter : model.parameters()) {
    if (parameter.name() == name) {
      return parameter;
    }
  }
  FAIL("no parameter ", name);
  return {};
}

void multiply(Tensor parameter, float factor) {
  for (float& value : parameter.mutable_values<float>()) {
    value *= factor;
  }
}

void fill(Tensor parameter, float with) { std::ranges::fill(parameter.mutable_values<float>(), with); }

Inspection first_look(const ScoringModel& model, const Dataset& data, const InspectedTrainingOptions& options = {}) {
  return InspectedTraining(model, data, options).look();
}

// Scores that are parameters themselves, and a loss of them.
Inspection look_at_scores(const Tensor& values, const std::function<Tensor(const Tensor& scores)>& loss_of) {
  const Tensor scores =
      Tensor::from(values.to_vector<float>(), values.shape(), {.requires_grad = true}).named("scores");
  const Tape tape;
  const Gradients gradients = loss_of(scores).backward({.keep_intermediate = true});
  return inspect(tape, gradients);
}

// Gradient descent on the squares of a linear model, whose largest useful learning rate is about 0.5.
TrainingHistory history_of_descent(double learning_rate, int steps) {
  const Dataset data = make_graded_data(16, 5, 9);
  Random random(9);
  const Linear model(12, 1, random);
  Sgd optimizer({model.weight, model.bias}, {.learning_rate = learning_rate});
  TrainingHistory history;
  for (int step = 1; step <= steps; ++step) {
    const Tape tape;
    const Tensor loss = mean(square(model(data.features)));
    const Gradients gradients = loss.backward();
    history.points.push_back({.step = step, .loss = loss.item(), .gradient_norm = gradients.norm()});
    optimizer.step(gradients);
  }
  return history;
}

Tensor random_scores(std::int64_t n) {
  Random random(8);
  return Tensor::randn(Shape{n}, random);
}

}  // namespace

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

TEST_CASE("seeded faults: RT-G13, a bias of -100 before relu") {
  const Mlp model = small_model();
  const Dataset data = make_graded_data(16, 5, 9);
  fill(parameter_of(model, "layers.0.bias"), -100);
  CHECK(severity_of(first_look(model, data), "RT-G13") == Severity::error);
  const Mlp normed = small_model({.layer_norm = true});
  fill(parameter_of(normed, "norms.1.bias"), -100);
  CHECK(severity_of(first_look(normed, data), "RT-G13") == Severity::error);
  CHECK_FALSE(finds(first_look(small_model(), data), "RT-G13"));
}

TEST_CASE("seeded faults: RT-G14, weights times 1e3 before tanh, the sigmoid") {
  const Dataset data = make_graded_data(16, 5, 9);
  for (const Activation activation : {Activation::tanh, Activation::sigmoid}) {
    const Mlp model = small_model({.activation = activation});
    CHECK_FALSE(finds(first_look(model, data, {.loss = "softmax"}), "RT-G14"));
    multiply(parameter_of(model, "layers.1.weight"), 1e3F);
    CHECK(severity_of(first_look(model, data, {.loss = "softmax"}), "RT-G14") == Severity::warning);
  }
}

TEST_CASE("seeded faults: RT-G15, small weights in ten layers of sigmoids") {
  Random random(6);
  const Mlp model({12, 8, 8, 8, 8, 8, 8, 8, 8, 8, 1}, random, {.activation = Activation::sigmoid});
  for (const Tensor& parameter : model.parameters()) {
    multiply(parameter, 0.5);
  }
  const Dataset data = make_graded_data(16, 5, 9);
  const Inspection inspection = first_look(model, data, {.loss = "mse"});
  CHECK(finds(inspection, "RT-G15"));
  CHECK_FALSE(finds(inspection, "RT-G16"));
  // Losses of differences of scores see that these have become equal (in float32).
  InspectedTraining training(model, data, {.loss = "softmax", .adam = {.learning_rate = 1e-30}});
  training.train(1);
  CHECK(finds(training.look(), "RT-G09"));
}

TEST_CASE("seeded faults: RT-G16, weights of the last layer times 1e7") {
  const Mlp model = small_model();
  const Dataset data = make_graded_data(16, 5, 9);
  multiply(parameter_of(model, "layers.2.weight"), 1e7F);
  const Inspection inspection = first_look(model, data, {.loss = "softmax"});
  CHECK(finds(inspection, "RT-G16"));
  CHECK_FALSE(finds(inspection, "RT-G15"));
}

TEST_CASE("seeded faults: RT-G17 and RT-G18, learning rates of 10 and of 1e-12") {
  const Dataset data = make_graded_data(16, 5, 9);
  Random random(9);
  InspectedTraining fast(Mlp({12, 1}, random), data, {.loss = "mse", .adam = {.learning_rate = 10}});
  fast.train(12);
  CHECK(finds(fast.look(), "RT-G17"));
  InspectedTraining slow(small_model(), data, {.adam = {.learning_rate = 1e-12}});
  slow.train(20);
  CHECK(finds(slow.look(), "RT-G18"));
}

TEST_CASE("seeded faults: RT-G19, the logarithm of a score; RT-G20, the root of what relu made 0") {
  const Inspection values = look_at_scores(random_scores(12), [](const Tensor& s) { return mean(log(s) * 2); });
  CHECK(severity_of(values, "RT-G19") == Severity::error);
  CHECK(find_verdict(values.verdicts, "RT-G19")->finding.find("log (inspect_seeded_faults.cpp:") != std::string::npos);
  CHECK_FALSE(finds(values, "RT-G20"));
  const Inspection gradients = look_at_scores(random_scores(12), [](const Tensor& s) { return mean(sqrt(relu(s))); });
  CHECK(severity_of(gradients, "RT-G20") == Severity::error);
  CHECK(find_verdict(gradients.verdicts, "RT-G20")->finding.find("sqrt (inspect_seeded_faults.cpp:") !=
        std::string::npos);
  CHECK_FALSE(finds(gradients, "RT-G19"));
}

TEST_CASE("seeded faults: RT-G21, hidden values that are detached") {
  const Mlp front = small_model();
  const Tensor scale = Tensor::ones(Shape{1}, {.requires_grad = true}).named("scale");
  Random random(2);
  const Tensor features = Tensor::randn(Shape{9, 12}, random);
  const Tensor labels = Tensor::randn(Shape{9}, random);
  const Tape tape;
  const Gradients gradients = spearman_loss(front(features).detach() * scale, labels).backward();
  const Inspection inspection = inspect(tape, gradients);
  CHECK(severity_of(inspection, "RT-G21") == Severity::warning);
  CHECK(find_verdict(inspection.verdicts, "RT-G21")->finding.starts_with("6 of 7 parameters were used"));
}

TEST_CASE("seeded faults: RT-G22, hard ranks") {
  const Dataset data = make_graded_data(16, 5, 9);
  const Inspection inspection = first_look(small_model(), data, {.loss = "spearman(temperature=1e-12)"});
  CHECK(severity_of(inspection, "RT-G22") == Severity::error);
  CHECK(severity_of(inspection, "RT-G01") == Severity::error);
}

TEST_CASE("seeded faults: RT-G23, a learning rate of 0, and one that is too large") {
  const Dataset data = make_graded_data(16, 5, 9);
  InspectedTraining still(small_model(), data, {.adam = {.learning_rate = 0}});
  still.train(100);
  CHECK(severity_of(still.look(), "RT-G23") == Severity::warning);
  CHECK(severity_of(inspect(Tape(), {}, history_of_descent(0.6, 100)), "RT-G23") == Severity::error);
}

TEST_CASE("seeded faults: RT-G24, one batch whose labels are a million times larger") {
  Dataset data = make_graded_data(16, 5, 9);
  InspectedTraining training(small_model(), data, {.loss = "mse"});
  training.train(30);
  const Tensor labels = data.labels;
  data.labels = labels * 1e6;
  training.train(1);
  data.labels = labels;
  CHECK(finds(training.look(), "RT-G24"));
}

TEST_CASE("seeded faults: RT-G25, weight decay that wins") {
  const Dataset data = make_graded_data(16, 5, 9);
  InspectedTraining training(small_model(), data,
                             {.loss = "spearman(normalization=soft_ranks)",
                              .adam = {.learning_rate = 0.001, .weight_decay = 100, .decoupled_weight_decay = true}});
  training.train(60);
  CHECK(finds(training.look(), "RT-G25"));
}

TEST_CASE("seeded faults: RT-G26, a learning rate at which float32 overflows") {
  CHECK(severity_of(inspect(Tape(), {}, history_of_descent(1e6, 12)), "RT-G26") == Severity::error);
}
