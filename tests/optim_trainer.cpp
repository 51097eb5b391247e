#include <ranktape/core/random.hpp>
#include <ranktape/core/threads.hpp>
#include <ranktape/optim/trainer.hpp>
#include <doctest/doctest.h>

#include "support.hpp"
#include "training_data.hpp"

#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;
using ranktape::tests::make_training_data;
using ranktape::tests::values_of_parameters;

namespace {

Mlp make_model(const MlpOptions& options = {}) {
  Random random(22);
  return Mlp({3, 8, 1}, random, options);
}

std::vector<double> trained(const Dataset& data, const TrainingOptions& options, const MlpOptions& model_options) {
  const Mlp model = make_model(model_options);
  train(model, data, options);
  return values_of_parameters(model.parameters());
}

SafetensorsFile through_bytes(const SafetensorsFile& state) {
  return parse_safetensors(format_safetensors(state), "state");
}

// A state of the test's training with one text replaced.
SafetensorsFile with_text(SafetensorsFile state, const std::string& key, const std::string& text) {
  state.metadata[key] = text;
  return state;
}

}  // namespace

TEST_CASE("trainer: counts steps and epochs, and reports the epoch that runs") {
  const Dataset data = make_training_data(10);
  const Mlp model = make_model();
  Trainer trainer(model, data, {.epochs = 2, .batch_queries = 4});
  CHECK(trainer.steps_of_epoch() == 3);
  CHECK(trainer.report().epoch == 0);
  std::vector<bool> ends;
  std::vector<int> epochs;
  while (!trainer.finished()) {
    ends.push_back(trainer.step());
    epochs.push_back(trainer.report().epoch);
    CHECK(trainer.steps_done() == std::ssize(ends));
  }
  CHECK(ends == std::vector<bool>{false, false, true, false, false, true});
  CHECK(epochs == std::vector<int>{1, 1, 1, 2, 2, 2});
  CHECK(trainer.report().queries == 10);
  CHECK(trainer.report().documents == 41);
  CHECK(trainer.report().queries_left_out == 3);
  CHECK(trainer.report().gradient_norm > 0);
  CHECK(trainer.report().learning_rate == 0.001);
  CHECK(error_text<NumericError>([&] { trainer.step(); }) == "Trainer::step: all 2 epochs are done");
}

TEST_CASE("trainer: goes on from a state taken after any step, bit for bit") {
  const Dataset data = make_training_data(11);
  const RankingLoss noisy = [](const Tensor& predictions, const Batch& batch, Random& random) {
    return spearman_loss(predictions, batch.targets, batch.groups) * (0.5 + random.uniform());
  };
  for (const MlpOptions& kind :
       {MlpOptions{}, MlpOptions{.dropout = 0.3, .layer_norm = true, .dtype = DType::float64}}) {
    const TrainingOptions options = {
        .epochs = 3, .batch_queries = 4, .seed = 5, .schedule = CosineSchedule{.total_steps = 9}, .loss = noisy};
    const std::vector<double> whole = trained(data, options, kind);
    for (int stop = 0; stop <= 9; ++stop) {
      const Mlp first = make_model(kind);
      Trainer before(first, data, options);
      for (int step = 0; step < stop; ++step) {
        before.step();
      }
      const SafetensorsFile state = through_bytes(before.state());
      Random other(99);
      const Mlp second = Mlp({3, 8, 1}, other, kind);
      Trainer after(second, data, options);
      after.restore(state);
      CHECK(after.steps_done() == stop);
      CHECK(after.report().loss == before.report().loss);
      while (!after.finished()) {
        after.step();
      }
      CHECK(values_of_parameters(second.parameters()) == whole);
    }
  }
}

TEST_CASE("trainer: a state of another training is refused, and nothing changes") {
  const Dataset data = make_training_data(11);
  const Mlp model = make_model();
  Trainer trainer(model, data, {.epochs = 3, .batch_queries = 4});
  trainer.step();
  const SafetensorsFile state = through_bytes(trainer.state());
  const std::vector<double> parameters = values_of_parameters(model.parameters());
  const auto refused = [](Trainer& other, const SafetensorsFile& given) {
    return error_text<FormatError>([&] { other.restore(given); }, false);
  };
  CHECK(refused(trainer, with_text(state, "format", "x")) ==
        "state: format is 'x', not 'ranktape.training'; it is no state of this library's training, or of a newer one");
  CHECK(refused(trainer, with_text(state, "progress", "{}")) ==
        "state: progress is '{}', which does not say where the training was");
  CHECK(refused(trainer, with_text(state, "progress",
                                   R"({"epochs_done":-1,"queries_done":0,"loss":0,)"
                                   R"("gradient_norm":0,"learning_rate":0,"seconds":0,)"
                                   R"("random":[1,2,3]})"))
            .starts_with("state: the training was at query 0 of epoch 0; this one has 3 epochs of 11 queries in "
                         "batches of 4"));
  Trainer shorter(model, make_training_data(3), {.epochs = 3, .batch_queries = 4});
  CHECK(refused(shorter, state) ==
        "state: the training was at query 4 of epoch 1; this one has 3 epochs of 3 queries in batches of 4: go on with "
        "the data and options that it began with");
  Random random(1);
  const Mlp wider({3, 9, 1}, random);
  Trainer other(wider, data, {.epochs = 3, .batch_queries = 4});
  CHECK(refused(other, state) ==
        "state: parameter 'layers.0.weight' is [3, 8] float32, and of this model [3, 9] float32");
  CHECK(values_of_parameters(model.parameters()) == parameters);
  CHECK(trainer.steps_done() == 1);
}

TEST_CASE("trainer: the data set must outlive it, the order of an epoch is of the seed and the epoch") {
  const Dataset data = make_training_data(20);
  const auto first_losses = [&](std::uint64_t seed) {
    std::vector<double> losses;
    Trainer trainer(make_model({.initialization = Initialization::zeros}), data,
                    {.epochs = 2,
                     .batch_queries = 3,
                     .seed = seed,
                     .adam = {.learning_rate = 0},
                     .loss = [](const Tensor& predictions, const Batch& batch, Random&) {
                       return sum(predictions) * 0.0 + mean(batch.targets);
                     }});
    while (!trainer.finished()) {
      const double before = trainer.step_in_epoch() == 7 ? 0 : trainer.report().loss;
      trainer.step();
      losses.push_back(trainer.report().loss - before);
    }
    return losses;
  };
  CHECK(first_losses(1) == first_losses(1));
  CHECK(first_losses(1) != first_losses(2));
  const std::vector<double> losses = first_losses(1);
  CHECK(std::vector<double>(losses.begin(), losses.begin() + 7) !=
        std::vector<double>(losses.begin() + 7, losses.end()));
}

TEST_CASE("trainer: queries with constant labels, where they have something to teach") {
  const Dataset data = make_training_data(4);
  CHECK(trainable_queries(data) == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(trainable_queries(data, true) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  const Mlp model = make_model();
  Trainer trainer(model, data, {.epochs = 1, .constant_labels = true});
  trainer.step();
  CHECK(trainer.report().queries == 6);
  CHECK(trainer.report().queries_left_out == 1);
}
