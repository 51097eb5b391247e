#include <ranktape/core/inspect/report_parts.hpp>

// The records as a table. Where scripts run, report_records.js draws another one from the JSON, of as many rows as are
// seen: thousands of rows in the document would make the page slow.
namespace ranktape::detail {
namespace {

constexpr std::size_t max_rows = 200;

std::string input_text(const InputSummary& input) {
  if (!input.name.empty()) {
    return html(input.name);
  }
  return input.record >= 0 ? fmt::format("#{}", input.record) : input.tensor >= 0 ? "parameter" : "constant";
}

std::string inputs_text(const RecordSummary& record) {
  std::string text;
  for (const InputSummary& input : record.inputs) {
    text += (text.empty() ? "" : ", ") + input_text(input);
  }
  return text;
}

std::string call_text(const RecordSummary& record) {
  std::string text = record.name.empty() ? "" : html(record.name) + " = ";
  text += html(record.operation);
  return record.options.empty() ? text : text + " <small>" + html(record.options) + "</small>";
}

std::string non_finite_text(const RecordSummary& record) {
  const std::int64_t of_gradient = record.gradient ? record.gradient->non_finite : 0;
  if (record.value.non_finite == 0 && of_gradient == 0) {
    return {};
  }
  return fmt::format("{} / {}", grouped(record.value.non_finite), grouped(of_gradient));
}

std::vector<std::string> row_of(const RecordSummary& record) {
  const std::int64_t size = record.shape.size();
  return {fmt::format("{}", record.number),
          call_text(record),
          inputs_text(record),
          to_string(record.shape),
          readable(record.value.norm),
          share(record.value.zeros, size),
          record.gradient ? readable(record.gradient->norm) : "",
          record.gradient ? share(record.gradient->zeros, size) : "",
          non_finite_text(record),
          fmt::format("{}:{}", html(file_name(record.where)), record.where.line)};
}

}  // namespace

void append_records(std::string& page, const Inspection& inspection) {
  const std::vector<RecordSummary>& records = inspection.records;
  if (records.empty()) {
    return;
  }
  append(page, "<h3 id=\"records-heading\">Its records</h3>\n<p>{}",
         records.size() == 1 ? "One record" : grouped(std::ssize(records)) + " records");
  if (std::ssize(records) < inspection.records_in_all) {
    append(
        page,
        " of {}: the first and the last, those of parameters, rankings and losses, the first that are not finite, and "
        "an even sample of the others. {} are left out",
        grouped(inspection.records_in_all), grouped(inspection.records_in_all - std::ssize(records)));
  }
  page += ".</p>\n<div id=\"records\"></div>\n<noscript>\n";
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min(records.size(), max_rows); ++i) {
    rows.push_back(row_of(records[i]));
  }
  append_table(page, "Records in the order of the tape",
               {"#", "operation", "inputs", "shape", "\u2016value\u2016", "zero", "\u2016gradient\u2016", "zero",
                "not finite", "line"},
               rows);
  if (records.size() > max_rows) {
    append(page,
           "<p class=\"legend\">The first {} of them; with scripts this table shows all. They are in the page's "
           "JSON.</p>\n",
           max_rows);
  }
  page +=
      "</noscript>\n<p class=\"legend\">\u2016x\u2016 is the Euclidean norm of the finite elements; zero is the share "
      "of "
      "elements that are exactly 0; not finite counts NaN and infinities of value / gradient.</p>\n";
}

}  // namespace ranktape::detail
