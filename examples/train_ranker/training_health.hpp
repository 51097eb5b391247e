#pragma once

#include <ranktape/ranktape.hpp>

#include <optional>
#include <string>

namespace train_ranker {

/// How the scores of some training queries stand after an epoch, and the soft ranks that the loss makes of them.
struct TrainingHealth {
  double score_deviation = 0;                 ///< mean over the lists of their standard deviation
  std::optional<double> rank_spread;          ///< deviation of the soft ranks over that of the hard ones; 1: hard
  std::optional<double> blocks_per_document;  ///< of soft ranks that pool; 1: hard
  double single_block_lists = 0;              ///< share of the lists: their ranks are linear in the scores
};

/// The queries that it is measured on: the first of two documents or more.
ranktape::Dataset health_sample(const ranktape::Dataset& data);
TrainingHealth measure_health(const ranktape::ScoringModel& model, const ranktape::Dataset& sample,
                              const ranktape::NamedLoss& loss);

/// Looks at every epoch, and says once what only the course of a training tells; the rest is the verdicts' at its end.
class HealthWatch {
 public:
  HealthWatch(const ranktape::NamedLoss& loss, int epochs)
      : normalizes_soft_ranks_(loss.normalizes_soft_ranks), epochs_(epochs) {}

  /// What the epoch (from 1) gives reason to warn of (measured: docs/strength.md): one sentence with what to do.
  std::optional<std::string> observe(int epoch, const TrainingHealth& health);

 private:
  bool normalizes_soft_ranks_;
  int epochs_;
  bool warned_ = false;
};

}  // namespace train_ranker
