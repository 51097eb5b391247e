#pragma once

#include <string>
#include <vector>

#include "results_table.hpp"
#include "train_options.hpp"

namespace train_ranker {

/// Trains once for each of `folds` parts of the training queries (drawn by the seed), with that part as test data and
/// all else as training data, scaled by these; prints the metrics of each part; returns their
/// mean and standard deviation, printed too.
ResultsRow cross_validate(const TrainOptions& options, int folds, const std::vector<std::string>& metrics);

}  // namespace train_ranker
