#include <ranktape/core/inspect/escape.hpp>
#include <ranktape/core/inspect/tape_view.hpp>
#include <ranktape/core/inspect/text_table.hpp>
#include <ranktape/core/tape.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <ostream>

namespace ranktape {
namespace {

using detail::Align;
using detail::escaped;
using detail::EscapeFor;

constexpr std::int64_t rows_at_each_end = 50;
constexpr std::size_t inputs_shown = 6;

std::string quoted(const std::string& name) { return "'" + escaped(name, EscapeFor::terminal, 40) + "'"; }

std::string text_of(const InputSummary& input) {
  if (!input.name.empty()) {
    return quoted(input.name);
  }
  return input.record >= 0   ? fmt::format("#{}", input.record)
         : input.tensor >= 0 ? fmt::format("parameter {}", input.tensor)
                             : "constant";
}

std::string text_of(const std::vector<InputSummary>& inputs) {
  std::string text;
  for (std::size_t i = 0; i < std::min(inputs.size(), inputs_shown); ++i) {
    text += (i == 0 ? "" : ", ") + text_of(inputs[i]);
  }
  return inputs.size() <= inputs_shown ? text : text + fmt::format(" and {} more", inputs.size() - inputs_shown);
}

/// Empty for none; never "0 %" for some, nor "100 %" for not all.
std::string percentage(std::int64_t part, std::int64_t whole) {
  if (part == 0) {
    return "";
  }
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent < 1 || (percent > 99 && part < whole)) {
    return percent < 1 ? "<1 %" : ">99 %";
  }
  return fmt::format("{:.0f} %", percent);
}

void append_cells(std::vector<std::string>& row, const std::optional<ValueSummary>& summary, std::int64_t size) {
  if (!summary) {
    row.insert(row.end(), {"", "", ""});
    return;
  }
  const bool has_norm = summary->non_finite < size || size == 0;
  row.push_back(has_norm ? fmt::format("{:.4g}", summary->norm) : "-");
  row.push_back(percentage(summary->zeros, size));
  row.push_back(summary->non_finite > 0 ? fmt::format("{}", summary->non_finite) : "");
}

std::vector<std::string> row_of(const RecordSummary& record) {
  std::vector<std::string> row = {
      fmt::format("{}", record.number),
      escaped(detail::operation_with_options(record.operation, record.options), EscapeFor::terminal),
      text_of(record.inputs),
      escaped(detail::name_and_shape(record.name, record.shape), EscapeFor::terminal),
  };
  append_cells(row, record.value, record.shape.size());
  append_cells(row, record.gradient, record.shape.size());
  row.push_back(fmt::format("{}:{}", escaped(detail::file_name(record.where), EscapeFor::terminal), record.where.line));
  return row;
}

}  // namespace

std::string to_string(const Tape& tape) {
  const std::int64_t count = std::ssize(tape.records());
  if (count == 0) {
    return "tape of 0 records: nothing was computed from parameters (requires_grad = true) while it was the "
           "innermost\n";
  }
  const std::vector<detail::TableColumn> columns = {{"#", Align::right},
                                                    {"operation"},
                                                    {"inputs"},
                                                    {"output"},
                                                    {"|value|", Align::right},
                                                    {"zero", Align::right},
                                                    {"not finite", Align::right},
                                                    {"|gradient|", Align::right},
                                                    {"zero", Align::right},
                                                    {"not finite", Align::right},
                                                    {"line"}};
  std::vector<std::vector<std::string>> rows;
  for (std::int64_t record = 0; record < count; ++record) {
    if (record == rows_at_each_end && count > 2 * rows_at_each_end) {
      record = count - rows_at_each_end;
      rows.push_back({fmt::format("... {} records left out ...", record - rows_at_each_end)});
    }
    const std::uint32_t output = tape.records()[static_cast<std::size_t>(record)].output;
    rows.push_back(row_of(detail::summarize_record(tape, record, detail::kept_gradient(tape, output))));
  }
  return fmt::format("tape of {} record{}; |x| is the Euclidean norm of the finite elements\n", count,
                     count == 1 ? "" : "s") +
         detail::text_table(columns, rows);
}

std::ostream& operator<<(std::ostream& stream, const Tape& tape) { return stream << to_string(tape); }

}  // namespace ranktape
