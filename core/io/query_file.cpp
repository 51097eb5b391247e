#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/query_file.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

namespace ranktape::detail {

std::optional<std::filesystem::path> find_query_file(const std::filesystem::path& data) {
  std::filesystem::path path = data;
  if (path.extension() == ".gz") {
    path.replace_extension();
  }
  for (const char* ending : {".query", ".gz"}) {
    path += ending;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
      return path;
    }
  }
  return std::nullopt;
}

std::vector<std::int64_t> read_query_file(const std::filesystem::path& path) {
  constexpr std::int64_t largest = std::int64_t{1} << 31;
  constexpr std::string_view blanks = " \t\r";
  const std::string bytes = read_file_unpacked(path);
  std::vector<std::int64_t> counts;
  std::int64_t line = 0;
  for (std::string_view rest = bytes; !rest.empty();) {
    std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    ++line;
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    text = text.substr(0, text.find_last_not_of(blanks) + 1);
    if (text.empty()) {
      continue;
    }
    std::int64_t count = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (status != std::errc() || end != text.data() + text.size() || count < 0 || count > largest) {
      fail_at_line(path.string(), line, "{} is not a count of documents", quote(text));
    }
    counts.push_back(count);
  }
  return counts;
}

}  // namespace ranktape::detail
