#pragma once

#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/scoring_model.hpp>
#include <ranktape/optim/training.hpp>

#include <cstdint>
#include <vector>

namespace ranktape {

/// train() step by step: what it does may be looked at, saved and continued between any two steps.
///
///     Trainer trainer(model, data, options);
///     while (!trainer.finished()) {
///       if (trainer.step()) { log(trainer.report()); }   // an epoch has ended
///     }
class Trainer {
 public:
  /// Holds the model (whose parameters it changes) and refers to the data, which must outlive it. Throws as train().
  Trainer(const ScoringModel& model, const Dataset& data, const TrainingOptions& options = {},
          SourceLocation where = SourceLocation::current());

  /// Trains on the next batch; returns whether that was the last of an epoch. Throws NumericError where the training
  /// is finished, or goes wrong (as train()).
  bool step(SourceLocation where = SourceLocation::current());
  [[nodiscard]] bool finished() const { return epochs_done_ == options_.epochs; }

  /// The epoch that runs, so far; between epochs the one that has ended.
  [[nodiscard]] EpochReport report() const;
  [[nodiscard]] std::int64_t steps_of_epoch() const;  ///< in all
  [[nodiscard]] std::int64_t step_in_epoch() const;   ///< that the epoch which runs has behind it
  [[nodiscard]] std::int64_t steps_done() const;      ///< in all epochs
  [[nodiscard]] int epochs_done() const { return epochs_done_; }
  [[nodiscard]] const ScoringModel& model() const { return model_; }

  /// All that the next step depends on besides data and options: parameters, the optimizer's state, where in which
  /// epoch it is, random numbers. Fit for save_safetensors.
  [[nodiscard]] SafetensorsFile state() const;
  /// Goes on from such a state: with the same data and options, the next steps are the same bit for bit. Throws
  /// FormatError, ShapeError or DTypeError for a state of other data or another model; nothing changes then.
  void restore(const SafetensorsFile& state, SourceLocation where = SourceLocation::current());

 private:
  void begin_epoch();
  [[nodiscard]] double train_on(const Batch& batch);
  void step_by(Gradients gradients);
  void step_looked_at(const TrainingStep& step);

  ScoringModel model_;
  const Dataset* data_;
  TrainingOptions options_;
  SourceLocation where_;
  std::vector<std::int64_t> queries_;  // with something to learn, in the order of the data
  std::vector<std::int64_t> order_;    // the same in that of the epoch
  Adam optimizer_;
  Random random_;  // of dropout and of losses that draw
  int epochs_done_ = 0;
  std::size_t queries_done_ = 0;  // of the epoch that runs; all of them between two epochs
  EpochReport report_;            // with sums instead of means
  double seconds_ = 0;
};

}  // namespace ranktape
