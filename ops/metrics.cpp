#include <ranktape/core/array.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/metrics.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>

namespace ranktape {
namespace {

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

/// One list: its scores, and its labels in the order of the scores and in the order of the input.
struct RankedList {
  std::span<const double> scores;
  std::span<const double> labels;
  std::span<const double> ranked_labels;
};

/// `of_list` gives the metric of one list, or NaN where there is none.
template <class OfList>
Metric over_lists(const char* name, Operand scores, Operand labels, const Groups& groups, OfList&& of_list) {
  const detail::Lists lists = detail::Lists::of(name, scores, groups);
  if (labels->shape() != scores->shape()) {
    detail::fail<ShapeError>(scores.where(), name, "scores {} and labels {} differ in shape; each document needs both",
                             detail::describe(scores), detail::describe(labels));
  }
  detail::check_finite_values(name, scores);
  detail::check_finite_values(name, labels);
  const std::vector<double> all_scores = scores->to_vector<double>();
  const std::vector<double> all_labels = labels->to_vector<double>();
  const auto longest = static_cast<std::size_t>(lists.longest());
  const auto keys = detail::key_memory<double>(longest);
  std::vector<double> sorted(longest);
  std::vector<double> ranked_labels(longest);
  std::vector<std::uint32_t> order(longest);

  Metric metric;
  double sum = 0;
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const auto begin = static_cast<std::size_t>(lists.begin(list));
    const auto n = static_cast<std::size_t>(lists.size(list));
    detail::sort_decreasing(all_scores.data() + begin, n, 1, keys.data(), sorted.data(), order.data());
    for (std::size_t i = 0; i < n; ++i) {
      ranked_labels[i] = all_labels[begin + order[i]];
    }
    const double value =
        of_list(RankedList{{all_scores.data() + begin, n}, {all_labels.data() + begin, n}, {ranked_labels.data(), n}});
    metric.per_list.push_back(value);
    if (std::isnan(value)) {
      ++metric.left_out;
    } else {
      ++metric.counted;
      sum += value;
    }
  }
  metric.mean = metric.counted == 0 ? 0 : sum / static_cast<double>(metric.counted);
  return metric;
}

std::size_t places(std::size_t n, std::int64_t k) {
  return k == 0 ? n : std::min(n, static_cast<std::size_t>(std::max<std::int64_t>(k, 0)));
}

double without_relevant(const MetricOptions& options) {
  switch (options.no_relevant) {
    case NoRelevant::zero: return 0;
    case NoRelevant::one: return 1;
    case NoRelevant::skip: break;
  }
  return not_defined;
}

double discounted_gain(std::span<const double> labels, const MetricOptions& options) {
  double sum = 0;
  for (std::size_t i = 0; i < places(labels.size(), options.k); ++i) {
    const double gain = options.gain == Gain::exponential ? std::exp2(labels[i]) - 1 : labels[i];
    sum += gain / std::log2(2 + static_cast<double>(i));
  }
  return sum;
}

std::vector<double> mid_ranks(std::span<const double> values) {
  const auto keys = detail::key_memory<double>(values.size());
  std::vector<double> sorted(values.size());
  std::vector<std::uint32_t> order(values.size());
  detail::sort_decreasing(values.data(), values.size(), -1, keys.data(), sorted.data(), order.data());
  std::vector<double> ranks(values.size());
  detail::for_each_mid_rank(sorted.data(), static_cast<std::uint32_t>(values.size()),
                            [&](std::uint32_t i, double mid_rank) { ranks[order[i]] = mid_rank; });
  return ranks;
}

double correlation_of_ranks(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> x = mid_ranks(a);
  const std::vector<double> y = mid_ranks(b);
  const double middle = (static_cast<double>(a.size()) + 1) / 2;
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
    xy += (x[i] - middle) * (y[i] - middle);
  }
  return xx == 0 || yy == 0 ? not_defined : xy / std::sqrt(xx * yy);
}

// tau-b = (concordant - discordant) / sqrt((pairs not tied in a) (pairs not tied in b))
double tau_b(std::span<const double> a, std::span<const double> b) {
  const auto order = [](double x, double y) { return (x > y) - (x < y); };
  double agreement = 0;
  double untied_a = 0;
  double untied_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int in_a = order(a[i], a[j]);
      const int in_b = order(b[i], b[j]);
      agreement += in_a * in_b;
      untied_a += in_a * in_a;
      untied_b += in_b * in_b;
    }
  }
  return untied_a == 0 || untied_b == 0 ? not_defined : agreement / std::sqrt(untied_a * untied_b);
}

}  // namespace

Metric ndcg(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return over_lists("ndcg", scores, labels, groups, [&](const RankedList& list) {
    std::vector<double> ideal(list.labels.begin(), list.labels.end());
    std::sort(ideal.begin(), ideal.end(), std::greater<>());
    const double best = discounted_gain(ideal, options);
    return best == 0 ? without_relevant(options) : discounted_gain(list.ranked_labels, options) / best;
  });
}

Metric average_precision(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return over_lists("average_precision", scores, labels, groups, [&](const RankedList& list) {
    const auto relevant = [&](double label) { return label >= options.relevant_label; };
    const auto total = std::count_if(list.labels.begin(), list.labels.end(), relevant);
    if (total == 0) {
      return without_relevant(options);
    }
    double found = 0;
    double sum = 0;
    for (std::size_t i = 0; i < places(list.labels.size(), options.k); ++i) {
      if (relevant(list.ranked_labels[i])) {
        sum += ++found / static_cast<double>(i + 1);
      }
    }
    return sum / static_cast<double>(total);
  });
}

Metric reciprocal_rank(Operand scores, Operand labels, const Groups& groups, const MetricOptions& options) {
  return over_lists("reciprocal_rank", scores, labels, groups, [&](const RankedList& list) {
    const auto first = std::find_if(list.ranked_labels.begin(), list.ranked_labels.end(),
                                    [&](double label) { return label >= options.relevant_label; });
    if (first == list.ranked_labels.end()) {
      return without_relevant(options);
    }
    const auto place = static_cast<std::size_t>(first - list.ranked_labels.begin());
    return place < places(list.labels.size(), options.k) ? 1 / static_cast<double>(place + 1) : 0.0;
  });
}

Metric spearman_correlation(Operand scores, Operand labels, const Groups& groups) {
  return over_lists("spearman_correlation", scores, labels, groups,
                    [](const RankedList& list) { return correlation_of_ranks(list.scores, list.labels); });
}

Metric kendall_tau(Operand scores, Operand labels, const Groups& groups) {
  return over_lists("kendall_tau", scores, labels, groups,
                    [](const RankedList& list) { return tau_b(list.scores, list.labels); });
}

}  // namespace ranktape
