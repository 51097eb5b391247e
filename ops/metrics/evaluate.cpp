#include <ranktape/core/fail.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/metrics/cut_metrics.hpp>
#include <ranktape/ops/metrics/evaluate.hpp>
#include <ranktape/ops/metrics/order_metrics.hpp>
#include <ranktape/ops/metrics/ranked_list.hpp>
#include <ranktape/ops/rank/lists.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace ranktape {
namespace detail {
namespace {

bool has_kind(std::span<const MetricSpecification> specifications, std::initializer_list<MetricKind> kinds) {
  return std::any_of(specifications.begin(), specifications.end(), [&](const MetricSpecification& specification) {
    return std::find(kinds.begin(), kinds.end(), specification.kind) != kinds.end();
  });
}

void check_options(const char* operation, SourceLocation where, std::span<const MetricSpecification> specifications,
                   const MetricOptions& options) {
  for (const MetricSpecification& specification : specifications) {
    if (specification.k < 0) {
      fail<NumericError>(where, operation, "k is {}; it must be positive, or 0 for whole lists", specification.k);
    }
    const bool together = specification.kind == MetricKind::ndcg || specification.kind == MetricKind::dcg ||
                          (specification.kind == MetricKind::average_precision && specification.k == 0);
    const bool by_order =
        has_kind({&specification, 1}, {MetricKind::kendall, MetricKind::spearman, MetricKind::pairwise_accuracy});
    if (options.ties == Ties::together && !together && !by_order) {
      fail<NumericError>(where, operation, "{} is not defined for ties taken together; take them averaged",
                         to_string(specification));
    }
  }
}

void check_labels(const char* operation, SourceLocation where, std::span<const double> labels,
                  std::span<const MetricSpecification> specifications, const MetricOptions& options) {
  constexpr double largest_exponent = 1000;  // 2^1000 times the documents of a list is a double still
  const bool gains = has_kind(specifications, {MetricKind::ndcg, MetricKind::dcg});
  const bool stops = has_kind(specifications, {MetricKind::expected_reciprocal_rank});
  if (!gains && !stops) {
    return;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) {
      fail<NumericError>(where, operation, "document {} has label {}, and gains must not be negative", i, labels[i]);
    }
    if (gains && options.gain == Gain::exponential && labels[i] > largest_exponent) {
      fail<NumericError>(where, operation,
                         "document {} has label {}, too large for a gain of 2^label - 1; take the linear gain", i,
                         labels[i]);
    }
    if (stops && labels[i] > options.largest_label) {
      fail<NumericError>(where, operation,
                         "document {} has label {}, above the largest label of the options, {}, which expected "
                         "reciprocal rank divides by",
                         i, labels[i], options.largest_label);
    }
  }
}

/// The metrics of one list after another.
class ListEvaluator {
 public:
  ListEvaluator(std::size_t longest, std::span<const MetricSpecification> specifications, const MetricOptions& options,
                std::span<const double> discounts)
      : ranker_(longest), specifications_(specifications), options_(options), discounts_(discounts) {
    sorts_labels_ = has_kind(
        specifications, {MetricKind::ndcg, MetricKind::kendall, MetricKind::spearman, MetricKind::pairwise_accuracy});
  }

  /// function(metric, value) for each of them.
  template <class Function>
  void evaluate(std::span<const double> scores, std::span<const double> labels, Function&& function) {
    const RankedList list = ranker_.rank(scores, labels, options_.ties, sorts_labels_);
    pairs_.reset();
    for (std::size_t i = 0; i < specifications_.size(); ++i) {
      options_.k = specifications_[i].k;
      function(i, value(list, specifications_[i].kind));
    }
  }

