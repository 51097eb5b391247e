#include "training_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "command_line.hpp"
#include "measurement.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr std::string_view best_prefix = "best.";
constexpr const char* history_name = "history";
constexpr std::int64_t history_columns = 6;

// A row for each point: the header of a safetensors file, where texts go, has a limit.
Tensor tensor_of(const std::vector<HistoryPoint>& points) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> rows;
  for (const HistoryPoint& point : points) {
    rows.insert(rows.end(),
                {static_cast<double>(point.step), point.loss, point.gradient_norm, point.metric.value_or(none),
                 point.zero_gradient_share.value_or(none), point.score_deviation.value_or(none)});
  }
  return Tensor::from(rows, Shape{std::ssize(points), history_columns}, {.dtype = DType::float64});
}

std::vector<HistoryPoint> points_of(const SafetensorsFile& state) {
  if (std::ranges::find(state.tensors, history_name, &NamedTensor::name) == state.tensors.end()) {
    return {};  // written before a step was looked at
  }
  const Tensor& tensor = state.at(history_name);
  if (tensor.shape().rank() != 2 || tensor.shape()[1] != history_columns) {
    throw FormatError(fmt::format("{}: '{}' is {}, not [points, {}]", state.source, history_name,
                                  to_string(tensor.shape()), history_columns));
  }
  const auto optional = [](double value) { return std::isnan(value) ? std::nullopt : std::optional(value); };
  const std::vector<double> rows = tensor.to_vector<double>();
  std::vector<HistoryPoint> points;
  for (auto row = rows.begin(); row != rows.end(); row += history_columns) {
    points.push_back({.step = static_cast<std::int64_t>(row[0]),
                      .loss = row[1],
                      .gradient_norm = row[2],
                      .metric = optional(row[3]),
                      .zero_gradient_share = optional(row[4]),
                      .score_deviation = optional(row[5])});
  }
  return points;
}

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
                                 std::uint64_t seed, std::int64_t looks, HistoryRecorder& recorder) {
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
  const std::int64_t steps = options.epochs * steps_of_epoch;
  training.schedule = schedule_of(options, steps);
  if (looks > 0) {
    recorder.watch(training,
                   std::clamp<std::int64_t>((steps + looks - 1) / looks, 1, std::max<std::int64_t>(steps_of_epoch, 1)));
  }
  return training;
}

}  // namespace

TrainingRun::TrainingRun(const TrainOptions& options, const TrainingData& data, std::uint64_t seed, std::int64_t looks)
    : data_(&data),
      health_sample_(health_sample(data.train)),
      loss_(named_loss(options.loss)),
      metric_(parse_metrics({options.metric}).front()),
      recorder_(data.valid ? options.metric : ""),
      trainer_(make_model(options, data.train.feature_count(), loss_.outputs, seed), data.train,
               training_options(options, loss_, data.train, seed, looks, recorder_)),
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
    recorder_.set_metric(*record.validation);
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
  if (!history().points.empty()) {
    state.tensors.push_back({history_name, tensor_of(history().points)});
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
  std::vector<HistoryPoint> points = points_of(state);
  trainer_.restore(state);
  stopping_.restore(best);
  recorder_ = HistoryRecorder(history().metric_name, {.points = std::move(points)});
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
