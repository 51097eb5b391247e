#pragma once

#include <ranktape/core/io/dataset.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/schedule.hpp>
#include <ranktape/optim/scoring_model.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace ranktape {

/// The mean loss of the lists of a batch, as a tensor of one element.
using RankingLoss = std::function<Tensor(const Tensor& predictions, const Tensor& targets, const Groups& groups)>;

/// What one pass over the training queries came to.
struct EpochReport {
  int epoch = 0;    ///< from 1
  double loss = 0;  ///< mean over the queries, each with the parameters at its step
  double seconds = 0;
  std::int64_t queries = 0;           ///< trained on
  std::int64_t queries_left_out = 0;  ///< with fewer than two documents or with constant labels: no order to learn
};

struct TrainingOptions {
  int epochs = 20;
  int batch_queries = 16;  ///< whole queries per step
  std::uint64_t seed = 0;  ///< of the order of the queries, and of dropout
  AdamOptions adam = {};
  Schedule schedule = {};                                      ///< by the step; none: adam.learning_rate throughout
  double clip_norm = std::numeric_limits<double>::infinity();  ///< limit of the gradients' norm
  RankingLoss loss = [](const Tensor& predictions, const Tensor& targets, const Groups& groups) {
    return spearman_loss(predictions, targets, groups);
  };
  std::function<bool(const EpochReport&)> after_epoch = {};  ///< false ends the training
};

/// Trains the parameters of `model` with Adam: in every epoch all queries with something to learn, in a new order, in
/// batches, on the model's device. The features are taken as they are (scale them first) and labels as targets, both in
/// the model's type. The same seed, data and model give the same bits. Returns a report per epoch. Throws NumericError
/// for options out of range, no query to learn from, or a loss that is NaN or infinite (naming the operation that made
/// it so).
std::vector<EpochReport> train(const ScoringModel& model, const Dataset& data, const TrainingOptions& options = {},
                               SourceLocation where = SourceLocation::current());

}  // namespace ranktape
