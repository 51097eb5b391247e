#pragma once

#include <chrono>
#include <string>

#include "train_options.hpp"
#include "training_run.hpp"

namespace train_ranker {

/// The file that an interrupted training goes on from.
class Checkpoint {
 public:
  /// `settings` and `fingerprint` say which training it is of.
  Checkpoint(std::string file, double seconds, Settings settings, std::string fingerprint);

  [[nodiscard]] const std::string& file() const { return file_; }
  /// Goes on from the file, if there is one; returns whether there was. Throws FormatError, naming the options that
  /// differ, for that of another training.
  bool resume(TrainingRun& run) const;
  /// Writes the file if it is time to, in one step: whoever looks finds the old one or all of the new one.
  void write_if_due(const TrainingRun& run);
  void write(const TrainingRun& run);
  /// When the training is over.
  void remove() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string file_;
  std::chrono::duration<double> interval_;
  Settings settings_;
  std::string fingerprint_;
  Clock::time_point written_ = Clock::now();
};

}  // namespace train_ranker
