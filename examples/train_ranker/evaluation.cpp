#include "evaluation.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace train_ranker {

using namespace ranktape;

std::vector<std::string> metric_names() { return {"NDCG@1", "NDCG@3", "NDCG@5", "NDCG@10", "MAP", "MRR", "Spearman"}; }

Evaluation evaluate(const Tensor& scores, const Dataset& data) {
  std::vector<MetricSpecification> specifications;
  for (const std::string& name : metric_names()) {
    specifications.push_back(parse_metric(name));
  }
  const std::vector<Metric> metrics = evaluate_metrics(scores, data.labels, data.groups, specifications);
  Evaluation evaluation;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    evaluation.values.push_back(metrics[i].mean);
    if (metric_names()[i] == "NDCG@10") {
      evaluation.ndcg_at_10 = metrics[i].mean;
      evaluation.without_relevant = metrics[i].left_out;
    }
  }
  evaluation.spearman = metrics.back().mean;
  evaluation.without_order = metrics.back().left_out;
  return evaluation;
}

void print_table(const std::vector<TableRow>& rows) {
  std::size_t widest = 0;
  bool deviations = false;
  for (const TableRow& row : rows) {
    widest = std::max(widest, row.name.size());
    deviations = deviations || !row.deviations.empty();
  }
  const int cell = deviations ? 15 : 10;
  fmt::print("  {:<{}}", "", widest);
  for (const std::string& name : metric_names()) {
    fmt::print("{:>{}}", name, cell);
  }
  fmt::print("\n");
  for (const TableRow& row : rows) {
    fmt::print("  {:<{}}", row.name, widest);
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      const std::string text = row.deviations.empty()
                                   ? fmt::format("{:.4f}", row.values[i])
                                   : fmt::format("{:.3f} +- {:.3f}", row.values[i], row.deviations[i]);
      fmt::print("{:>{}}", text, cell);
    }
    fmt::print("\n");
  }
}

void print_left_out(const Evaluation& evaluation, const Dataset& data) {
  if (evaluation.without_relevant + evaluation.without_order > 0) {
    fmt::print(
        "  {} of {} queries have no relevant document and count only for Spearman; {} have equal labels or "
        "scores throughout and do not.\n",
        evaluation.without_relevant, data.query_count(), evaluation.without_order);
  }
}

}  // namespace train_ranker
