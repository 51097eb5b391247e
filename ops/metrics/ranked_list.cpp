#include <ranktape/ops/metrics/ranked_list.hpp>

#include <algorithm>

namespace ranktape::detail {

ListRanker::ListRanker(std::size_t longest)
    : keys_(key_memory<double>(longest)),
      given_(longest),
      scores_(longest),
      labels_(longest),
      sorted_labels_(longest),
      order_(longest),
      label_order_(longest) {}

RankedList ListRanker::rank(std::span<const double> scores, std::span<const double> labels, Ties ties,
                            bool sort_labels) {
  const std::size_t n = scores.size();
  if (ties == Ties::reversed) {
    std::reverse_copy(scores.begin(), scores.end(), given_.begin());
    sort_decreasing(given_.data(), n, 1, keys_.data(), scores_.data(), order_.data());
    for (std::size_t i = 0; i < n; ++i) {
      labels_[i] = labels[n - 1 - order_[i]];
    }
  } else {
    sort_decreasing(scores.data(), n, 1, keys_.data(), scores_.data(), order_.data());
    for (std::size_t i = 0; i < n; ++i) {
      labels_[i] = labels[order_[i]];
    }
  }
  RankedList list{.scores = {scores_.data(), n}, .labels = {labels_.data(), n}, .sorted_labels = {}, .label_order = {}};
  if (sort_labels) {
    sort_decreasing(labels_.data(), n, 1, keys_.data(), sorted_labels_.data(), label_order_.data());
    list.sorted_labels = {sorted_labels_.data(), n};
    list.label_order = {label_order_.data(), n};
  }
  return list;
}

}  // namespace ranktape::detail
