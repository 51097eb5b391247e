#include <ranktape/core/inspect/escape.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using ranktape::detail::escaped;
using ranktape::detail::EscapeFor;

namespace {

constexpr std::array<EscapeFor, 5> targets = {EscapeFor::html, EscapeFor::json, EscapeFor::terminal, EscapeFor::dot,
                                              EscapeFor::mermaid};
constexpr std::size_t unlimited = 1 << 30;

std::string html(std::string_view text) { return escaped(text, EscapeFor::html); }
std::string json(std::string_view text) { return escaped(text, EscapeFor::json); }
std::string terminal(std::string_view text) { return escaped(text, EscapeFor::terminal); }
std::string dot(std::string_view text) { return escaped(text, EscapeFor::dot); }
std::string mermaid(std::string_view text) { return escaped(text, EscapeFor::mermaid); }

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// What a reader of the target sees: the way back from the escapes, written apart from them.
std::string unescaped(std::string text, EscapeFor target) {
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;
  switch (target) {
    case EscapeFor::html:
      for (const auto& [from, to] :
           Pairs{{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}}) {
        text = replaced(std::move(text), from, to);
      }
      return text;
    case EscapeFor::json: return nlohmann::json::parse("\"" + text + "\"").get<std::string>();
    case EscapeFor::terminal: return text;
    case EscapeFor::dot: {
      std::string plain;
      for (std::size_t i = 0; i < text.size(); ++i) {
        plain += text[i] == '\\' ? text[++i] : text[i];
      }
      return replaced(std::move(plain), "&amp;", "&");
    }
    case EscapeFor::mermaid: {
      std::string plain;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '#') {
          plain += text[i];
          continue;
        }
        const std::string name = text.substr(i + 1, text.find(';', i) - i - 1);
        i += name.size() + 1;
        plain += name == "quot"  ? '"'
                 : name == "amp" ? '&'
                 : name == "lt"  ? '<'
                 : name == "gt"  ? '>'
                                 : static_cast<char>(std::stoi(name));
      }
      return plain;
    }
  }
  return {};
}

/// Valid UTF-8 with no character that is not seen, by rules written apart from the library's.
bool is_printable_utf8(const std::string& text) {
  // The library refuses text that is not UTF-8.
  std::u32string characters;
  try {
    static_cast<void>(nlohmann::json(text).dump());
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t character = bytes == 1 ? lead : lead & (0xFFU >> (bytes + 1));
    for (std::size_t k = 1; k < bytes; ++k) {
      character = character * 64 + (static_cast<unsigned char>(text[i + k]) & 63U);
    }
    characters += character;
    i += bytes;
  }
  return std::none_of(characters.begin(), characters.end(), [](char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200B || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c & 0xFFFEU) == 0xFFFEU;
  });
}

/// Nothing in it ends the place where it stands, or begins something there.
bool stays_inside(const std::string& text, EscapeFor target) {
  switch (target) {
    case EscapeFor::html: {
      if (text.find_first_of("<>\"'") != std::string::npos) return false;
      for (std::size_t i = text.find('&'); i != std::string::npos; i = text.find('&', i + 1)) {
        const std::string_view rest = std::string_view(text).substr(i);
        if (!rest.starts_with("&amp;") && !rest.starts_with("&lt;") && !rest.starts_with("&gt;") &&
            !rest.starts_with("&quot;") && !rest.starts_with("&#39;")) {
          return false;
        }
      }
      return true;
    }
    case EscapeFor::json: return text.find_first_of("<>&") == std::string::npos;  // quotes: the parser says so
    case EscapeFor::terminal: return true;
    case EscapeFor::dot: {
      std::size_t backslashes = 0;
      for (const char c : text) {
        if (c == '"' && backslashes % 2 == 0) return false;
        backslashes = c == '\\' ? backslashes + 1 : 0;
      }
      return backslashes % 2 == 0;
    }
    case EscapeFor::mermaid: return text.find_first_of("\"<>&`%$\\") == std::string::npos;
  }
  return false;
}

}  // namespace

TEST_CASE("escape: plain text, of any script, stays as it is") {
  for (const std::string_view text : {"", "layer 1/weight_[3, 4] = (a, b): c?", "Gewichte äöüß", "\u0432\u0435\u0441",
                                      "\u6B0A\u91CD", "\U0001F469\u200D\U0001F52C", "e\u0301", "\u05D0\u05D1"}) {
    for (const EscapeFor target : targets) {
      CHECK(escaped(text, target) == text);
    }
  }
}

TEST_CASE("escape: what ends a script, a comment, a section or a quotation") {
  CHECK(html("</script><!-- ]]> \"a\" 'b' &amp; \\") ==
        "&lt;/script&gt;&lt;!-- ]]&gt; &quot;a&quot; &#39;b&#39; &amp;amp; \\");
  CHECK(json("</script><!-- ]]> \"a\" 'b' &amp; \\") ==
        "\\u003c/script\\u003e\\u003c!-- ]]\\u003e \\\"a\\\" 'b' \\u0026amp; \\\\");
  CHECK(terminal("</script> \"a\" \\") == "</script> \"a\" \\");
  CHECK(dot("\"a\" \\N &lt; <b>") == "\\\"a\\\" \\\\N &amp;lt; <b>");
  CHECK(mermaid("\"a\" #35; <b> & `c` %%{init}%% $$d$$ \\n") ==
        "#quot;a#quot; #35;35#59; #lt;b#gt; #amp; #96;c#96; #37;#37;{init}#37;#37; #36;#36;d#36;#36; #92;n");
}

