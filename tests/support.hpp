#pragma once

#include "on_device.hpp"

#include <ranktape/core/backend.hpp>
#include <ranktape/core/error.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/source_location.hpp>
#include <ranktape/core/tensor.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape::tests {

/// The rows of one file of tests/golden, gzip or not.
inline nlohmann::json golden(const std::string& file) {
  return nlohmann::json::parse(read_file_unpacked(std::string(RANKTAPE_GOLDEN_DIRECTORY) + "/" + file));
}

/// {"shape": [...], "values": [...]} as a float64 tensor, on the device under test.
inline Tensor golden_tensor(const nlohmann::json& row, const TensorOptions& options = {.dtype = DType::float64}) {
  return from(row["values"].get<std::vector<double>>(), Shape(row["shape"].get<std::vector<std::int64_t>>()), options);
}

/// What `function` throws, which must be a Kind: the text without the place `file:line: ` in front. With `placed`, that
/// must be there and be this file, at most a few lines from here.
template <class Kind, class Function>
std::string error_text(Function&& function, bool placed = true, SourceLocation here = SourceLocation::current()) {
  try {
    function();
  } catch (const Kind& error) {
    const std::string text = error.what();
    if (!placed) {
      return text;
    }
    const std::string file = std::string(here.file) + ":";
    const std::size_t end = text.find(": ");
    const bool same_file = text.starts_with(file) && end != std::string::npos;
    CHECK_MESSAGE(same_file, text);
    if (!same_file) {
      return text;
    }
    CHECK_MESSAGE(std::abs(std::stoi(text.substr(file.size(), end - file.size())) - here.line) <= 6, text);
    return text.substr(end + 2);
  }
  return "(nothing thrown)";
}

/// Whether there is an accelerator, which may be this processor. If not, says that the test case is skipped, and why.
inline bool accelerator_present() {
  if (detail::accelerator_present()) {
    return true;
  }
  const bool built = std::string_view(detail::accelerator_system()) != "none";
  MESSAGE("skipped: ", std::string(built ? "there is no device" : "built without an accelerator"));
  return false;
}

}  // namespace ranktape::tests
