#include <ranktape/core/inspect/folding.hpp>
#include <ranktape/core/inspect/tape_view.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

namespace ranktape::detail {
namespace {

/// No longer bodies are looked for: they would not be read. Inputs further away than that count as one and the same
/// tensor for every repetition, not as the one so many records before.
constexpr std::int64_t longest_body = 64;
/// Of the places where a record occurs again, so many are tried as the beginning of the next repetition.
constexpr int places_tried = 8;

using Signature = std::vector<std::int64_t>;

void append_shape(Signature& signature, const Shape& shape) {
  signature.push_back(shape.rank());
  signature.insert(signature.end(), shape.extents().begin(), shape.extents().end());
}

/// Numbers such that two records have the same if they are the same step of a repetition.
std::vector<std::int64_t> number_signatures(const Tape& tape) {
  const auto tensors = tape.tensors();
  const std::vector<std::int64_t> made_by = makers_of(tape);
  std::map<Signature, std::int64_t> known;
  std::unordered_map<const Operation*, std::int64_t> operations;
  std::vector<std::int64_t> numbers;
  numbers.reserve(tape.records().size());
  Signature signature;
  for (const Record& record : tape.records()) {
    const std::int64_t here = std::ssize(numbers);
    signature.clear();
    signature.push_back(operations.try_emplace(record.operation, std::ssize(operations)).first->second);
    append_shape(signature, tensors[record.output].shape());
    for (const std::uint32_t input : tape.inputs(record)) {
      if (input == Tape::constant) {
        signature.push_back(0);
      } else if (made_by[input] < 0) {  // a parameter: of each repetition its own, perhaps
        signature.push_back(1);
        append_shape(signature, tensors[input].shape());
      } else {
        const std::int64_t distance = here - made_by[input];
        signature.push_back(distance <= longest_body ? -distance : 2 + made_by[input]);
      }
    }
    numbers.push_back(known.try_emplace(signature, std::ssize(known)).first->second);
  }
  return numbers;
}

/// For each place the next one with the same number; the size if there is none.
std::vector<std::int64_t> next_occurrences(const std::vector<std::int64_t>& numbers) {
  const std::int64_t size = std::ssize(numbers);
  std::vector<std::int64_t> next(numbers.size());
  std::vector<std::int64_t> seen(numbers.size(), size);  // there are no more numbers than places
  for (std::int64_t i = size - 1; i >= 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    next[at] = std::exchange(seen[static_cast<std::size_t>(numbers[at])], i);
  }
  return next;
}

class Folder {
 public:
  explicit Folder(const Tape& tape) : numbers_(number_signatures(tape)), next_(next_occurrences(numbers_)) {}

  [[nodiscard]] std::vector<RecordRun> runs() const {
    std::vector<RecordRun> runs;
    for (std::int64_t i = 0; i < std::ssize(numbers_); i = runs.back().end()) {
      runs.push_back(longest_run(i));
    }
    return runs;
  }

 private:
  [[nodiscard]] std::int64_t number(std::int64_t place) const { return numbers_[static_cast<std::size_t>(place)]; }

  /// Of the runs that begin there, the one that saves the most nodes.
  [[nodiscard]] RecordRun longest_run(std::int64_t first) const {
    RecordRun best = {.first = first};
    std::int64_t again = first;
    for (int tried = 0; tried < places_tried; ++tried) {
      again = next_[static_cast<std::size_t>(again)];
      const std::int64_t body = again - first;
      if (again == std::ssize(numbers_) || body > longest_body) {
        break;
      }
      std::int64_t end = again;
      while (end < std::ssize(numbers_) && number(end) == number(end - body)) {
        ++end;
      }
      const RecordRun run = {.first = first, .body = body, .times = (end - first) / body};
      if (run.size() - run.body > best.size() - best.body) {
        best = run;
      }
    }
    return best;
  }

  std::vector<std::int64_t> numbers_;
  std::vector<std::int64_t> next_;
};

/// All between the first and the last runs, `most` in all with the one that stands for them.
void leave_out_middle(std::vector<RecordRun>& runs, std::int64_t most) {
  const std::int64_t front = most / 2;
  const std::int64_t back = std::max<std::int64_t>(most - front - 1, 0);
  const auto begin = runs.begin() + front;
  const auto end = runs.end() - back;
  *begin = {.first = begin->first, .body = std::prev(end)->end() - begin->first, .left_out = true};
  runs.erase(std::next(begin), end);
}

}  // namespace

std::vector<RecordRun> fold_records(const Tape& tape, std::int64_t most) {
  most = std::max<std::int64_t>(most, 1);
  std::vector<RecordRun> runs;
  if (std::ssize(tape.records()) <= most) {
    for (std::int64_t i = 0; i < std::ssize(tape.records()); ++i) {
      runs.push_back({.first = i});
    }
    return runs;
  }
  runs = Folder(tape).runs();
  if (std::ssize(runs) > most) {
    leave_out_middle(runs, most);
  }
  return runs;
}

}  // namespace ranktape::detail
