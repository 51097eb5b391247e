#pragma once

namespace train_ranker {

/// Turns the first Ctrl-C (or `kill`) of its lifetime into a question to be asked between two steps; the second ends
/// the program at once, as ever.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  [[nodiscard]] bool interrupted() const;
};

/// How the program ends after it has saved what an interrupted training needs to go on: shells write 128 + SIGINT.
struct Interrupted {};
inline constexpr int interrupted_status = 130;

}  // namespace train_ranker
