#include <ranktape/core/inspect/maker.hpp>

#include <algorithm>

namespace ranktape {

std::int64_t detail::maker_of(const Tape& tape, std::uint32_t tensor) {
  // Records are in the order of their outputs' numbers.
  const auto maker = std::ranges::lower_bound(tape.records(), tensor, {}, &Record::output);
  return maker != tape.records().end() && maker->output == tensor ? maker - tape.records().begin() : -1;
}

}  // namespace ranktape
