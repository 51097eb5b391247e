#include <ranktape/ops/metrics.hpp>

#include <utility>

namespace ranktape {
namespace {

Metric evaluate_one(const char* operation, MetricKind kind, Operand scores, Operand labels, const Groups& groups,
                    const MetricOptions& options = {}) {
  const MetricSpecification specification{.kind = kind, .k = options.k};
  return std::move(detail::evaluate_lists(operation, scores, labels, groups, {&specification, 1}, options).front());
}

}  // namespace

Metric ndcg(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("ndcg", MetricKind::ndcg, scores, labels, groups, options);
}

Metric dcg(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("dcg", MetricKind::dcg, scores, labels, groups, options);
}

Metric average_precision(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("average_precision", MetricKind::average_precision, scores, labels, groups, options);
}

Metric reciprocal_rank(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("reciprocal_rank", MetricKind::reciprocal_rank, scores, labels, groups, options);
}

Metric expected_reciprocal_rank(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("expected_reciprocal_rank", MetricKind::expected_reciprocal_rank, scores, labels, groups,
                      options);
}

Metric precision(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("precision", MetricKind::precision, scores, labels, groups, options);
}

Metric recall(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("recall", MetricKind::recall, scores, labels, groups, options);
}

Metric hit_rate(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return evaluate_one("hit_rate", MetricKind::hit_rate, scores, labels, groups, options);
}

Metric spearman_correlation(Operand scores, Operand labels, const Groups& groups) {
  return evaluate_one("spearman_correlation", MetricKind::spearman, scores, labels, groups);
}

Metric kendall_tau(Operand scores, Operand labels, const Groups& groups) {
  return evaluate_one("kendall_tau", MetricKind::kendall, scores, labels, groups);
}

Metric pairwise_accuracy(Operand scores, Operand labels, const Groups& groups) {
  return evaluate_one("pairwise_accuracy", MetricKind::pairwise_accuracy, scores, labels, groups);
}

}  // namespace ranktape
