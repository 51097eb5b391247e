#pragma once

#include <ranktape/core/source_location.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ranktape {

enum class MetricKind {
  ndcg,
  dcg,
  average_precision,
  reciprocal_rank,
  expected_reciprocal_rank,
  precision,
  recall,
  hit_rate,
  kendall,
  spearman,
  pairwise_accuracy,
};

/// A metric by name: "ndcg@10", "map".
struct MetricSpecification {
  MetricKind kind = MetricKind::ndcg;
  std::int64_t k = 0;  ///< only the first k places count; 0: all

  friend bool operator==(const MetricSpecification&, const MetricSpecification&) = default;
};

/// ndcg, dcg, map, mrr, err, precision, recall, hit_rate, kendall, spearman, pairwise_accuracy.
std::span<const std::string_view> metric_kind_names();

/// From one of these names, all but the last three with `@k` if wanted; case does not matter. Throws Error for any
/// other text, with the name it resembles.
MetricSpecification parse_metric(std::string_view name, SourceLocation where = SourceLocation::current());

/// "ndcg@10"; what parse_metric reads.
std::string to_string(const MetricSpecification& specification);

/// Why lists are left out of this metric, after "queries": "without a relevant document".
std::string_view reason_left_out(MetricKind kind);

}  // namespace ranktape
