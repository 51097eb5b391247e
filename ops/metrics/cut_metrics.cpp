#include <ranktape/ops/metrics/cut_metrics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace ranktape::detail {
namespace {

constexpr double left_out = std::numeric_limits<double>::quiet_NaN();

std::size_t places(const RankedList& list, const MetricOptions& options) {
  return options.k == 0 ? list.size() : std::min(list.size(), static_cast<std::size_t>(options.k));
}

double gain(double label, const MetricOptions& options) {
  return options.gain == Gain::exponential ? std::exp2(label) - 1 : label;
}

/// What a list without a relevant document counts as, for a metric that divides by what there is to find ...
double quotient_without_relevant(const MetricOptions& options) {
  switch (options.no_relevant) {
    case NoRelevant::zero: return 0;
    case NoRelevant::one: return 1;
    case NoRelevant::skip: break;
  }
  return left_out;
}

/// ... and for one that is 0 there by its definition.
double sum_without_relevant(const MetricOptions& options) {
  return options.no_relevant == NoRelevant::skip ? left_out : 0;
}

double count_relevant(std::span<const double> labels, const MetricOptions& options) {
  return static_cast<double>(
      std::count_if(labels.begin(), labels.end(), [&](double label) { return label >= options.relevant_label; }));
}

bool has_label_above_zero(const RankedList& list) {
  return std::any_of(list.labels.begin(), list.labels.end(), [](double label) { return label > 0; });
}

/// Calls function(first, last, relevant) for the runs before place k, with the relevant documents in each.
template <class Function>
void for_each_counted_run(const RankedList& list, const MetricOptions& options, Function&& function) {
  for_each_run(list, places(list, options), options.ties, [&](std::size_t first, std::size_t last) {
    function(first, last, count_relevant(list.labels.subspan(first, last - first), options));
  });
}

/// The expected number of relevant documents among the first k.
double expected_hits(const RankedList& list, const MetricOptions& options) {
  const std::size_t k = places(list, options);
  double hits = 0;
  for_each_counted_run(list, options, [&](std::size_t first, std::size_t last, double relevant) {
    hits += relevant * static_cast<double>(std::min(last, k) - first) / static_cast<double>(last - first);
  });
  return hits;
}

double sum_of_discounted_gains(const RankedList& list, const MetricOptions& options,
                               std::span<const double> discounts) {
  const std::size_t k = places(list, options);
  double sum = 0;
  for_each_run(list, k, options.ties, [&](std::size_t first, std::size_t last) {
    double gains = 0;
    for (std::size_t i = first; i < last; ++i) {
      gains += gain(list.labels[i], options);
    }
    double discount = 0;
    for (std::size_t i = first; i < std::min(last, k); ++i) {
      discount += discounts[i];
    }
    sum += gains * discount / static_cast<double>(last - first);
  });
  return sum;
}

}  // namespace

double discounted_gain(const RankedList& list, const MetricOptions& options, std::span<const double> discounts) {
  return has_label_above_zero(list) ? sum_of_discounted_gains(list, options, discounts) : sum_without_relevant(options);
}

double normalised_discounted_gain(const RankedList& list, const MetricOptions& options,
                                  std::span<const double> discounts) {
  double best = 0;
  for (std::size_t i = 0; i < places(list, options); ++i) {
    best += gain(list.sorted_labels[i], options) * discounts[i];
  }
  return best > 0 ? sum_of_discounted_gains(list, options, discounts) / best : quotient_without_relevant(options);
}

double average_precision(const RankedList& list, const MetricOptions& options) {
  const double total = count_relevant(list.labels, options);
  if (total == 0) {
    return quotient_without_relevant(options);
  }
  const std::size_t k = places(list, options);
  double found = 0;
  double sum = 0;
  for_each_counted_run(list, options, [&](std::size_t first, std::size_t last, double relevant) {
    if (options.ties == Ties::together) {
      sum += relevant * (found + relevant) / static_cast<double>(last);
    } else if (relevant > 0) {
      // The document at a place of the run is relevant in `share` of the orders; of the `others` before it in the run,
      // (relevant - 1) / (length - 1) are then expected to be.
      const auto length = static_cast<double>(last - first);
      const double share = relevant / length;
      const double slope = last - first > 1 ? (relevant - 1) / (length - 1) : 0;
      for (std::size_t i = first; i < std::min(last, k); ++i) {
        const auto others = static_cast<double>(i - first);
        sum += share * (found + 1 + others * slope) / static_cast<double>(i + 1);
      }
    }
    found += relevant;
  });
  const bool at_most_k =
      options.k > 0 && options.average_precision_denominator == AveragePrecisionDenominator::relevant_or_k;
  return sum / (at_most_k ? std::min(total, static_cast<double>(options.k)) : total);
}

