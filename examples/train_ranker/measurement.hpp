#pragma once

#include <ranktape/ranktape.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace train_ranker {

/// Of an option that takes "ndcg@10", "map", ...; a misspelt one gets a suggestion.
CLI::Validator a_metric();
/// Likewise of the text of a loss.
CLI::Validator a_loss();
/// Of names that passed the first.
std::vector<ranktape::MetricSpecification> parse_metrics(const std::vector<std::string>& names);

/// One score a document on the CPU, larger for a better one.
ranktape::Tensor scores_of(const ranktape::ScoringModel& model, const ranktape::Dataset& data);

/// Metrics of a model on data, by the library's own conventions.
struct Measurement {
  std::vector<double> values;         ///< means over the queries, in the order of the metrics
  std::vector<std::string> left_out;  ///< sentences: how many queries are left out of what, and why
};
Measurement measure(const std::vector<ranktape::MetricSpecification>& metrics, const ranktape::ScoringModel& model,
                    const ranktape::Dataset& data);

}  // namespace train_ranker
