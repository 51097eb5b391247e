#include <ranktape/core/build_info.hpp>
#include <ranktape/core/inspect/report_parts.hpp>

// What needs no drawing: findings, the caller's facts and tables, provenance.
namespace ranktape::detail {
namespace {

// More would only slow the page down; all rows are in the JSON.
constexpr std::size_t max_rows = 100;

std::string_view sign_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "\u2715";
    case Severity::warning: return "!";
    case Severity::note: return "i";
  }
  return {};
}

}  // namespace

std::string counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

void append_table(std::string& page, std::string_view caption, const std::vector<std::string>& columns,
                  const std::vector<std::vector<std::string>>& rows) {
  append(page, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{0}\"><table><caption>{0}</caption>\n",
         caption);
  page += "<thead><tr>";
  for (const std::string& column : columns) {
    append(page, "<th scope=\"col\">{}</th>", column);
  }
  page += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    page += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool names_row = i == 0;
      append(page, "{}{}{}", names_row ? "<th scope=\"row\">" : "<td>", row[i], names_row ? "</th>" : "</td>");
    }
    page += "</tr>\n";
  }
  page += "</tbody></table></div>\n";
}

void append_verdicts(std::string& page, const Inspection& inspection) {
  if (inspection.verdicts.empty()) {
    page += "<p class=\"calm\">No rule found anything to remark on.</p>\n";
    return;
  }
  page += "<ul class=\"verdicts\">\n";
  for (const Verdict& verdict : inspection.verdicts) {
    append(page,
           "<li class=\"{0}\"><p class=\"kind\"><span class=\"sign\" aria-hidden=\"true\">{1}</span>{0} {2} {3}</p>\n",
           to_string(verdict.severity), sign_of(verdict.severity), html(verdict.id), html(verdict.rule));
    append(page, "<p class=\"finding\">{}</p>\n<p class=\"action\">{}</p></li>\n",
           html(verdict.finding, JsonWriter::max_sentence), html(verdict.action, JsonWriter::max_sentence));
  }
  page += "</ul>\n";
}

void append_facts_and_tables(std::string& page, const ReportOptions& options) {
  if (!options.facts.empty()) {
    page += "<ul class=\"facts\">\n";
    for (const std::string& fact : options.facts) {
      append(page, "<li>{}</li>\n", html(fact, JsonWriter::max_sentence));
    }
    page += "</ul>\n";
  }
  for (const ReportTable& table : options.tables) {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
    for (const std::string& column : table.columns) {
      columns.push_back(html(column));
    }
    for (std::size_t i = 0; i < std::min(table.rows.size(), max_rows); ++i) {
      rows.emplace_back();
      for (const std::string& cell : table.rows[i]) {
        rows.back().push_back(html(cell));
      }
    }
    append_table(page, html(table.caption), columns, rows);
    if (table.rows.size() > max_rows) {
      append(page, "<p class=\"legend\">{} more in the page's JSON.</p>\n",
             counted(std::ssize(table.rows) - static_cast<std::int64_t>(max_rows), "row"));
    }
  }
}

void append_provenance(std::string& page, const ReportOptions& options) {
  page += "<dl class=\"provenance\">\n";
  for (const auto& [name, value] : options.provenance) {
    append(page, "<div><dt>{}</dt><dd>{}</dd></div>\n", html(name), html(value, JsonWriter::max_sentence));
  }
  append(page, "<div><dt>made by</dt><dd>{}</dd></div>\n</dl>\n", html(build_info()));
  page +=
      "<p class=\"legend\">Every number of this page, with all its digits, is in the JSON of its element "
      "<code>data</code>.</p>\n";
}

}  // namespace ranktape::detail
