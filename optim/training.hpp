#pragma once

#include <ranktape/core/batch.hpp>
#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/schedule.hpp>
#include <ranktape/optim/scoring_model.hpp>
#include <ranktape/optim/training_step.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace ranktape {

/// The loss of a batch as a tensor of one element: of the model's predictions for its targets, groups and weights. A
/// loss that draws random numbers takes them from `random`, so that a seed fixes them.
using RankingLoss = std::function<Tensor(const Tensor& predictions, const Batch& batch, Random& random)>;

/// What one pass over the training queries came to.
struct EpochReport {
  int epoch = 0;             ///< from 1
  double loss = 0;           ///< mean over the queries, each with the parameters at its step
  double gradient_norm = 0;  ///< mean over the steps, before clipping
  double learning_rate = 0;  ///< of the last step
  double seconds = 0;
  std::int64_t queries = 0;           ///< trained on
  std::int64_t documents = 0;         ///< of these queries
  std::int64_t queries_left_out = 0;  ///< with nothing to learn: see TrainingOptions::constant_labels
};

struct TrainingOptions {
  int epochs = 20;
  int batch_queries = 16;  ///< whole queries per step
  std::uint64_t seed = 0;  ///< of the order of the queries, of dropout, and of losses that draw
  AdamOptions adam = {};
  Schedule schedule = {};                                      ///< by the step; none: adam.learning_rate throughout
  double clip_norm = std::numeric_limits<double>::infinity();  ///< limit of the gradients' norm
  RankingLoss loss = [](const Tensor& predictions, const Batch& batch, Random&) {
    return spearman_loss(predictions, batch.targets, batch.groups);
  };
  /// Train also on queries with one document or constant labels: they have no order to learn, but a value.
  bool constant_labels = false;
  std::function<bool(const EpochReport&)> after_epoch = {};  ///< of train(): false ends the training

  /// Every `look_every`-th step is looked at; 0: none. Such a step keeps the gradients of everything between loss and
  /// parameters, and is the same bit for bit; the others cost nothing.
  std::int64_t look_every = 0;
  StepLook look_at_step = {};     ///< once the gradients are there, before the optimizer's step
  StepLook look_after_step = {};  ///< of the same step, once the parameters have moved
};

/// The queries that a training learns from, in the order of the data: those with different labels; with
/// `constant_labels`, all that have a document.
std::vector<std::int64_t> trainable_queries(const Dataset& data, bool constant_labels = false);

/// Trains the parameters of `model` with Adam: in every epoch all queries with something to learn, in a new order, in
/// batches, on the model's device. The features are taken as they are (scale them first) and labels as targets, both in
/// the model's type. The same seed, data and model give the same bits. Returns a report per epoch. Throws NumericError
/// for options out of range, no query to learn from, or a loss that is NaN or infinite (naming the operation that made
/// it so). A Trainer does the same step by step.
std::vector<EpochReport> train(const ScoringModel& model, const Dataset& data, const TrainingOptions& options = {},
                               SourceLocation where = SourceLocation::current());

}  // namespace ranktape
