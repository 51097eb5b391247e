#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/number.hpp>
#include <ranktape/core/io/sidecar.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

namespace ranktape::detail {
namespace {

/// Calls take(text, line) for each line that is not empty, without the blanks around it.
template <class Take>
void for_each_line(std::string_view rest, const Take& take) {
  constexpr std::string_view blanks = " \t\r";
  for (std::int64_t line = 1; !rest.empty(); ++line) {
    std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    text = text.substr(0, text.find_last_not_of(blanks) + 1);
    if (!text.empty()) {
      take(text, line);
    }
  }
}

}  // namespace

std::optional<std::filesystem::path> find_sidecar(const std::filesystem::path& data, std::string_view ending) {
  std::filesystem::path path = data;
  if (path.extension() == ".gz") {
    path.replace_extension();
  }
  for (const std::string_view part : {ending, std::string_view(".gz")}) {
    path += part;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
      return path;
    }
  }
  return std::nullopt;
}

std::vector<std::int64_t> read_query_file(const std::filesystem::path& path) {
  constexpr std::int64_t largest = std::int64_t{1} << 31;
  std::vector<std::int64_t> counts;
  for_each_line(read_file_unpacked(path), [&](std::string_view text, std::int64_t line) {
    std::int64_t count = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (status != std::errc() || end != text.data() + text.size() || count < 0 || count > largest) {
      fail_at_line(path.string(), line, "{} is not a count of documents", quote(text));
    }
    counts.push_back(count);
  });
  return counts;
}

std::vector<float> read_weight_file(const std::filesystem::path& path) {
  std::vector<float> weights;
  for_each_line(read_file_unpacked(path), [&](std::string_view text, std::int64_t line) {
    float weight = 0;
    if (parse_float(text.data(), text.data() + text.size(), weight) != NumberStatus::good || !std::isfinite(weight) ||
        weight < 0) {
      fail_at_line(path.string(), line, "{} is not a weight, a finite number from 0 on", quote(text));
    }
    weights.push_back(weight);
  });
  return weights;
}

}  // namespace ranktape::detail
