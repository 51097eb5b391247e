#include "evaluation_report.hpp"

#include "score_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

bool is_paired(const EvaluationReport& report) { return report.score_names.size() == 2; }

std::int64_t counted(const EvaluatedMetric& metric) {
  return metric.comparison ? metric.comparison->counted : metric.systems.front().counted;
}

std::int64_t left_out(const EvaluatedMetric& metric) {
  return metric.comparison ? metric.comparison->left_out : metric.systems.front().left_out;
}

/// The means of the systems over the queries that all of them have.
std::vector<double> means(const EvaluatedMetric& metric) {
  std::vector<double> sums(metric.systems.size());
  for (std::size_t query = 0; query < metric.systems.front().per_list.size(); ++query) {
    if (std::none_of(metric.systems.begin(), metric.systems.end(),
                     [&](const Metric& system) { return std::isnan(system.per_list[query]); })) {
      for (std::size_t system = 0; system < sums.size(); ++system) {
        sums[system] += metric.systems[system].per_list[query];
      }
    }
  }
  for (double& sum : sums) {
    sum /= static_cast<double>(counted(metric));
  }
  return sums;
}

std::string interval_title(const EvaluationReport& report) {
  return fmt::format("{:g} % interval", 100 * report.resampling.confidence);
}

constexpr int name_width = 18;

std::string single_table(const EvaluationReport& report) {
  std::string text = fmt::format("  {:<{}}{:>9}", "metric", name_width, "mean");
  const bool intervals = report.resampling.resamples > 0;
  text += intervals ? fmt::format("{:>23}", interval_title(report)) : "";
  text += fmt::format("{:>9}{:>10}\n", "queries", "left out");
  for (const EvaluatedMetric& metric : report.metrics) {
    text += fmt::format("  {:<{}}{:>9.4f}", to_string(metric.specification), name_width, means(metric).front());
    if (metric.interval) {
      text += fmt::format("{:>23}", fmt::format("{:.4f} to {:.4f}", metric.interval->low, metric.interval->high));
    }
    text += fmt::format("{:>9}{:>10}\n", counted(metric), left_out(metric));
  }
  return text;
}

std::string paired_table(const EvaluationReport& report) {
  const bool tested = report.resampling.resamples > 0;
  std::string text = fmt::format("  {:<{}}{:>9}{:>9}{:>10}{:>9}", "metric", name_width, "A", "B", "B - A", "error");
  text += tested ? fmt::format("{:>23}{:>9}", interval_title(report), "p") : "";
  text += fmt::format("{:>9}{:>10}\n", "queries", "left out");
  for (const EvaluatedMetric& metric : report.metrics) {
    const PairedComparison& comparison = *metric.comparison;
    const std::vector<double> both = means(metric);
    text += fmt::format("  {:<{}}{:>9.4f}{:>9.4f}{:>+10.4f}{:>9.4f}", to_string(metric.specification), name_width,
                        both[0], both[1], comparison.difference, comparison.standard_error);
    if (tested) {
      text += fmt::format("{:>23}{:>9.4f}",
                          fmt::format("{:+.4f} to {:+.4f}", comparison.interval.low, comparison.interval.high),
                          comparison.p_value);
    }
    text += fmt::format("{:>9}{:>10}\n", counted(metric), left_out(metric));
  }
  return text;
}

/// One line for each reason and number of queries, with the metrics that it concerns.
std::string left_out_lines(const EvaluationReport& report) {
  std::map<std::pair<std::string_view, std::int64_t>, std::vector<std::string>> reasons;
  for (const EvaluatedMetric& metric : report.metrics) {
    if (left_out(metric) > 0) {
      reasons[{reason_left_out(metric.specification.kind), left_out(metric)}].push_back(
          to_string(metric.specification));
    }
  }
  std::string text;
  for (const auto& [reason, names] : reasons) {
    text += fmt::format("Left out: {} of {} queries {} ({})\n", reason.second, report.data.query_count(), reason.first,
                        fmt::join(names, ", "));
  }
  return text.empty() ? "Left out: no query\n" : text;
}

