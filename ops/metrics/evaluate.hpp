#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/metrics/options.hpp>
#include <ranktape/ops/metrics/specification.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace ranktape {

struct Metric {
  double mean = 0;               ///< over the lists counted; 0 if there is none
  std::int64_t counted = 0;      ///< lists in the mean
  std::int64_t left_out = 0;     ///< lists for which the metric is not defined
  std::vector<double> per_list;  ///< NaN where left out
};

/// Several metrics of the same scores, in the order asked for; each list is sorted once for all of them, and the lists
/// are shared by threads (the result depends on no bit of that). Scores and labels are as in ops/metrics.hpp; every
/// specification has its own k, so `options.k` must be 0.
///
/// Throws ShapeError where scores, labels and groups do not fit, NumericError for a NaN or infinite score or label, and
/// for a label without a gain: below 0, or so large that 2^label overflows (NDCG, DCG), above `options.largest_label`
/// (expected reciprocal rank). Cost: O(n log n) a list; with averaged ties expected reciprocal rank O(t min(t, k)) for
/// t documents with equal scores.
std::vector<Metric> evaluate_metrics(Operand scores, Operand labels, const Groups& groups,
                                     std::span<const MetricSpecification> specifications,
                                     const MetricOptions& options = {});

namespace detail {
/// The same, with the operation's name for error texts.
std::vector<Metric> evaluate_lists(const char* operation, Operand scores, Operand labels, const Groups& groups,
                                   std::span<const MetricSpecification> specifications, const MetricOptions& options);
}  // namespace detail

}  // namespace ranktape
