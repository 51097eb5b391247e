#pragma once

#include <ranktape/core/inspect/json_writer.hpp>
#include <ranktape/core/inspect/readable.hpp>
#include <ranktape/core/inspect/report.hpp>
#include <ranktape/core/inspect/tape_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// Internal: the parts of the report, each a file, and what they share. Includes fmt, so no public header includes it.
namespace ranktape::detail {

/// Appends formatted text.
template <class... Arguments>
void append(std::string& page, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(page), format, std::forward<Arguments>(arguments)...);
}

/// A user's text in HTML.
inline std::string html(std::string_view text, std::size_t max_characters = JsonWriter::max_name) {
  return escaped(text, EscapeFor::html, max_characters);
}

/// A table: a caption, a heading for each column, rows of cells, all of them HTML; the first cell names its row.
void append_table(std::string& page, std::string_view caption, const std::vector<std::string>& columns,
                  const std::vector<std::vector<std::string>>& rows);

/// "3 documents", "1 document".
std::string counted(std::int64_t number, std::string_view noun);

/// The numbers of the points that charts, tables and JSON show: of many points those with the least and the greatest
/// of each series in some hundred stretches, ascending; at most max_history_points.
std::vector<std::size_t> shown_points(const TrainingHistory& history);
inline constexpr std::size_t max_history_points = 2000;

/// Whether documents of the list share blocks. Where they do not, the number that softens the ranks is a temperature.
inline bool pools(const RankedList& list) { return list.regime != RankRegime::unpooled; }
inline std::string_view strength_name(const RankedList& list) { return pools(list) ? "strength" : "temperature"; }
inline bool has_labels(const RankedList& list) {
  return std::ranges::any_of(list.documents, [](const RankedDocument& document) { return document.label.has_value(); });
}
inline bool has_soft_ranks(const RankedList& list) {
  return std::ranges::any_of(list.documents, [](const auto& document) { return document.soft_rank.has_value(); });
}

void append_records_json(JsonWriter& json, const Inspection& inspection);

void append_verdicts(std::string& page, const Inspection& inspection);
void append_facts_and_tables(std::string& page, const ReportOptions& options);
void append_flow_strip(std::string& page, const Inspection& inspection);
void append_parameters(std::string& page, const Inspection& inspection);
void append_records(std::string& page, const Inspection& inspection);
void append_rankings(std::string& page, const Inspection& inspection);
void append_lists(std::string& page, const Inspection& inspection);
/// The drawing of one list; `id` is of its title.
void append_list_picture(std::string& page, const RankedList& list, std::string_view id);
void append_strength_pictures(std::string& page, const RankedList& list, std::string_view id);
void append_history(std::string& page, const TrainingHistory& history);
void append_provenance(std::string& page, const ReportOptions& options);

}  // namespace ranktape::detail
