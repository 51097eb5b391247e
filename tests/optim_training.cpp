#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/optim/training.hpp>
#include <doctest/doctest.h>

#include "support.hpp"
#include "training_data.hpp"

#include <cmath>
#include <limits>

using namespace ranktape;
using ranktape::tests::error_text;
using ranktape::tests::make_training_data;
using ranktape::tests::values_of_parameters;

namespace {

std::vector<double> trained(const TrainingOptions& options, const MlpOptions& model_options = {}) {
  Random random(22);
  const Mlp model({3, 8, 1}, random, model_options);
  train(model, make_training_data(30), options);
  return values_of_parameters(model.parameters());
}

}  // namespace

TEST_CASE("training: the loss falls, and reports say what was trained on") {
  Random random(23);
  const Mlp model({3, 8, 1}, random);
  const Dataset data = make_training_data(30);
  int calls = 0;
  const std::vector<EpochReport> reports = train(model, data,
                                                 {.epochs = 15,
                                                  .batch_queries = 4,
                                                  .adam = {.learning_rate = 0.02},
                                                  .after_epoch = [&](const EpochReport& report) {
                                                    CHECK(report.epoch == ++calls);
                                                    return true;
                                                  }});
  CHECK(calls == 15);
  CHECK(reports.size() == 15);
  CHECK(reports[0].queries == 30);
  CHECK(reports[0].queries_left_out == 3);
  CHECK(reports[0].seconds > 0);
  CHECK(reports[0].loss < 1.5);
  CHECK(reports.back().loss < 0.5 * reports[0].loss);
}

TEST_CASE("training: a linear model that starts at zero trains") {
  Random random(24);
  const Mlp model({3, 1}, random, {.initialization = Initialization::zeros});
  const std::vector<EpochReport> reports =
      train(model, make_training_data(30), {.epochs = 20, .batch_queries = 4, .adam = {.learning_rate = 0.1}});
  CHECK(reports[0].loss > 0.5);
  CHECK(reports.back().loss < 0.2);
}

TEST_CASE("training: the same seed gives the same bits") {
  const TrainingOptions options = {.epochs = 3, .batch_queries = 5, .seed = 7};
  TrainingOptions other = options;
  other.seed = 8;
  for (const MlpOptions& model : {MlpOptions{}, MlpOptions{.dropout = 0.3, .layer_norm = true},
                                  MlpOptions{.dropout = 0.3, .dtype = DType::float64}}) {
    CHECK(trained(options, model) == trained(options, model));
    CHECK(trained(options, model) != trained(other, model));
  }
}

TEST_CASE("training: schedule, clipping, loss and callback are taken") {
  const std::vector<double> start = trained({.epochs = 0});
  std::vector<std::int64_t> steps;
  const Schedule none = [&](std::int64_t step) {
    steps.push_back(step);
    return 0.0;
  };
  CHECK(trained({.epochs = 2, .batch_queries = 16, .schedule = none}) == start);
  CHECK(steps == std::vector<std::int64_t>{0, 1, 2, 3});
  int epochs = 0;
  const auto stop = [&](const EpochReport&) { return ++epochs < 3; };
  trained({.epochs = 9, .after_epoch = stop});
  CHECK(epochs == 3);
  const RankingLoss squared = [](const Tensor& predictions, const Batch& batch, Random&) {
    return mean(square(predictions - batch.targets));
  };
  CHECK(trained({.epochs = 1, .loss = squared}) != trained({.epochs = 1}));
  CHECK(trained({.epochs = 1, .clip_norm = 1e-7}) != trained({.epochs = 1}));
}

TEST_CASE("training: error texts") {
  Random random(25);
  const Mlp model({3, 1}, random);
  const Dataset data = make_training_data(4);
  const auto refused = [&](const Dataset& set, const TrainingOptions& options) {
    return error_text<NumericError>([&] { train(model, set, options); });
  };
  CHECK(refused(data, {.epochs = -1}) == "train: -1 epochs in batches of 16 queries; there must be at least 0, of 1");
  CHECK(refused(data, {.batch_queries = 0}) ==
        "train: 20 epochs in batches of 0 queries; there must be at least 0, of 1");
  CHECK(refused(data, {.loss = nullptr}) == "train: the loss is an empty function; leave it out for spearman_loss");
  CHECK(refused(data, {.adam = {.beta1 = 2}}) == "Adam: beta1 is 2; it must be at least 0 and below 1");
  CHECK(refused(make_training_data(0), {}) ==
        "train: each of the 3 queries has fewer than two documents or constant labels: "
        "there is no order to learn");
  const int line = __LINE__ + 2;
  const RankingLoss broken = [](const Tensor& predictions, const Batch&, Random&) {
    return mean(log(predictions * 0.0));
  };
  CHECK(error_text<NumericError>([&] { train(model, data, {.loss = broken}); }, false)
            .starts_with(std::string(__FILE__) + ":" + std::to_string(line) + ": log: its value is -inf at element 0"));
}
