#pragma once

#include <ranktape/core/inspect/escape.hpp>
#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

// Internal: includes fmt, so no public header includes this one.
namespace ranktape::detail {

/// JSON at the end of a text, in one pass: a report has tens of thousands of numbers, and no tree of them is needed.
/// Doubles have the fewest digits that read back as the same double; what JSON has no number for is the text "nan",
/// "inf" or "-inf". A missing value is null.
class JsonWriter {
 public:
  /// Names of a user's in it are cut here; sentences may be longer.
  static constexpr std::size_t max_name = 200;
  static constexpr std::size_t max_sentence = 4000;

  explicit JsonWriter(std::string& out) : out_(out) {}

  void open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  JsonWriter& key(std::string_view name) {
    separate();
    fmt::format_to(std::back_inserter(out_), "\"{}\":", name);
    first_ = true;
    return *this;
  }

  void null() {
    separate();
    out_ += "null";
  }
  void value(double number) {
    separate();
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(out_), "{}", number);
    } else {
      fmt::format_to(std::back_inserter(out_), "\"{}\"", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
    }
  }
  template <std::integral Integer>
  void value(Integer number) {
    separate();
    fmt::format_to(std::back_inserter(out_), "{}", number);
  }
  template <class T>
  void value(const std::optional<T>& number) {
    number ? value(*number) : null();
  }
  void text(std::string_view text, std::size_t max_characters = max_name) {
    separate();
    out_ += '"';
    out_ += escaped(text, EscapeFor::json, max_characters);
    out_ += '"';
  }

  template <class T>
  void field(std::string_view name, const T& number) {
    key(name).value(number);
  }
  void text_field(std::string_view name, std::string_view content, std::size_t max_characters = max_name) {
    key(name).text(content, max_characters);
  }
  /// An array of what `write(element)` writes for each.
  template <class Range, class Write>
  void array(std::string_view name, const Range& range, Write&& write) {
    key(name).open('[');
    for (const auto& element : range) {
      write(element);
    }
    close(']');
  }
  /// An array of numbers, without a name.
  template <class Range>
  void values(const Range& numbers) {
    open('[');
    for (const auto number : numbers) {
      value(number);
    }
    close(']');
  }
  /// An array of `get(element)`, numbers or optional ones.
  template <class Range, class Get>
  void column(std::string_view name, const Range& range, Get&& get) {
    array(name, range, [&](const auto& element) { value(get(element)); });
  }

 private:
  void separate() {
    if (!first_) {
      out_ += ',';
    }
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;  // nothing to set apart from
};

}  // namespace ranktape::detail
