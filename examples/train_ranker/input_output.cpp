#include "input_output.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr const char* standard = "-";

// Of "source.cpp:123: " at the front, or 0.
std::size_t length_of_place(std::string_view text) {
  const std::size_t end = std::min(text.find(": "), text.size());
  const std::size_t colon = text.substr(0, end).rfind(':');
  if (end == text.size() || colon == std::string_view::npos) {
    return 0;
  }
  const std::string_view file = text.substr(0, colon);
  const std::string_view line = text.substr(colon + 1, end - colon - 1);
  const bool is_source = file.ends_with(".cpp") || file.ends_with(".hpp");
  return is_source && line.find_first_not_of("0123456789") == std::string_view::npos ? end + 2 : 0;
}

}  // namespace

std::string shown_name(const std::string& file) { return file == standard ? "(standard input)" : file; }

std::string read_text(const std::string& file) { return read_file_unpacked(file); }

void write_text(const std::string& file, std::string_view text) {
  if (file != standard) {
    write_file_atomically(file, text);
  } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error("standard output: cannot be written");
  }
}

std::string without_place(const Error& error) {
  std::string text = error.what();
  text.erase(0, length_of_place(text));
  const std::size_t operation_end = text.find(": ");
  return operation_end == std::string::npos ? text : text.substr(operation_end + 2);
}

std::string in_terms_of_options(std::string text) {
  static const std::array<std::pair<std::string_view, std::string_view>, 6> names = {{
      {"read it with ScatteredQueries::merge", "give --merge-queries"},
      {"allow_negative_labels", "--allow-negative-labels"},
      {"allow_nan keeps it, and an index left out is 0", "an index left out is 0"},
      {"one_query", "--one-query"},
      {"raise max_table_bytes, or read with SparseFeatures::always", "or give --sparse always"},
      {"ExtraFeatures::ignore leaves it out", "a model knows no more"},
  }};
  text.erase(0, length_of_place(text));
  for (const auto& [name, option] : names) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + option.size())) {
      text.replace(at, name.size(), option);
    }
  }
  return text;
}

}  // namespace train_ranker
