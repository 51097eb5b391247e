#pragma once

#include <ranktape/core/error.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// Internal: includes fmt, so no public header includes this one.
namespace ranktape::detail {

/// Throws FormatError with the text `source: message`.
template <class... Arguments>
[[noreturn]] void fail_in_file(std::string_view source, fmt::format_string<Arguments...> format,
                               Arguments&&... arguments) {
  throw FormatError(fmt::format("{}: {}", source, fmt::format(format, std::forward<Arguments>(arguments)...)));
}

/// Throws FormatError with the text `source:line: message`.
template <class... Arguments>
[[noreturn]] void fail_at_line(std::string_view source, std::int64_t line, fmt::format_string<Arguments...> format,
                               Arguments&&... arguments) {
  throw FormatError(fmt::format("{}:{}: {}", source, line, fmt::format(format, std::forward<Arguments>(arguments)...)));
}

/// The bytes in quotes, fit for any terminal: at most 40 of them, what is not printable ASCII as \x1b.
std::string quote(std::string_view bytes);

}  // namespace ranktape::detail
