#include "input_output.hpp"

#include <fmt/core.h>

#include <cstdio>

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr const char* standard = "-";

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
  const std::string text = error.what();
  const std::size_t place_end = text.find(": ");
  const std::size_t operation_end = text.find(": ", place_end == std::string::npos ? place_end : place_end + 2);
  return operation_end == std::string::npos ? text : text.substr(operation_end + 2);
}

}  // namespace train_ranker
