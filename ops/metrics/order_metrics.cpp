#include <ranktape/ops/metrics/order_metrics.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <utility>

namespace ranktape::detail {
namespace {

constexpr double left_out = std::numeric_limits<double>::quiet_NaN();

double pairs_among(std::size_t n) { return static_cast<double>(n) * (static_cast<double>(n) - 1) / 2; }

/// Calls function(first, last) for every stretch of equal values.
template <class Function>
void for_each_stretch(std::span<const double> values, Function&& function) {
  for (std::size_t first = 0; first < values.size();) {
    std::size_t last = first + 1;
    while (last < values.size() && values[last] == values[first]) {
      ++last;
    }
    function(first, last);
    first = last;
  }
}

double tied_pairs(std::span<const double> sorted) {
  double tied = 0;
  for_each_stretch(sorted, [&](std::size_t first, std::size_t last) { tied += pairs_among(last - first); });
  return tied;
}

/// Sorts decreasingly and returns how many pairs stood the wrong way round.
double sort_and_count_exchanges(std::span<double> values, std::span<double> other) {
  const std::size_t n = values.size();
  double exchanges = 0;
  for (std::size_t width = 1; width < n; width *= 2) {
    for (std::size_t begin = 0; begin < n; begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, n);
      const std::size_t end = std::min(begin + 2 * width, n);
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t out = begin; out < end; ++out) {
        if (right == end || (left < middle && values[left] >= values[right])) {
          other[out] = values[left++];
        } else {
          exchanges += static_cast<double>(middle - left);
          other[out] = values[right++];
        }
      }
    }
    std::swap(values, other);
  }
  return exchanges;
}

}  // namespace

PairCounts count_pairs(const RankedList& list, std::vector<double>& workspace) {
  const std::size_t n = list.size();
  workspace.resize(2 * n);
  const std::span<double> labels(workspace.data(), n);
  std::copy(list.labels.begin(), list.labels.end(), labels.begin());
  double tied_scores = 0;
  double tied_in_both = 0;
  // Within equal scores the labels are sorted first: what is exchanged there is no pair of opposing order.
  for_each_stretch(list.scores, [&](std::size_t first, std::size_t last) {
    if (last - first > 1) {
      const std::span<double> stretch = labels.subspan(first, last - first);
      std::sort(stretch.begin(), stretch.end(), std::greater<>());
      tied_scores += pairs_among(last - first);
      tied_in_both += tied_pairs(stretch);
    }
  });
  const double tied_labels = tied_pairs(list.sorted_labels);
  return {.untied_labels = pairs_among(n) - tied_labels,
          .untied_scores = pairs_among(n) - tied_scores,
          .untied = pairs_among(n) - tied_scores - tied_labels + tied_in_both,
          .opposing = sort_and_count_exchanges(labels, {workspace.data() + n, n})};
}

double kendall_tau_b(const PairCounts& pairs) {
  if (pairs.untied_scores == 0 || pairs.untied_labels == 0) {
    return left_out;
  }
  return (pairs.untied - 2 * pairs.opposing) / std::sqrt(pairs.untied_scores * pairs.untied_labels);
}

double pairwise_accuracy(const PairCounts& pairs) {
  if (pairs.untied_labels == 0) {
    return left_out;
  }
  const double agreeing = pairs.untied - pairs.opposing;
  const double tied = pairs.untied_labels - pairs.untied;
  return (agreeing + tied / 2) / pairs.untied_labels;
}

double spearman_correlation(const RankedList& list, std::vector<double>& workspace) {
  const auto n = static_cast<std::uint32_t>(list.size());
  const double middle = (static_cast<double>(n) + 1) / 2;
  workspace.resize(n);
  double scores = 0;
  double labels = 0;
  double both = 0;
  for_each_mid_rank(list.scores.data(), n, [&](std::uint32_t i, double rank) {
    workspace[i] = rank - middle;
    scores += (rank - middle) * (rank - middle);
  });
  for_each_mid_rank(list.sorted_labels.data(), n, [&](std::uint32_t i, double rank) {
    labels += (rank - middle) * (rank - middle);
    both += workspace[list.label_order[i]] * (rank - middle);
  });
  return scores == 0 || labels == 0 ? left_out : both / std::sqrt(scores * labels);
}

}  // namespace ranktape::detail
