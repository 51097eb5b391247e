#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace train_ranker {

/// One line on the terminal that shows how far a training is: rate and time left. Written to standard error, and only
/// where that is a terminal; lines of output that come between push it down.
class ProgressBar {
 public:
  ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  /// `done` of `total` steps in all, the last of them over `documents`. Draws no more than ten times a second.
  void advance(std::int64_t done, std::int64_t total, std::int64_t documents);
  /// Takes the line away, so that others may be written; the next advance draws it again.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_drawn_;
  std::int64_t first_done_ = -1;  // a training that goes on did not do these in this time
  std::int64_t documents_ = 0;
};

/// "42 s", "3 min 05 s", "2 h 07 min"
std::string describe_duration(double seconds);

}  // namespace train_ranker
