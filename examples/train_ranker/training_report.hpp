#pragma once

#include <map>
#include <string>
#include <vector>

#include "results_table.hpp"
#include "train_options.hpp"
#include "training_run.hpp"

namespace train_ranker {

/// What a person wants to know of a training afterwards.
struct TrainingReport {
  std::vector<std::string> facts;  ///< data, model, loss, result: a sentence each
  std::vector<std::string> warnings;
  std::vector<EpochRecord> history;
  std::string validation_metric;
  std::vector<std::string> metric_names;
  std::vector<ResultsRow> test;  ///< empty without test data
  Settings settings;
};

/// One HTML page that needs nothing else: no script, no network, light and dark.
std::string html_of(const TrainingReport& report);

}  // namespace train_ranker
