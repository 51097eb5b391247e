#include <ranktape/core/inspect/maker.hpp>

#include <algorithm>

namespace ranktape {

std::int64_t detail::maker_of(const Tape& tape, std::uint32_t tensor) {
  // Records are in the order of their outputs' numbers.
  const auto maker = std::ranges::lower_bound(tape.records(), tensor, {}, &Record::output);
  return maker != tape.records().end() && maker->output == tensor ? maker - tape.records().begin() : -1;
}

std::vector<std::int64_t> detail::makers_of(const Tape& tape) {
  std::vector<std::int64_t> makers(tape.tensors().size(), -1);
  for (const Record& record : tape.records()) {
    makers[record.output] = &record - tape.records().data();
  }
  return makers;
}

}  // namespace ranktape
