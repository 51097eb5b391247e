#include <ranktape/core/inspect/ranking_order.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ranktape::detail {

std::vector<std::int64_t> order_of(std::span<const double> scores, bool ascending) {
  std::vector<std::int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::ranges::stable_sort(order, [&](std::int64_t a, std::int64_t b) {
    const double x = scores[static_cast<std::size_t>(a)];
    const double y = scores[static_cast<std::size_t>(b)];
    if (std::isnan(x) || std::isnan(y)) {
      return std::isnan(y) && !std::isnan(x);
    }
    return ascending ? x < y : x > y;
  });
  return order;
}

std::vector<double> gaps_of(std::span<const double> scores) {
  std::vector<double> sorted;
  std::ranges::copy_if(scores, std::back_inserter(sorted), [](double score) { return std::isfinite(score); });
  std::ranges::sort(sorted);
  std::vector<double> gaps;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    gaps.push_back(sorted[i] - sorted[i - 1]);
  }
  std::ranges::sort(gaps);
  return gaps;
}

double median(std::vector<double> numbers) {
  if (numbers.empty()) {
    return 0;
  }
  std::ranges::sort(numbers);
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

}  // namespace ranktape::detail
