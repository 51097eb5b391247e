#include "measurement.hpp"

#include <fmt/format.h>

#include <map>

#include "command_line.hpp"

namespace train_ranker {

using namespace ranktape;

std::vector<MetricSpecification> parse_metrics(const std::vector<std::string>& names) {
  std::vector<MetricSpecification> metrics;
  for (const std::string& name : names) {
    try {
      metrics.push_back(parse_metric(name));
    } catch (const Error& error) {
      throw UsageError(error.what());
    }
  }
  return metrics;
}

Tensor scores_of(const Mlp& model, const Dataset& data) { return model(data.features.to(model.device())); }

Measurement measure(const std::vector<MetricSpecification>& metrics, const Mlp& model, const Dataset& data) {
  const std::vector<Metric> found =
      evaluate_metrics(scores_of(model, data).to(Device::cpu), data.labels, data.groups, metrics);
  Measurement measurement;
  std::map<std::string_view, std::int64_t> left_out;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    measurement.values.push_back(found[i].mean);
    if (found[i].left_out > 0) {
      left_out[reason_left_out(metrics[i].kind)] = found[i].left_out;
    }
  }
  for (const auto& [reason, count] : left_out) {
    measurement.left_out.push_back(fmt::format("{} of {} queries are {}, and left out of the metrics that need it",
                                               count, data.query_count(), reason));
  }
  return measurement;
}

}  // namespace train_ranker