TEST_CASE("escape: control characters become pictures, other invisible ones their number") {
  for (const EscapeFor target : targets) {
    CHECK(escaped(std::string_view("a\0b", 3), target) == "a\u2400b");
    CHECK(escaped("a\r\n\tb", target) == "a\u240D\u240A\u2409b");
    CHECK(escaped("\x1b[31mred\x07", target) == "\u241B[31mred\u2407");
    CHECK(escaped("\x7f", target) == "[U+007F]");
    CHECK(escaped("\u0085\u009B", target) == "[U+0085][U+009B]");
    CHECK(escaped("\u2028 \u2029", target) == "[U+2028] [U+2029]");
    CHECK(escaped("\u202A\u202B\u202C\u202D\u202E", target) == "[U+202A][U+202B][U+202C][U+202D][U+202E]");
    CHECK(escaped("\u2066\u2067\u2068\u2069", target) == "[U+2066][U+2067][U+2068][U+2069]");
    CHECK(escaped("\u200B\u200E\u200F\u061C\u00AD", target) == "[U+200B][U+200E][U+200F][U+061C][U+00AD]");
    CHECK(escaped("\uFEFF\uFFFE\uFFFF\uFDD0\U000E0041\U0010FFFF", target) ==
          "[U+FEFF][U+FFFE][U+FFFF][U+FDD0][U+E0041][U+10FFFF]");
  }
}

TEST_CASE("escape: what is not UTF-8 becomes a replacement character for each byte") {
  const std::string r = "\uFFFD";
  for (const EscapeFor target : targets) {
    CHECK(escaped("\xff", target) == r);
    CHECK(escaped("a\x80z", target) == "a" + r + "z");
    CHECK(escaped("\xc0\xaf", target) == r + r);          // "/", longer than necessary
    CHECK(escaped("\xc1\xbf", target) == r + r);          // "\x7f"
    CHECK(escaped("\xe0\x9f\xbf", target) == r + r + r);  // U+07FF
    CHECK(escaped("\xf0\x8f\xbf\xbf", target) == r + r + r + r);
    CHECK(escaped("\xed\xa0\x80", target) == r + r + r);          // U+D800
    CHECK(escaped("\xed\xbf\xbf", target) == r + r + r);          // U+DFFF
    CHECK(escaped("\xf4\x90\x80\x80", target) == r + r + r + r);  // U+110000
    CHECK(escaped("\xf8\x88\x80\x80\x80", target) == r + r + r + r + r);
    CHECK(escaped("\xe2\x82", target) == r + r);  // cut off
    CHECK(escaped("\xe2\x82<", target) == r + r + escaped("<", target));
    CHECK(escaped("\xf0\x9f\x98", target) == r + r + r);
    CHECK(escaped("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbd", target) == "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbd");
  }
}

TEST_CASE("escape: of a long text the beginning stays") {
  CHECK(escaped("abcdef", EscapeFor::html, 6) == "abcdef");
  CHECK(escaped("abcdef", EscapeFor::html, 5) == "abcde\u2026 (1 more bytes)");
  CHECK(escaped("<<<<", EscapeFor::html, 2) == "&lt;&lt;\u2026 (2 more bytes)");
  CHECK(escaped("\u00e4\u00e4\u00e4", EscapeFor::json, 2) == "\u00e4\u00e4\u2026 (2 more bytes)");
  CHECK(escaped("\u00e4\u00e4", EscapeFor::json, 0) == "\u2026 (4 more bytes)");
  CHECK(escaped("", EscapeFor::json, 0).empty());
  CHECK(html(std::string(1 << 20, 'x')) == std::string(200, 'x') + "\u2026 (1,048,376 more bytes)");
}

TEST_CASE("escape: 16 MB of the worst text") {  // an hour, were the time quadratic
  std::string text;
  for (std::size_t i = 0; i < (std::size_t{1} << 24); ++i) text += "<\xff\u202E"[i % 5];
  CHECK(escaped(text, EscapeFor::html, unlimited).size() > text.size());
}

TEST_CASE("escape: any bytes stay inside their place, and all targets show the same text") {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"</script>", "<!--",     "-->",    "]]>",       "&lt;", "\\u003c",
                                           "\\",        "\"",       "'",      "#59;",      "%%{",  "\u2028",
                                           "\u202E",    "\xe2\x82", "\xff",   "\x1b[2J",   "\n",   "\xed\xa0\x80",
                                           "\xc0\xbc",  "`",        "\u00e4", "\U0001F600"};
  for (int trial = 0; trial < 20000; ++trial) {
    std::string text;
    for (std::size_t length = random() % 24; length > 0; --length) {
      text += trial % 2 == 0 ? std::string(1, static_cast<char>(random())) : pieces[random() % pieces.size()];
    }
    const std::string shown = escaped(text, EscapeFor::terminal, unlimited);
    for (const EscapeFor target : targets) {
      const std::string safe = escaped(text, target, unlimited);
      REQUIRE(is_printable_utf8(safe));
      REQUIRE(stays_inside(safe, target));
      REQUIRE(unescaped(safe, target) == shown);
    }
  }
}