 private:
  double value(const RankedList& list, MetricKind kind) {
    switch (kind) {
      case MetricKind::ndcg: return normalised_discounted_gain(list, options_, discounts_);
      case MetricKind::dcg: return discounted_gain(list, options_, discounts_);
      case MetricKind::average_precision: return average_precision(list, options_);
      case MetricKind::reciprocal_rank: return reciprocal_rank(list, options_);
      case MetricKind::expected_reciprocal_rank: return expected_reciprocal_rank(list, options_);
      case MetricKind::precision: return precision(list, options_);
      case MetricKind::recall: return recall(list, options_);
      case MetricKind::hit_rate: return hit_rate(list, options_);
      case MetricKind::kendall: return kendall_tau_b(pairs(list));
      case MetricKind::pairwise_accuracy: return pairwise_accuracy(pairs(list));
      case MetricKind::spearman: break;
    }
    return spearman_correlation(list, workspace_);
  }

  const PairCounts& pairs(const RankedList& list) {
    if (!pairs_) {
      pairs_ = count_pairs(list, workspace_);
    }
    return *pairs_;
  }

  ListRanker ranker_;
  std::span<const MetricSpecification> specifications_;
  MetricOptions options_;
  std::span<const double> discounts_;
  bool sorts_labels_ = false;
  std::optional<PairCounts> pairs_;
  std::vector<double> workspace_;
};

std::vector<double> discounts_of(std::int64_t longest) {
  std::vector<double> discounts(static_cast<std::size_t>(longest));
  for (std::size_t i = 0; i < discounts.size(); ++i) {
    discounts[i] = 1 / std::log2(2 + static_cast<double>(i));
  }
  return discounts;
}

void average(Metric& metric) {
  double sum = 0;
  for (const double value : metric.per_list) {
    if (std::isnan(value)) {
      ++metric.left_out;
    } else {
      ++metric.counted;
      sum += value;
    }
  }
  metric.mean = metric.counted == 0 ? 0 : sum / static_cast<double>(metric.counted);
}

}  // namespace

std::vector<Metric> evaluate_lists(const char* operation, Operand scores, Operand labels, const Groups& groups,
                                   std::span<const MetricSpecification> specifications, const MetricOptions& options) {
  check_options(operation, scores.where(), specifications, options);
  const Lists lists = Lists::of(operation, scores, groups);
  if (labels->shape() != scores->shape()) {
    fail<ShapeError>(scores.where(), operation, "scores {} and labels {} differ in shape; each document needs both",
                     describe(scores), describe(labels));
  }
  check_finite_values(operation, scores);
  check_finite_values(operation, labels);
  const std::vector<double> all_scores = scores->to_vector<double>();
  const std::vector<double> all_labels = labels->to_vector<double>();
  check_labels(operation, labels.where(), all_labels, specifications, options);

  std::vector<Metric> metrics(specifications.size());
  for (Metric& metric : metrics) {
    metric.per_list.resize(static_cast<std::size_t>(lists.count()));
  }
  const std::vector<double> discounts = discounts_of(lists.longest());
  parallel_ranges(lists.count(), lists.nanoseconds_each(), [&](std::int64_t first, std::int64_t last) {
    ListEvaluator evaluator(static_cast<std::size_t>(lists.longest()), specifications, options, discounts);
    for (std::int64_t list = first; list < last; ++list) {
      const auto begin = static_cast<std::size_t>(lists.begin(list));
      const auto n = static_cast<std::size_t>(lists.size(list));
      evaluator.evaluate(
          {all_scores.data() + begin, n}, {all_labels.data() + begin, n},
          [&](std::size_t metric, double value) { metrics[metric].per_list[static_cast<std::size_t>(list)] = value; });
    }
  });
  std::for_each(metrics.begin(), metrics.end(), average);
  return metrics;
}

}  // namespace detail

std::vector<Metric> evaluate_metrics(Operand scores, Operand labels, const Groups& groups,
                                     std::span<const MetricSpecification> specifications,
                                     const MetricOptions& options) {
  if (options.k != 0) {
    detail::fail<NumericError>(scores.where(), "evaluate_metrics",
                               "options.k is {}; the k of each specification counts, so leave it 0", options.k);
  }
  return detail::evaluate_lists("evaluate_metrics", scores, labels, groups, specifications, options);
}

}  // namespace ranktape
