#pragma once

#include <ranktape/core/io/row_block.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

// Internal: includes fmt, so no public header includes this one.
namespace ranktape::detail {

/// What is wrong with the present line, to be thrown while it is parsed.
struct BadLine {
  std::string message;
};

template <class... Arguments>
[[noreturn]] void refuse_line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw BadLine{fmt::format(format, std::forward<Arguments>(arguments)...)};
}

/// Calls parse_line for each line of whole lines, without its line feed, and makes faults of what it throws, until
/// there are `most_faults`. The block counts the lines.
template <class ParseLine>
void parse_lines(std::string_view text, int most_faults, RowBlock& block, const ParseLine& parse_line) {
  while (!text.empty() && block.faults.size() < static_cast<std::size_t>(most_faults)) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    ++block.lines;
    try {
      parse_line(line);
    } catch (BadLine& bad) {
      block.faults.push_back({block.lines, std::move(bad.message)});
    }
  }
}

}  // namespace ranktape::detail
