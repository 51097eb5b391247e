#pragma once

#include <ranktape/core/tape.hpp>

#include <cstdint>
#include <vector>

// Internal: which records of a tape one node of a graph stands for.
namespace ranktape::detail {

/// Records `first` to `first + body * times - 1`: a body that follows itself so many times, or (`left_out`) a stretch
/// that is not shown.
struct RecordRun {
  std::int64_t first = 0;
  std::int64_t body = 1;
  std::int64_t times = 1;
  bool left_out = false;

  [[nodiscard]] std::int64_t size() const { return body * times; }
  [[nodiscard]] std::int64_t end() const { return first + size(); }
};

/// The tape cut into runs, in order: one for each record if there are at most `most`; else records that repeat (the
/// same operations, shapes and relative inputs) are one run, and if there are still more runs than that, those in the
/// middle become a single one. Cost: proportional to the records.
std::vector<RecordRun> fold_records(const Tape& tape, std::int64_t most);

}  // namespace ranktape::detail
