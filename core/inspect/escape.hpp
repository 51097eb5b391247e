#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Internal.
namespace ranktape::detail {

enum class EscapeFor { html, json, terminal, dot, mermaid };

/// A user's text (names, paths, operations of their own), fit to stand in HTML (text or a quoted attribute), in a JSON
/// string inside a script element, in a terminal, in a quoted DOT or Mermaid label. Whatever is not UTF-8 becomes
/// U+FFFD, control characters and line separators become visible ones, and of a text longer than `max_characters` the
/// beginning stays, with a word on how much was cut. Everything of a user's goes through here, and nothing else does.
std::string escaped(std::string_view text, EscapeFor target, std::size_t max_characters = 200);

}  // namespace ranktape::detail
