#include <ranktape/core/inspect/inspection.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/optim/history_recorder.hpp>
#include <ranktape/optim/look_at_loss.hpp>
#include <ranktape/optim/trainer.hpp>
#include <doctest/doctest.h>

#include "support.hpp"
#include "training_data.hpp"

#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;
using ranktape::tests::make_training_data;
using ranktape::tests::values_of_parameters;

namespace {

Mlp make_model(const MlpOptions& options = {}, std::int64_t outputs = 1) {
  Random random(22);
  return Mlp({3, 8, outputs}, random, options);
}

double norm_of(const std::vector<double>& values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

// A step as the recorder takes it, of a tape with nothing on it.
struct EmptyStep {
  Tape tape = {};
  Batch batch = {.features = {}, .targets = {}, .groups = Groups::from_sizes(std::vector<std::int64_t>{2})};
  Tensor predictions = Tensor::from({1.0, 3.0});
  Tensor loss = Tensor::from(std::vector<double>{0.5}, Shape{});
  Gradients gradients = {};
  std::vector<Tensor> parameters = {};

  [[nodiscard]] TrainingStep at(std::int64_t step) const {
    return {.step = step,
            .learning_rate = 0.1,
            .tape = tape,
            .batch = batch,
            .predictions = predictions,
            .loss = loss,
            .gradients = gradients,
            .parameters = parameters};
  }
};

}  // namespace

TEST_CASE("looks: which steps, and what they see") {
  const Dataset data = make_training_data(10);
  const Mlp model = make_model();
  std::vector<std::int64_t> before;
  std::vector<std::int64_t> after;
  std::vector<double> values;
  train(model, data,
        {.epochs = 3,
         .batch_queries = 4,
         .adam = {.learning_rate = 0.25},
         .look_every = 4,
         .look_at_step =
             [&](const TrainingStep& step) {
               before.push_back(step.step);
               CHECK(step.learning_rate == 0.25);
               CHECK(step.gradients.contains(step.predictions));
               CHECK(step.gradients[step.loss].item() == 1);
               CHECK(step.batch.targets.size() == step.predictions.size());
               CHECK(step.parameters.size() == 4);
               const std::size_t records = step.tape.records().size();
               CHECK((step.parameters.front() * 2).size() == 24);
               CHECK(step.tape.records().size() == records);
               values = values_of_parameters(step.parameters);
             },
         .look_after_step =
             [&](const TrainingStep& step) {
               after.push_back(step.step);
               CHECK(values != values_of_parameters(step.parameters));
             }});
  CHECK(before == std::vector<std::int64_t>{4, 8});
  CHECK(after == before);
}

TEST_CASE("looks: none without a function, or every 0 steps; fewer than 0 are refused") {
  const Dataset data = make_training_data(4);
  int looks = 0;
  const StepLook look = [&](const TrainingStep&) { ++looks; };
  train(make_model(), data, {.epochs = 1, .look_at_step = look, .look_after_step = look});
  CHECK(looks == 0);
  train(make_model(), data, {.epochs = 2, .look_every = 1});
  train(make_model(), data, {.epochs = 2, .look_every = 1, .look_after_step = look});
  CHECK(looks == 2);
  CHECK(error_text<NumericError>([&] { train(make_model(), data, {.look_every = -1}); }) ==
        "train: look_every is -1; there must be at least 1 step, or 0 for none");
}

TEST_CASE("looks: change no bit of a training, clipped or not") {
  const Dataset data = make_training_data(11);
  for (const MlpOptions& kind :
       {MlpOptions{}, MlpOptions{.dropout = 0.3, .layer_norm = true, .residual = true, .dtype = DType::float64}}) {
    for (const double clip : {0.01, 1e9}) {
      TrainingOptions options = {.epochs = 3, .batch_queries = 4, .seed = 5, .clip_norm = clip};
      const Mlp plain = make_model(kind);
      const std::vector<EpochReport> reports = train(plain, data, options);
      for (const std::int64_t every : {1, 2}) {
        HistoryRecorder recorder;
        recorder.watch(options, every);
        const Mlp looked_at = make_model(kind);
        const std::vector<EpochReport> same = train(looked_at, data, options);
        CHECK(values_of_parameters(looked_at.parameters()) == values_of_parameters(plain.parameters()));
        CHECK(same.back().loss == reports.back().loss);
        CHECK(same.back().gradient_norm == reports.back().gradient_norm);
        CHECK(std::ssize(recorder.history().points) == 9 / every);
      }
    }
  }
}

TEST_CASE("looks: a look that throws ends the training before the step") {
  const Dataset data = make_training_data(4);
  const Mlp model = make_model();
  const std::vector<double> before = values_of_parameters(model.parameters());
  CHECK_THROWS_AS(
      train(model, data, {.look_every = 1, .look_at_step = [](const TrainingStep&) { throw Error("seen enough"); }}),
      Error);
  CHECK(values_of_parameters(model.parameters()) == before);
}

TEST_CASE("look_at_loss: a step without dropout that moves nothing") {
  const Dataset data = make_training_data(5);
  const ScoringModel model = make_model({.dropout = 0.9});
  const std::vector<double> before = values_of_parameters(model.parameters());
  Random random(1);
  const Batch batch = data.select(std::vector<std::int64_t>{0, 1, 2, 3, 4});
  std::vector<double> scores;
  Inspection inspection;
  look_at_loss(model, batch, TrainingOptions{}.loss, random, [&](const TrainingStep& step) {
    scores = step.predictions.to_vector<double>();
    inspection = inspect(step.tape, step.gradients);
    CHECK(step.step == 0);
    CHECK(std::ssize(step.tape.records()) == inspection.records_in_all);
  });
  CHECK(scores == model(batch.features, batch.groups).to_vector<double>());
  CHECK(inspection.records_in_all > 0);
  CHECK(values_of_parameters(model.parameters()) == before);
}

TEST_CASE("history: a point has what the step has") {
  const Dataset data = make_training_data(6);
  HistoryPoint point;
  double norm = 0;
  train(make_model(), data,
        {.epochs = 1, .batch_queries = 6, .look_every = 1, .look_at_step = [&](const TrainingStep& step) {
           point = history_point(step);
           double squares = 0;
           for (const Tensor& parameter : step.parameters) {
             squares += std::pow(norm_of(step.gradients[parameter].to_vector<double>()), 2);
           }
           norm = std::sqrt(squares);
           CHECK(point.loss == step.loss.item());
         }});
  CHECK(point.step == 1);
  CHECK(point.gradient_norm == doctest::Approx(norm).epsilon(1e-12));
  CHECK_FALSE(point.metric);
  CHECK(point.zero_gradient_share.value() < 0.5);
  CHECK(point.score_deviation.value() > 0);
}

TEST_CASE("history: zero gradients and deviations, of several outputs and short lists") {
  const Tape tape;
  const Tensor outputs = Tensor::from({1.0, 3.0, 5.0}, {.requires_grad = true});
  EmptyStep step;
  step.batch.groups = Groups::from_sizes(std::vector<std::int64_t>{2, 1, 0});
  step.predictions = outputs;
  CHECK(history_point(step.at(1)).zero_gradient_share == 1);  // none came
  step.gradients.add(outputs, Tensor::from({0.0, -2.0, 0.0}));
  CHECK(history_point(step.at(1)).zero_gradient_share == 2.0 / 3);
  CHECK(history_point(step.at(1)).score_deviation == 1);
  CHECK(history_point(step.at(1)).gradient_norm == 2);

  step.batch.groups = Groups::from_sizes(std::vector<std::int64_t>{1, 1, 1});
  CHECK_FALSE(history_point(step.at(1)).score_deviation);

  const Tensor two = Tensor::from(std::vector<double>{0, 0, 0, 0, 0, 0}, Shape{3, 2}, {.requires_grad = true});
  step.predictions = two;
  step.gradients = {};
  step.gradients.add(two, Tensor::from(std::vector<double>{0, 0, 0, 1, 1, 0}, Shape{3, 2}));
  CHECK(history_point(step.at(1)).zero_gradient_share == 1.0 / 3);

  step.predictions = Tensor::zeros(Shape{0});
  step.batch.groups = Groups::from_sizes(std::vector<std::int64_t>{});
  CHECK_FALSE(history_point(step.at(1)).zero_gradient_share);
}

TEST_CASE("history: updates are those of the last step looked at, metrics of the last point") {
  const Dataset data = make_training_data(6);
  const Mlp model = make_model();
  TrainingOptions options = {.epochs = 5, .batch_queries = 6, .adam = {.learning_rate = 0.01}};
  HistoryRecorder recorder("map");
  recorder.set_metric(0.25);  // of nothing
  CHECK(recorder.history().points.empty());
  recorder.watch(options, 2);
  options.after_epoch = [&](const EpochReport& report) {
    recorder.set_metric(report.epoch);
    return true;
  };
  train(model, data, options);
  const TrainingHistory& history = recorder.history();
  CHECK(history.metric_name == "map");
  REQUIRE(history.points.size() == 2);
  CHECK(history.points[0].metric == 2);
  CHECK(history.points[1].metric == 4);  // that of the fifth belongs to no step looked at
  const std::vector<Tensor> parameters = model.parameters();
  REQUIRE(history.updates.size() == parameters.size());
  for (std::size_t i = 0; i + 1 < parameters.size(); ++i) {  // the last is the bias of the scores: it moves no rank
    const ParameterUpdate& update = history.updates[i];
    CHECK(update.name == parameters[i].name());
    // Adam moves each element by about its learning rate.
    const double steps = update.update_norm / (0.01 * std::sqrt(static_cast<double>(parameters[i].size())));
    CHECK(steps > 0.05);
    CHECK(steps < 2);
    CHECK(update.weight_norm == doctest::Approx(norm_of(parameters[i].to_vector<double>())).epsilon(0.2));
  }
}

TEST_CASE("history: goes on from one before") {
  const EmptyStep step;
  HistoryRecorder recorder("map", {.points = {{.step = 7, .loss = 3}}, .metric_name = "ndcg"});
  recorder.look_at_step(step.at(8));
  CHECK(recorder.history().metric_name == "map");
  REQUIRE(recorder.history().points.size() == 2);
  CHECK(recorder.history().points[0].loss == 3);
  CHECK(recorder.history().points[1].step == 8);
  CHECK(HistoryRecorder("", {.metric_name = "ndcg"}).history().metric_name == "ndcg");
}

TEST_CASE("history: many steps are thinned out evenly, with the newest and the metrics") {
  const EmptyStep step;
  HistoryRecorder recorder;
  std::size_t most = 0;
  for (std::int64_t i = 1; i <= 20'000; ++i) {
    recorder.look_at_step(step.at(i));
    if (i % 1000 == 0) {
      recorder.set_metric(static_cast<double>(i));
    }
    const auto& points = recorder.history().points;
    most = std::max(most, points.size());
    REQUIRE(points.back().step == i);
  }
  const auto& points = recorder.history().points;
  CHECK(most <= HistoryRecorder::max_points);
  CHECK(points.size() >= HistoryRecorder::max_points / 2);
  CHECK(points.front().step == 1);
  std::int64_t widest = 0;
  std::int64_t metrics = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    CHECK(points[i].step > points[i - 1].step);
    widest = std::max(widest, points[i].step - points[i - 1].step);
    if (points[i].metric) {
      CHECK(*points[i].metric == static_cast<double>(points[i].step));
      ++metrics;
    }
  }
  CHECK(widest <= 16);
  CHECK(metrics == 20);
}