double reciprocal_rank(const RankedList& list, const MetricOptions& options) {
  if (count_relevant(list.labels, options) == 0) {
    return quotient_without_relevant(options);
  }
  const std::size_t k = places(list, options);
  double expected = 0;
  bool found = false;
  for_each_counted_run(list, options, [&](std::size_t first, std::size_t last, double relevant) {
    if (found || relevant == 0) {
      return;
    }
    found = true;
    auto left = static_cast<double>(last - first);
    double probability = relevant / left;  // that the first relevant document is at place i
    for (std::size_t i = first; i < std::min(last, k) && probability > 0; ++i) {
      expected += probability / static_cast<double>(i + 1);
      probability *= (left - relevant) / (left - 1);
      --left;
    }
  });
  return expected;
}

double expected_reciprocal_rank(const RankedList& list, const MetricOptions& options) {
  if (!has_label_above_zero(list)) {
    return sum_without_relevant(options);
  }
  const std::size_t k = places(list, options);
  const double scale = std::exp2(-options.largest_label);
  double expected = 0;
  double unsatisfied = 1;  // the probability that the reader comes to this run
  std::vector<double> passing;
  for_each_run(list, k, options.ties, [&](std::size_t first, std::size_t last) {
    // passing[j]: the probability to go on after j documents of the run, averaged over which they are: the elementary
    // symmetric polynomial of degree j over the number of its terms, by one more document at a time.
    const std::size_t seen = std::min(last, k) - first;
    passing.assign(seen + 1, 0);
    passing[0] = 1;
    for (std::size_t i = first; i < last; ++i) {
      const double goes_on = 1 - (std::exp2(list.labels[i]) - 1) * scale;
      const auto count = static_cast<double>(i - first + 1);
      for (std::size_t j = std::min(seen, i - first + 1); j > 0; --j) {
        const auto degree = static_cast<double>(j);
        passing[j] = ((count - degree) * passing[j] + degree * goes_on * passing[j - 1]) / count;
      }
    }
    for (std::size_t j = 0; j < seen; ++j) {
      expected += unsatisfied * (passing[j] - passing[j + 1]) / static_cast<double>(first + j + 1);
    }
    unsatisfied *= passing[seen];
  });
  return expected;
}

double precision(const RankedList& list, const MetricOptions& options) {
  if (count_relevant(list.labels, options) == 0) {
    return sum_without_relevant(options);
  }
  const bool at_most_length = options.k == 0 || options.precision_denominator == PrecisionDenominator::k_or_length;
  return expected_hits(list, options) /
         static_cast<double>(at_most_length ? places(list, options) : static_cast<std::size_t>(options.k));
}

double recall(const RankedList& list, const MetricOptions& options) {
  const double total = count_relevant(list.labels, options);
  return total == 0 ? quotient_without_relevant(options) : expected_hits(list, options) / total;
}

double hit_rate(const RankedList& list, const MetricOptions& options) {
  if (count_relevant(list.labels, options) == 0) {
    return sum_without_relevant(options);
  }
  const std::size_t k = places(list, options);
  double missing = 1;  // the probability of no relevant document among the first k
  for_each_counted_run(list, options, [&](std::size_t first, std::size_t last, double relevant) {
    auto left = static_cast<double>(last - first);
    for (std::size_t i = first; i < std::min(last, k) && missing > 0; ++i, --left) {
      missing *= std::max(left - relevant, 0.0) / left;
    }
  });
  return 1 - missing;
}

}  // namespace ranktape::detail
