#include <ranktape/core/inspect/escape.hpp>
#include <ranktape/core/inspect/tape_view.hpp>
#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace ranktape::detail {

double share_of(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent(double share) { return fmt::format("{:.3g} %", 100 * share); }

std::string rounded(double value) {
  return fmt::format("{:.6g}", std::strtod(fmt::format("{:.1e}", value).c_str(), nullptr));
}

const RecordSummary* find_record(const Inspection& inspection, std::int64_t number) {
  const auto found = std::ranges::lower_bound(inspection.records, number, {}, &RecordSummary::number);
  return found != inspection.records.end() && found->number == number ? &*found : nullptr;
}

std::string place_of(const Inspection& inspection, std::int64_t record) {
  const RecordSummary* found = find_record(inspection, record);
  if (found == nullptr) {
    return fmt::format("record {}", record);
  }
  return fmt::format("record {}, {} ({}:{})", record, escaped(found->operation, EscapeFor::terminal),
                     escaped(file_name(found->where), EscapeFor::terminal), found->where.line);
}

std::string name_of(const ParameterSummary& parameter) {
  return parameter.name.empty() ? fmt::format("parameter {} {}", parameter.tensor, to_string(parameter.shape))
                                : fmt::format("'{}'", escaped(parameter.name, EscapeFor::terminal));
}

Severity unless_learned(const Inspection& inspection, Severity severity) {
  constexpr double learned = 0.2;
  const auto& points = inspection.history.points;
  return points.size() >= 2 && points.back().loss <= learned * points.front().loss ? Severity::note : severity;
}

const RankingSummary* worst_ranking(const Inspection& inspection, double (*share)(const RankingSummary&)) {
  const auto worst = std::ranges::max_element(inspection.rankings, {}, share);
  return worst == inspection.rankings.end() ? nullptr : &*worst;
}

std::string scaled_strength(const RankingSummary& ranking, double factor) {
  if (ranking.strength_setting == 0) {
    return fmt::format("{} times the {}", rounded(factor), ranking.strength_option);
  }
  return fmt::format("{}={} ({} times as much)", ranking.strength_option, rounded(ranking.strength_setting * factor),
                     rounded(factor));
}

}  // namespace ranktape::detail
