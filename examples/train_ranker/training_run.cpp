#include "training_run.hpp"

#include <fmt/format.h>

#include <utility>

#include "command_line.hpp"
#include "measurement.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr std::string_view best_prefix = "best.";

Schedule schedule_of(const TrainOptions& options, std::int64_t steps) {
  switch (options.schedule) {
    case LearningRateSchedule::cosine:
      return CosineSchedule{.learning_rate = options.learning_rate, .total_steps = steps};
    case LearningRateSchedule::one_cycle:
      return OneCycleSchedule{.maximum_learning_rate = options.learning_rate, .total_steps = steps};
    case LearningRateSchedule::constant: break;
  }
  return {};
}

TrainingOptions training_options(const TrainOptions& options, const NamedLoss& loss, const Dataset& data,
                                 std::uint64_t seed) {
  TrainingOptions training = {.epochs = options.epochs,
                              .batch_queries = options.batch_queries,
                              .seed = seed,
                              .adam = {.learning_rate = options.learning_rate,
                                       .weight_decay = options.weight_decay,
                                       .decoupled_weight_decay = true},
                              .loss = loss.loss,
                              .constant_labels = loss.constant_labels};
  if (options.clip_norm > 0) {
    training.clip_norm = options.clip_norm;
  }
  const std::int64_t queries = std::ssize(trainable_queries(data, training.constant_labels));
  const std::int64_t steps_of_epoch = (queries + options.batch_queries - 1) / options.batch_queries;
  training.schedule = schedule_of(options, options.epochs * steps_of_epoch);
  return training;
}

}  // namespace

TrainingRun::TrainingRun(const TrainOptions& options, const TrainingData& data, std::uint64_t seed)
    : data_(&data),
      health_sample_(health_sample(data.train)),
      loss_(named_loss(options.loss)),
      metric_(parse_metrics({options.metric}).front()),
      trainer_(make_model(options, data.train.feature_count(), loss_.outputs, seed), data.train,
               training_options(options, loss_, data.train, seed)),
      stopping_(trainer_.model().parameters(), {.patience = options.patience}) {}

std::optional<EpochRecord> TrainingRun::step() {
  if (!trainer_.step()) {
    return std::nullopt;
  }
  EpochRecord record = {.report = trainer_.report(), .health = measure_health(trainer_.model(), health_sample_, loss_)};
  if (data_->valid) {
    record.validation = measure({metric_}, trainer_.model(), *data_->valid).values.front();
    stopped_ = !stopping_.observe(record.report.epoch, *record.validation);
    record.best = stopping_.improved();
  }
  return record;
}

void TrainingRun::take_best() {
  if (data_->valid) {
    stopping_.restore_best();
  }
}

void TrainingRun::finish() {
  while (!finished()) {
    step();
  }
  take_best();
}

int TrainingRun::best_epoch() const { return data_->valid ? stopping_.best_epoch() : trainer_.epochs_done(); }

SafetensorsFile TrainingRun::state() const {
  SafetensorsFile state = trainer_.state();
  for (NamedTensor& entry : stopping_.state().tensors) {
    state.tensors.push_back({fmt::format("{}{}", best_prefix, entry.name), std::move(entry.tensor)});
  }
  state.metadata["stopped"] = stopped_ ? "1" : "0";
  return state;
}

void TrainingRun::restore(const SafetensorsFile& state) {
  SafetensorsFile best = {.source = state.source};
  for (const NamedTensor& entry : state.tensors) {
    if (entry.name.starts_with(best_prefix)) {
      best.tensors.push_back({entry.name.substr(best_prefix.size()), entry.tensor});
    }
  }
  trainer_.restore(state);
  stopping_.restore(best);
  stopped_ = state.text_at("stopped") == "1";
}

ScoringModel make_model(const TrainOptions& options, std::int64_t features, std::int64_t outputs, std::uint64_t seed) {
  Random random(seed);
  const Activation activation = *activation_named(options.activation);
  if (options.model_kind == ModelKind::attention) {
    if (outputs != 1) {
      throw UsageError("train: the loss wants several numbers a document, and --model-type attention gives one");
    }
    return ScoringModel(AttentionScorer(features, random,
                                        {.width = options.width,
                                         .heads = static_cast<int>(options.heads),
                                         .blocks = static_cast<int>(options.blocks),
                                         .feed_forward = options.feed_forward,
                                         .activation = activation,
                                         .dropout = options.dropout,
                                         .initialization = options.initialization}))
        .to(options.device);
  }
  std::vector<std::int64_t> sizes = {features};
  if (options.hidden != std::vector<std::int64_t>{0}) {
    sizes.insert(sizes.end(), options.hidden.begin(), options.hidden.end());
  }
  sizes.push_back(outputs);
  return ScoringModel(Mlp(sizes, random,
                          {.activation = activation,
                           .dropout = options.dropout,
                           .layer_norm = options.layer_norm,
                           .residual = options.residual,
                           .initialization = options.initialization}))
      .to(options.device);
}

}  // namespace train_ranker
