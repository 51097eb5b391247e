#include "training_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace train_ranker {
namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.8rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; } polyline { fill: none; stroke: currentColor; stroke-width: 2; }
text { fill: currentColor; font-size: 12px; }
)";

/// Every text of a user's goes through here.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string list_of(const char* heading, const std::vector<std::string>& sentences) {
  if (sentences.empty()) {
    return "";
  }
  std::string html = fmt::format("<h2>{}</h2>\n<ul>\n", heading);
  for (const std::string& sentence : sentences) {
    html += fmt::format("<li>{}</li>\n", escaped(sentence));
  }
  return html + "</ul>\n";
}

/// A line through one value for each epoch, with its least and greatest beside it.
std::string chart_of(const std::string& name, const std::vector<double>& values) {
  constexpr double width = 800;
  constexpr double height = 160;
  constexpr double left = 80;
  if (values.size() < 2) {
    return "";
  }
  const auto [least, greatest] = std::ranges::minmax(values);
  const double range = greatest > least ? greatest - least : 1;
  std::string points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = left + (width - left) * static_cast<double>(i) / static_cast<double>(values.size() - 1);
    points += fmt::format("{:.1f},{:.1f} ", x, 10 + (height - 20) * (greatest - values[i]) / range);
  }
  const std::string label = escaped(fmt::format("{} after each of {} epochs: from {:.4f} to {:.4f}", name,
                                                values.size(), values.front(), values.back()));
  return fmt::format(
      "<figure><figcaption>{0}</figcaption><svg viewBox=\"0 0 {1} {2}\" role=\"img\" aria-label=\"{0}\">"
      "<text x=\"0\" y=\"16\">{3:.4f}</text><text x=\"0\" y=\"{4}\">{5:.4f}</text><polyline points=\"{6}\"/></svg>"
      "</figure>\n",
      label, width, height, greatest, height - 8, least, points);
}

template <class ValueOf>
std::vector<double> column(const std::vector<EpochRecord>& history, const ValueOf& value_of) {
  std::vector<double> values;
  std::ranges::transform(history, std::back_inserter(values), value_of);
  return values;
}

std::string charts_of(const TrainingReport& report) {
  std::string html = chart_of("Training loss", column(report.history, [](const auto& r) { return r.report.loss; }));
  if (!report.history.empty() && report.history.front().validation) {
    html += chart_of(report.validation_metric + " of the validation data",
                     column(report.history, [](const auto& r) { return r.validation.value_or(0); }));
  }
  html += chart_of("Gradient norm", column(report.history, [](const auto& r) { return r.report.gradient_norm; }));
  html += chart_of("Deviation of the scores within a query",
                   column(report.history, [](const auto& r) { return r.health.score_deviation; }));
  return html.empty() ? "" : "<h2>Training</h2>\n" + html;
}

std::string test_table(const TrainingReport& report) {
  if (report.test.empty()) {
    return "";
  }
  std::string html = "<h2>Test data</h2>\n<table><thead><tr><th scope=\"col\">model</th>";
  for (const std::string& name : report.metric_names) {
    html += fmt::format("<th scope=\"col\">{}</th>", escaped(name));
  }
  html += "</tr></thead><tbody>\n";
  for (const ResultsRow& row : report.test) {
    html += fmt::format("<tr><td>{}</td>", escaped(row.name));
    for (const double value : row.values) {
      html += fmt::format("<td>{:.4f}</td>", value);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string settings_table(const Settings& settings) {
  std::string html = "<details><summary>Settings</summary>\n<table>\n";
  for (const auto& [name, value] : settings) {
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(value));
  }
  return html + "</table></details>\n";
}

}  // namespace

std::string html_of(const TrainingReport& report) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>ranktape: a training</title>\n"
      "<style>{}</style></head>\n<body><main>\n<h1>A training</h1>\n{}{}{}{}{}</main></body></html>\n",
      style, list_of("Result", report.facts), list_of("Warnings", report.warnings), test_table(report),
      charts_of(report), settings_table(report.settings));
}

}  // namespace train_ranker
