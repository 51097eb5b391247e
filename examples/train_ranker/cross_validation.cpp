#include "cross_validation.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "command_line.hpp"
#include "measurement.hpp"
#include "training_data.hpp"
#include "training_run.hpp"

namespace train_ranker {

using namespace ranktape;

ResultsRow cross_validate(const TrainOptions& options, int folds, const std::vector<std::string>& metric_names) {
  const std::vector<MetricSpecification> metrics = parse_metrics(metric_names);
  const Dataset all = read_training_file(options);
  if (folds > all.query_count()) {
    throw UsageError(
        fmt::format("train: --folds: {} queries do not make {} parts; give fewer", all.query_count(), folds));
  }
  fmt::print("\nCross-validation, {} queries in {} parts:\n", all.query_count(), folds);
  std::vector<ResultsRow> rows;
  std::vector<std::vector<double>> values;
  for (int fold = 0; fold < folds; ++fold) {
    DatasetSplit split = split_fold(all, folds, fold, options.seed);
    const TrainingData data = prepare(options, std::move(split.train), std::nullopt, std::move(split.valid));
    TrainingRun run(options, data, options.seed);
    run.finish();
    values.push_back(measure(metrics, run.trainer().model(), *data.test).values);
    rows.push_back({fmt::format("part {}, epoch {}", fold + 1, run.best_epoch()), values.back()});
  }
  print_results(metric_names, rows);
  const ResultsRow summary = summary_of("mean +- deviation", values);
  print_results(metric_names, {summary});
  return summary;
}

}  // namespace train_ranker
