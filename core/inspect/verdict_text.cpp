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

double median_of(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
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

const RankingSummary* worst_ranking(const Inspection& inspection, double (*share)(const RankingSummary&)) {
  const auto worst = std::ranges::max_element(inspection.rankings, {}, share);
  return worst == inspection.rankings.end() ? nullptr : &*worst;
}

std::string scaled_strength(const Inspection& inspection, const RankingSummary& ranking, double factor) {
  const RecordSummary* record = find_record(inspection, ranking.record);
  for (const std::string_view option : {"regularization_strength=", "temperature="}) {
    const std::size_t at = record == nullptr ? std::string::npos : record->options.find(option);
    if (at != std::string::npos) {
      const double value = std::strtod(record->options.c_str() + at + option.size(), nullptr);
      return fmt::format("{}{}", option, rounded(value * factor));
    }
  }
  return fmt::format("a strength of {} (absolute)", rounded(ranking.median_strength * factor));
}

}  // namespace ranktape::detail
