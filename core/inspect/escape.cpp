#include <ranktape/core/inspect/escape.hpp>
#include <ranktape/core/inspect/readable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace ranktape::detail {
namespace {

constexpr char32_t replacement = 0xFFFD;

struct Decoded {
  char32_t character = replacement;
  std::size_t bytes = 1;
};

// The character that `text`, which is not empty, begins with. A byte that begins none is a replacement character: so
// for what is cut off, longer than necessary, half of a surrogate pair, or beyond U+10FFFF.
Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) {
    return {};
  }
  char32_t character = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return {};
    }
    character = character << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  return character < least[bytes] || surrogate || character > 0x10FFFF ? Decoded{} : Decoded{character, bytes};
}

struct Range {
  char32_t first;
  char32_t last;
};

// What is not seen, or changes how its neighbours are seen: controls, soft hyphen, marks, embeddings, overrides and
// isolates of the writing direction, separators of lines and paragraphs, other format characters, tags. Joiners (U+200C
// and U+200D) stay: scripts and emoji need them.
constexpr std::array<Range, 15> invisible = {{{0x7F, 0x9F},
                                              {0xAD, 0xAD},
                                              {0x61C, 0x61C},
                                              {0x180E, 0x180E},
                                              {0x200B, 0x200B},
                                              {0x200E, 0x200F},
                                              {0x2028, 0x202E},
                                              {0x2060, 0x206F},
                                              {0x3164, 0x3164},
                                              {0xFDD0, 0xFDEF},
                                              {0xFEFF, 0xFEFF},
                                              {0xFFA0, 0xFFA0},
                                              {0xFFF0, 0xFFFB},
                                              {0xFFFE, 0xFFFF},
                                              {0xE0000, 0xE0FFF}}};

bool is_invisible(char32_t character) {
  // The last two characters of every plane are none.
  return (character & 0xFFFEU) == 0xFFFEU || std::any_of(invisible.begin(), invisible.end(), [&](const Range& range) {
           return range.first <= character && character <= range.last;
         });
}

// What `character` of ASCII needs to lose its meaning; empty where it has none.
std::string_view escape_sequence(char character, EscapeFor target) {
  switch (target) {
    case EscapeFor::html:
      switch (character) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return {};
      }
    case EscapeFor::json:
      switch (character) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        // Inside a script element, where "</script>" and "<!--" mean something even in a string.
        case '<': return "\\u003c";
        case '>': return "\\u003e";
        case '&': return "\\u0026";
        default: return {};
      }
    case EscapeFor::dot:
      switch (character) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '&': return "&amp;";  // Graphviz reads HTML's entities in every label
        default: return {};
      }
    case EscapeFor::mermaid:
      switch (character) {
        case '"': return "#quot;";
        case '&': return "#amp;";
        case '<': return "#lt;";
        case '>': return "#gt;";
        case '#': return "#35;";
        case '$': return "#36;";  // of "$$", mathematics
        case '%': return "#37;";  // of "%%{", a directive, even in quotes
        case ';': return "#59;";
        case '\\': return "#92;";
        case '`': return "#96;";  // of "`, Markdown
        default: return {};
      }
    case EscapeFor::terminal: return {};
  }
  return {};
}

void append(std::string& out, char32_t character, std::string_view bytes, EscapeFor target) {
  if (character < 0x20) {
    out += "\xE2\x90";  // U+2400 and the following are pictures of the control characters
    out += static_cast<char>(0x80 + character);
  } else if (character < 0x7F) {
    const std::string_view sequence = escape_sequence(static_cast<char>(character), target);
    out += sequence.empty() ? bytes : sequence;
  } else if (is_invisible(character)) {
    fmt::format_to(std::back_inserter(out), "[U+{:04X}]", static_cast<std::uint32_t>(character));
  } else if (character == replacement) {
    out += "\xEF\xBF\xBD";
  } else {
    out += bytes;
  }
}

}  // namespace

std::string escaped(std::string_view text, EscapeFor target, std::size_t max_characters) {
  std::string out;
  out.reserve(std::min(text.size(), max_characters) + 16);
  while (!text.empty() && max_characters-- > 0) {
    const Decoded decoded = decode_utf8(text);
    append(out, decoded.character, text.substr(0, decoded.bytes), target);
    text.remove_prefix(decoded.bytes);
  }
  if (!text.empty()) {
    out += fmt::format("\u2026 ({} more bytes)", grouped(std::ssize(text)));
  }
  return out;
}

}  // namespace ranktape::detail
