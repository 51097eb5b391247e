#pragma once

#include <ranktape/optim/history_recorder.hpp>
#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <optional>

#include "train_options.hpp"
#include "training_data.hpp"
#include "training_health.hpp"

namespace train_ranker {

/// One epoch as the log has it.
struct EpochRecord {
  ranktape::EpochReport report;
  std::optional<double> validation = {};  ///< of --metric
  TrainingHealth health = {};
  bool best = false;  ///< so far, by the validation
};

/// A training with its validation, which may be saved and continued after any step.
class TrainingRun {
 public:
  /// Refers to the data, which must outlive it. About `looks` steps, evenly over the training, go into the history, at
  /// least one an epoch; none for 0.
  TrainingRun(const TrainOptions& options, const TrainingData& data, std::uint64_t seed, std::int64_t looks = 0);
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  /// One step. After the last of an epoch: what came of it.
  std::optional<EpochRecord> step();
  /// Whether there are no more steps: all epochs done, or the patience over.
  [[nodiscard]] bool finished() const { return stopped_ || trainer_.finished(); }
  /// Takes the best epoch's parameters, where there is validation. Once, at the end.
  void take_best();
  /// All steps that are left, and the best.
  void finish();

  [[nodiscard]] const ranktape::Trainer& trainer() const { return trainer_; }
  [[nodiscard]] const ranktape::NamedLoss& loss() const { return loss_; }
  [[nodiscard]] int best_epoch() const;  ///< the last one without validation
  [[nodiscard]] const ranktape::TrainingHistory& history() const { return recorder_.history(); }

  [[nodiscard]] ranktape::SafetensorsFile state() const;
  void restore(const ranktape::SafetensorsFile& state);

 private:
  const TrainingData* data_;
  ranktape::Dataset health_sample_;
  ranktape::NamedLoss loss_;
  ranktape::MetricSpecification metric_;
  ranktape::HistoryRecorder recorder_;
  ranktape::Trainer trainer_;
  ranktape::EarlyStopping stopping_;
  bool stopped_ = false;
};

/// A new model with the weights that the seed gives, on the device of the options.
ranktape::ScoringModel make_model(const TrainOptions& options, std::int64_t features, std::int64_t outputs,
                                  std::uint64_t seed);

}  // namespace train_ranker
