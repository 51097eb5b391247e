#include "measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "input_output.hpp"

namespace train_ranker {

using namespace ranktape;

CLI::Validator a_metric() {
  return {[](const std::string& name) -> std::string {
            try {
              parse_metric(name);
              return "";
            } catch (const Error& error) {
              return without_place(error);
            }
          },
          ""};
}

CLI::Validator a_loss() {
  return {[](const std::string& text) -> std::string {
            try {
              named_loss(text);
              return "";
            } catch (const FormatError& error) {
              return error.what();
            }
          },
          ""};
}

std::vector<MetricSpecification> parse_metrics(const std::vector<std::string>& names) {
  std::vector<MetricSpecification> metrics;
  std::ranges::transform(names, std::back_inserter(metrics),
                         [](const std::string& name) { return parse_metric(name); });
  return metrics;
}

Tensor scores_of(const ScoringModel& model, const Dataset& data) {
  constexpr std::int64_t documents_at_once = 1 << 16;  // the hidden values of all of them might not fit
  std::vector<float> scores;
  std::vector<std::int64_t> queries;
  std::int64_t documents = 0;
  for (std::int64_t query = 0; query < data.query_count(); ++query) {
    queries.push_back(query);
    documents += data.groups.size(query);
    if (documents >= documents_at_once || query + 1 == data.query_count()) {
      const Batch batch = data.select(queries);
      const Tensor outputs = batch.sparse_features ? model(batch.sparse_features->to(model.device()), batch.groups)
                                                   : model(batch.features.to(model.device()), batch.groups);
      const std::vector<float> more = ranking_scores(outputs).to_vector<float>();
      scores.insert(scores.end(), more.begin(), more.end());
      queries.clear();
      documents = 0;
    }
  }
  return Tensor::from(scores);
}

Measurement measure(const std::vector<MetricSpecification>& metrics, const ScoringModel& model, const Dataset& data) {
  const std::vector<Metric> found = evaluate_metrics(scores_of(model, data), data.labels, data.groups, metrics);
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
