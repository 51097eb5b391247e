#include "training_report.hpp"

#include <fmt/format.h>

#include <numeric>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

ReportTable table_of(std::string caption, const std::vector<std::string>& metrics,
                     const std::vector<ResultsRow>& rows) {
  ReportTable table = {.caption = std::move(caption), .columns = {"model"}};
  table.columns.insert(table.columns.end(), metrics.begin(), metrics.end());
  for (const ResultsRow& row : rows) {
    std::vector<std::string> cells = {row.name};
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      cells.push_back(row.deviations.empty() ? fmt::format("{:.4f}", row.values[i])
                                             : fmt::format("{:.4f} +- {:.4f}", row.values[i], row.deviations[i]));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string looked_at(const std::vector<std::int64_t>& queries, const Dataset& data) {
  const std::int64_t documents =
      std::accumulate(queries.begin(), queries.end(), std::int64_t{0},
                      [&](std::int64_t sum, std::int64_t query) { return sum + data.groups.size(query); });
  return fmt::format(
      "The gradient is that of {} training queries with {} documents, taken evenly from all, without dropout.",
      queries.size(), documents);
}

std::vector<std::string> facts_of(const TrainingSummary& summary, const TrainingData& data, const TrainingRun& run) {
  std::vector<std::string> facts = {fmt::format("Trained on {}.", describe(data.train)),
                                    fmt::format("Model {}.", run.trainer().model().description()),
                                    fmt::format("Loss {}.", run.loss().name), summary.result,
                                    looked_at(summary.queries, data.train)};
  facts.insert(facts.end(), summary.warnings.begin(), summary.warnings.end());
  for (const std::string& note : data.notes) {
    facts.push_back(note + ".");
  }
  return facts;
}

std::vector<std::pair<std::string, std::string>> provenance_of(const TrainOutput& output, const Settings& settings,
                                                               const TrainingData& data) {
  std::vector<std::pair<std::string, std::string>> entries = {
      {"command line", output.command_line},
      {"training data", fmt::format("{}, fingerprint {}", describe(data.train), fingerprint_of(data.train))}};
  if (data.valid) {
    entries.emplace_back("validation data",
                         fmt::format("{}, fingerprint {}", describe(*data.valid), fingerprint_of(*data.valid)));
  }
  if (data.test) {
    entries.emplace_back("test data",
                         fmt::format("{}, fingerprint {}", describe(*data.test), fingerprint_of(*data.test)));
  }
  for (const auto& [name, value] : settings) {
    if (!value.empty()) {
      entries.emplace_back("--" + name, value);
    }
  }
  return entries;
}

}  // namespace

ReportOptions report_options(const TrainingSummary& summary, const TrainOutput& output, const Settings& settings,
                             const TrainingData& data, const TrainingRun& run) {
  ReportOptions options = {.title = "ranktape: a training",
                           .facts = facts_of(summary, data, run),
                           .provenance = provenance_of(output, settings, data)};
  if (!summary.test.empty()) {
    options.tables.push_back(
        table_of(fmt::format("Test data ({})", describe(MetricOptions{})), output.metrics, summary.test));
  }
  if (!summary.folds.empty()) {
    options.tables.push_back(table_of("Cross-validation", output.metrics, summary.folds));
  }
  return options;
}

}  // namespace train_ranker
