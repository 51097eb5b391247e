#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/sample_records.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <unordered_map>

namespace ranktape::detail {
namespace {

/// Whether an operation ranks, or is a loss over lists: asked of its first record on the tape, for to tell of a record
/// may cost as much as the operation.
class RankingOperations {
 public:
  explicit RankingOperations(const Tape& tape) : tape_(tape) {}

  bool contain(const Record& record) {
    const auto [known, is_new] = known_.try_emplace(record.operation, false);
    if (is_new) {
      const RecordDetails details = tape_.details(record);
      known->second = details.ranking.has_value() || details.list_loss.has_value();
    }
    return known->second;
  }

 private:
  const Tape& tape_;
  std::unordered_map<const Operation*, bool> known_;
};

class Sample {
 public:
  explicit Sample(std::int64_t records) : chosen_(static_cast<std::size_t>(records), 0) {}

  void add(std::int64_t record) {
    char& chosen = chosen_[static_cast<std::size_t>(record)];
    size_ += chosen == 0 ? 1 : 0;
    chosen = 1;
  }
  [[nodiscard]] bool has(std::int64_t record) const { return chosen_[static_cast<std::size_t>(record)] != 0; }
  /// At most `room` of them.
  void add_evenly(std::span<const std::int64_t> records, std::int64_t room) {
    if (room <= 0) {
      return;
    }
    const std::int64_t step = (std::ssize(records) + room - 1) / room;
    for (std::int64_t i = 0; i < std::ssize(records); i += step) {
      add(records[static_cast<std::size_t>(i)]);
    }
  }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::vector<std::int64_t> numbers() const {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (chosen_[i] != 0) {
        numbers.push_back(static_cast<std::int64_t>(i));
      }
    }
    return numbers;
  }

 private:
  std::vector<char> chosen_;
  std::int64_t size_ = 0;
};

}  // namespace

std::vector<std::int64_t> sample_records(const Tape& tape, std::int64_t most, std::span<const std::int64_t> wanted) {
  const std::int64_t count = std::ssize(tape.records());
  if (count <= most) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
  }
  Sample sample(count);
  for (const std::int64_t record : wanted) {
    sample.add(record);
  }
  for (std::int64_t i = 0; i < most / 10; ++i) {
    sample.add(i);
    sample.add(count - 1 - i);
  }
  RankingOperations rankings(tape);
  std::vector<std::int64_t> rank;
  std::vector<std::int64_t> read_parameters;
  std::vector<std::int64_t> others;
  for (std::int64_t i = 0; i < count; ++i) {
    const Record& record = tape.records()[static_cast<std::size_t>(i)];
    if (sample.has(i)) {
      continue;
    }
    const bool reads_parameter = std::ranges::any_of(tape.inputs(record), [&](std::uint32_t number) {
      return number != Tape::constant && tape.tensors()[number].node()->parameter;
    });
    (rankings.contain(record) ? rank : reads_parameter ? read_parameters : others).push_back(i);
  }
  // Each kind takes at most half of what is left, so that the last one is seen, too.
  sample.add_evenly(rank, (most - sample.size()) / 2);
  sample.add_evenly(read_parameters, (most - sample.size()) / 2);
  sample.add_evenly(others, most - sample.size());
  return sample.numbers();
}

}  // namespace ranktape::detail
