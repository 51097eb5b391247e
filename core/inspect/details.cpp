#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/tape.hpp>
#include <fmt/format.h>

namespace ranktape {

RecordDetails Tape::details(const Record& record) const {
  RecordDetails details;
  record.backward->describe(details);
  return details;
}

std::string detail::number_text(double value) { return fmt::format("{}", value); }

std::string to_string(const std::vector<RecordDetails::Option>& options) {
  std::string text;
  for (const RecordDetails::Option& option : options) {
    text += (text.empty() ? "" : ", ") + option.name + "=" + option.value;
  }
  return text;
}

}  // namespace ranktape
