#pragma once

#include <ranktape/ranktape.hpp>

#include <optional>
#include <string>
#include <vector>

namespace train_ranker {

/// How the scores of some training queries stand after an epoch, and the soft ranks that the loss makes of them.
struct TrainingHealth {
  double score_deviation = 0;                 ///< mean over the lists of their standard deviation
  std::optional<double> rank_spread;          ///< deviation of the soft ranks over that of the hard ones; 1: hard
  std::optional<double> blocks_per_document;  ///< of soft ranks that pool; 1: hard
  double single_block_lists = 0;              ///< share of the lists: their ranks are linear in the scores
};

TrainingHealth measure_health(const ranktape::Mlp& model, const ranktape::Dataset& data,
                              const ranktape::NamedLoss& loss);

/// What the last of these epochs, of so many in all, gives reason to warn of: one sentence each, with what to do.
std::vector<std::string> health_warnings(const std::vector<TrainingHealth>& history, int epochs,
                                         const ranktape::NamedLoss& loss);

}  // namespace train_ranker
