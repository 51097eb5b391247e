#pragma once

#include <ranktape/core/inspect/report.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "results_table.hpp"
#include "train_options.hpp"
#include "training_data.hpp"
#include "training_run.hpp"

namespace train_ranker {

/// What of a training stands in its report besides how the gradient flows.
struct TrainingSummary {
  std::string result;                 ///< whose parameters these are: a sentence
  std::vector<std::string> warnings;  ///< of the epochs: a sentence each
  std::vector<ResultsRow> folds;      ///< of the cross-validation; empty without
  std::vector<ResultsRow> test;       ///< empty without test data
  std::vector<std::int64_t> queries;  ///< that were looked at, by their number in the training data
};

/// The title, facts, tables and provenance of a report. The same training gives the same: no times, no date.
ranktape::ReportOptions report_options(const TrainingSummary& summary, const TrainOutput& output,
                                       const Settings& settings, const TrainingData& data, const TrainingRun& run);

}  // namespace train_ranker
