#pragma once

#include <ranktape/core/error.hpp>
#include <ranktape/core/source_location.hpp>
#include <fmt/format.h>

#include <string_view>
#include <utility>

// Internal: includes fmt, so no public header includes this one.
namespace ranktape::detail {

/// Throws `Kind` with the text `file:line: operation: message`.
template <class Kind, class... Arguments>
[[noreturn]] void fail(SourceLocation where, std::string_view operation, fmt::format_string<Arguments...> format,
                       Arguments&&... arguments) {
  throw Kind(fmt::format("{}:{}: {}: {}", where.file, where.line, operation,
                         fmt::format(format, std::forward<Arguments>(arguments)...)));
}

}  // namespace ranktape::detail
