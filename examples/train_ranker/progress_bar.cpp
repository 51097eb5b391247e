#include "progress_bar.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace train_ranker {

ProgressBar::ProgressBar()
    : terminal_(isatty(STDERR_FILENO) != 0), start_(Clock::now()), last_drawn_(start_ - std::chrono::hours(1)) {}

void ProgressBar::advance(std::int64_t done, std::int64_t total, std::int64_t documents) {
  if (!terminal_) {
    return;
  }
  if (first_done_ < 0) {
    first_done_ = done - 1;
  }
  documents_ += documents;
  const Clock::time_point now = Clock::now();
  if (now - last_drawn_ < std::chrono::milliseconds(100)) {
    return;
  }
  last_drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const double left = seconds / static_cast<double>(done - first_done_) * static_cast<double>(total - done);
  constexpr int width = 24;
  const int filled = static_cast<int>(share * width);
  fmt::print(stderr, "\r\x1b[K[{:#<{}}{:.<{}}] {:3.0f} %  {:.0f} documents/s  {} left", "", filled, "", width - filled,
             100 * share, static_cast<double>(documents_) / seconds, describe_duration(left));
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::clear() {
  if (drawn_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    drawn_ = false;
  }
}

std::string describe_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 60) {
    return fmt::format("{} s", whole);
  }
  if (whole < 3600) {
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  }
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace train_ranker
