#include "checkpoint.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr std::int64_t history_columns = 13;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

// A row for each epoch: the header of a safetensors file, where texts go, has a limit.
Tensor tensor_of(const std::vector<EpochRecord>& history) {
  std::vector<double> rows;
  for (const EpochRecord& record : history) {
    const EpochReport& report = record.report;
    const TrainingHealth& health = record.health;
    for (const double value :
         {report.loss, report.gradient_norm, report.learning_rate, report.seconds, static_cast<double>(report.queries),
          static_cast<double>(report.documents), static_cast<double>(report.queries_left_out),
          record.validation.value_or(none), record.best ? 1.0 : 0.0, health.score_deviation,
          health.rank_spread.value_or(none), health.blocks_per_document.value_or(none), health.single_block_lists}) {
      rows.push_back(value);
    }
  }
  return Tensor::from(rows, Shape{std::ssize(history), history_columns}, {.dtype = DType::float64});
}

std::vector<EpochRecord> history_of(const SafetensorsFile& state) {
  if (std::ranges::find(state.tensors, "history", &NamedTensor::name) == state.tensors.end()) {
    return {};  // written before the first epoch ended
  }
  const Tensor& tensor = state.at("history");
  if (tensor.shape().rank() != 2 || tensor.shape()[1] != history_columns) {
    throw FormatError(
        fmt::format("{}: 'history' is {}, not [epochs, {}]", state.source, to_string(tensor.shape()), history_columns));
  }
  const std::vector<double> rows = tensor.to_vector<double>();
  const auto optional = [](double value) { return std::isnan(value) ? std::nullopt : std::optional(value); };
  std::vector<EpochRecord> history;
  for (auto row = rows.begin(); row != rows.end(); row += history_columns) {
    EpochRecord record;
    record.report = {.epoch = static_cast<int>(history.size()) + 1,
                     .loss = row[0],
                     .gradient_norm = row[1],
                     .learning_rate = row[2],
                     .seconds = row[3],
                     .queries = static_cast<std::int64_t>(row[4]),
                     .documents = static_cast<std::int64_t>(row[5]),
                     .queries_left_out = static_cast<std::int64_t>(row[6])};
    record.validation = optional(row[7]);
    record.best = row[8] != 0;
    record.health = {.score_deviation = row[9],
                     .rank_spread = optional(row[10]),
                     .blocks_per_document = optional(row[11]),
                     .single_block_lists = row[12]};
    history.push_back(record);
  }
  return history;
}

// What may differ when a training goes on, besides the options of output.
std::string differences(const nlohmann::json& written, const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    const std::string before = written.value(name, "");
    if (before != value) {
      text += fmt::format("{}--{} was '{}' and is '{}'", text.empty() ? "" : ", ", name, before, value);
    }
  }
  return text;
}

}  // namespace

Checkpoint::Checkpoint(std::string file, double seconds, Settings settings, std::string fingerprint)
    : file_(std::move(file)),
      interval_(seconds),
      settings_(std::move(settings)),
      fingerprint_(std::move(fingerprint)) {}

bool Checkpoint::resume(TrainingRun& run, std::vector<EpochRecord>& history) const {
  if (!std::filesystem::exists(file_)) {
    return false;
  }
  const SafetensorsFile state = load_safetensors(file_);
  try {
    const std::string differ = differences(nlohmann::json::parse(state.text_at("settings")), settings_);
    if (!differ.empty()) {
      throw FormatError(
          fmt::format("{}: the training that it is of had other options: {}; give the same, or remove the "
                      "file to begin anew",
                      file_, differ));
    }
    if (state.text_at("data") != fingerprint_) {
      throw FormatError(fmt::format("{}: the training data have changed since; remove the file to begin anew", file_));
    }
    run.restore(state);
    history = history_of(state);
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(fmt::format("{}: not what this program wrote: {}", file_, error.what()));
  }
  return true;
}

void Checkpoint::write_if_due(const TrainingRun& run, const std::vector<EpochRecord>& history) {
  if (Clock::now() - written_ >= interval_) {
    write(run, history);
  }
}

void Checkpoint::write(const TrainingRun& run, const std::vector<EpochRecord>& history) {
  SafetensorsFile state = run.state();
  state.metadata["settings"] = nlohmann::json(settings_).dump();
  state.metadata["data"] = fingerprint_;
  if (!history.empty()) {
    state.tensors.push_back({"history", tensor_of(history)});
  }
  save_safetensors(file_, state);
  written_ = Clock::now();
}

void Checkpoint::remove() const { std::filesystem::remove(file_); }

}  // namespace train_ranker
