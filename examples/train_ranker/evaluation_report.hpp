#pragma once

#include <ranktape/ranktape.hpp>

#include <optional>
#include <string>
#include <vector>

namespace train_ranker {

/// One metric of one or two files of scores.
struct EvaluatedMetric {
  ranktape::MetricSpecification specification;
  std::vector<ranktape::Metric> systems;                 ///< one for each file
  std::optional<ranktape::Interval> interval;            ///< of the first mean; without resampling none
  std::optional<ranktape::PairedComparison> comparison;  ///< of the second with the first, where there are two
};

/// What `evaluate` found, and all that is needed to find it again.
struct EvaluationReport {
  const ranktape::Dataset& data;
  std::string data_name;
  std::vector<std::string> score_names;
  ranktape::MetricConvention convention = ranktape::MetricConvention::ranktape;
  ranktape::MetricOptions options;
  ranktape::ResamplingOptions resampling;  ///< 0 resamples: no intervals and no test
  std::vector<EvaluatedMetric> metrics;
};

/// For people: a table, the queries left out and why, the options.
std::string as_table(const EvaluationReport& report);
/// One JSON object.
std::string as_json(const EvaluationReport& report);
/// Every query's metrics, with tabs between the columns; nan where a metric leaves it out.
std::string per_query_table(const EvaluationReport& report);

}  // namespace train_ranker
