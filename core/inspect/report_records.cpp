#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>

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

bool is_finite(const RecordSummary& record) { return non_finite_text(record).empty(); }

// The column of what is not finite stands only where something is not.
std::vector<std::string> row_of(const RecordSummary& record, bool all_finite) {
  const std::int64_t size = record.shape.size();
  std::vector<std::string> row = {fmt::format("{}", record.number),
                                  call_text(record),
                                  inputs_text(record),
                                  to_string(record.shape),
                                  readable(record.value.norm),
                                  share(record.value.zeros, size),
                                  record.gradient ? readable(record.gradient->norm) : "",
                                  record.gradient ? share(record.gradient->zeros, size) : ""};
  if (!all_finite) {
    row.push_back(non_finite_text(record));
  }
  row.push_back(fmt::format("{}:{}", html(file_name(record.where)), record.where.line));
  return row;
}

}  // namespace

void append_records(std::string& page, const Inspection& inspection) {
  const std::vector<RecordSummary>& records = inspection.records;
  if (records.empty()) {
    return;
  }
  page += "<h3 id=\"records-heading\">Its records</h3>\n";
  if (std::ssize(records) < inspection.records_in_all) {
    append(
        page,
        "<p>{} of {}: the first and the last, those of parameters, rankings and losses, the first that are not finite, "
        "and an even sample of the others. {} are left out.</p>\n",
        grouped(std::ssize(records)), counted(inspection.records_in_all, "record"),
        grouped(inspection.records_in_all - std::ssize(records)));
  }
  page += "<div id=\"records\"></div>\n<noscript>\n";
  const bool all_finite = std::ranges::all_of(records, is_finite);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min(records.size(), max_rows); ++i) {
    rows.push_back(row_of(records[i], all_finite));
  }
  std::vector<std::string> titles = {
      "#", "operation", "inputs", "shape", "\u2016value\u2016", "zero", "\u2016gradient\u2016", "zero"};
  if (!all_finite) {
    titles.emplace_back("not finite");
  }
  titles.emplace_back("line");
  append_table(page, "Records in the order of the tape", titles, rows);
  if (records.size() > max_rows) {
    append(page,
           "<p class=\"legend\">The first {} of them; with scripts this table shows all. They are in the page's "
           "JSON.</p>\n",
           max_rows);
  }
  append(page,
         "</noscript>\n<p class=\"legend\">\u2016x\u2016 is the Euclidean norm of the finite elements; zero is the "
         "share of elements that are exactly 0{}.</p>\n",
         all_finite ? "" : "; not finite counts NaN and infinities of value / gradient");
}

}  // namespace ranktape::detail
