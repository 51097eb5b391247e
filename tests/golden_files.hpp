#pragma once

#include <zlib.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

/// A golden file, plain or gzip, by its name in tests/golden.
inline nlohmann::json read_golden(const std::string& name) {
  const std::string path = std::string(RANKTAPE_GOLDEN_DIRECTORY) + "/" + name;
  gzFile file = gzopen(path.c_str(), "rb");  // reads plain files, too
  if (file == nullptr) {
    throw std::runtime_error("cannot open " + path);
  }
  std::string text;
  char chunk[1 << 16];
  for (int count = 0; (count = gzread(file, chunk, sizeof(chunk))) > 0;) {
    text.append(chunk, static_cast<std::size_t>(count));
  }
  gzclose(file);
  return nlohmann::json::parse(text);
}