std::string resampling_line(const EvaluationReport& report) {
  const ResamplingOptions& resampling = report.resampling;
  if (resampling.resamples == 0) {
    return "";
  }
  std::string text = fmt::format("Intervals: percentile bootstrap over queries, {} resamples, seed {}\n",
                                 resampling.resamples, resampling.seed);
  if (is_paired(report)) {
    const bool exact = std::all_of(report.metrics.begin(), report.metrics.end(),
                                   [](const EvaluatedMetric& metric) { return metric.comparison->exact; });
    text +=
        fmt::format("p: paired randomisation test, two-sided, {} of the differences; error: standard error of B - A\n",
                    exact ? "all signs" : fmt::format("{} random signs", resampling.resamples));
  }
  return text;
}

}  // namespace

std::string as_table(const EvaluationReport& report) {
  std::string text = fmt::format("Data: {}, {} documents of {} queries\n", report.data_name,
                                 report.data.document_count(), report.data.query_count());
  if (is_paired(report)) {
    text += fmt::format("Scores A: {}\nScores B: {}\n\n{}\n", report.score_names[0], report.score_names[1],
                        paired_table(report));
  } else {
    text += fmt::format("Scores: {}\n\n{}\n", report.score_names[0], single_table(report));
  }
  return text + left_out_lines(report) +
         fmt::format("Options: convention {}, {}\n", to_string(report.convention), describe(report.options)) +
         resampling_line(report);
}

std::string as_json(const EvaluationReport& report) {
  using Json = nlohmann::ordered_json;
  const MetricOptions& options = report.options;
  Json json = {{"data", report.data_name},
               {"documents", report.data.document_count()},
               {"queries", report.data.query_count()},
               {"scores", report.score_names},
               {"options",
                {{"convention", to_string(report.convention)},
                 {"gain", to_string(options.gain)},
                 {"ties", to_string(options.ties)},
                 {"no_relevant", to_string(options.no_relevant)},
                 {"relevant_label", options.relevant_label},
                 {"largest_label", options.largest_label},
                 {"precision_denominator", to_string(options.precision_denominator)},
                 {"average_precision_denominator", to_string(options.average_precision_denominator)},
                 {"resamples", report.resampling.resamples},
                 {"confidence", report.resampling.confidence},
                 {"seed", report.resampling.seed}}},
               {"metrics", Json::array()}};
  const auto ends = [](const Interval& interval) { return Json::array({interval.low, interval.high}); };
  for (const EvaluatedMetric& metric : report.metrics) {
    Json row = {{"metric", to_string(metric.specification)}, {"means", means(metric)}};
    if (metric.interval) {
      row["interval"] = ends(*metric.interval);
    }
    if (metric.comparison) {
      row["difference"] = metric.comparison->difference;
      row["standard_error"] = metric.comparison->standard_error;
      if (report.resampling.resamples > 0) {
        row["interval"] = ends(metric.comparison->interval);
        row["p_value"] = metric.comparison->p_value;
        row["exact"] = metric.comparison->exact;
      }
    }
    row["queries"] = counted(metric);
    row["left_out"] = left_out(metric);
    row["left_out_because"] = left_out(metric) > 0 ? Json(reason_left_out(metric.specification.kind)) : Json();
    json["metrics"].push_back(std::move(row));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string per_query_table(const EvaluationReport& report) {
  std::string text = "query\tdocuments";
  for (const EvaluatedMetric& metric : report.metrics) {
    const std::string name = to_string(metric.specification);
    text += is_paired(report) ? fmt::format("\t{0}:A\t{0}:B", name) : "\t" + name;
  }
  text += "\n";
  for (std::int64_t query = 0; query < report.data.query_count(); ++query) {
    text += fmt::format("{}\t{}", query_name(report.data, query), report.data.groups.size(query));
    for (const EvaluatedMetric& metric : report.metrics) {
      for (const Metric& system : metric.systems) {
        text += fmt::format("\t{}", system.per_list[static_cast<std::size_t>(query)]);
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace train_ranker
