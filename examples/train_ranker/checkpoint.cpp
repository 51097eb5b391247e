#include "checkpoint.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

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

bool Checkpoint::resume(TrainingRun& run) const {
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
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(fmt::format("{}: not what this program wrote: {}", file_, error.what()));
  }
  return true;
}

void Checkpoint::write_if_due(const TrainingRun& run) {
  if (Clock::now() - written_ >= interval_) {
    write(run);
  }
}

void Checkpoint::write(const TrainingRun& run) {
  SafetensorsFile state = run.state();
  state.metadata["settings"] = nlohmann::json(settings_).dump();
  state.metadata["data"] = fingerprint_;
  save_safetensors(file_, state);
  written_ = Clock::now();
}

void Checkpoint::remove() const { std::filesystem::remove(file_); }

}  // namespace train_ranker
