#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <unordered_map>

namespace ranktape::detail {
namespace {

constexpr std::size_t max_rows = 40;

// What the last step that was looked at did to a parameter, by its name.
using Updates = std::unordered_map<std::string_view, const ParameterUpdate*>;

std::string update_text(const Updates& updates, const ParameterSummary& parameter) {
  const auto update = updates.find(parameter.name);
  const bool is_known = update != updates.end() && update->second->weight_norm != 0;
  return is_known ? readable(update->second->update_norm / update->second->weight_norm) : "";
}

}  // namespace

void append_parameters(std::string& page, const Inspection& inspection) {
  if (inspection.parameters.empty()) {
    return;
  }
  Updates updates;
  for (const ParameterUpdate& update : inspection.history.updates) {
    updates.try_emplace(update.name, &update);
  }
  std::vector<std::string> columns = {"parameter", "shape", "\u2016value\u2016", "\u2016gradient\u2016",
                                      "zero gradients"};
  if (!updates.empty()) {
    columns.emplace_back("update / weight");
  }
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min(inspection.parameters.size(), max_rows); ++i) {
    const ParameterSummary& parameter = inspection.parameters[i];
    rows.push_back({parameter.name.empty() ? fmt::format("parameter {}", i + 1) : html(parameter.name),
                    to_string(parameter.shape), readable(parameter.value.norm),
                    parameter.gradient ? readable(parameter.gradient->norm) : "none",
                    parameter.gradient ? share(parameter.gradient->zeros, parameter.shape.size()) : ""});
    if (!updates.empty()) {
      rows.back().push_back(update_text(updates, parameter));
    }
  }
  page += "<h3>Parameters</h3>\n";
  append_table(page, "Norms of the parameters and their gradients", columns, rows);
  if (!updates.empty()) {
    page +=
        "<p class=\"legend\">Update / weight is how far one step of the optimizer moves a parameter, as a share of its "
        "norm; about 0.001 is usual.</p>\n";
  }
  if (inspection.parameters.size() > max_rows) {
    append(page, "<p class=\"legend\">{} more in the page's JSON.</p>\n",
           counted(std::ssize(inspection.parameters) - static_cast<std::int64_t>(max_rows), "parameter"));
  }
}

}  // namespace ranktape::detail
