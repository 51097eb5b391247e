#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/metrics/options.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Internal.
namespace ranktape::detail {

/// One list in the order of its scores, the largest first.
struct RankedList {
  std::span<const double> scores;              ///< decreasing
  std::span<const double> labels;              ///< of these documents
  std::span<const double> sorted_labels;       ///< decreasing; empty unless asked for
  std::span<const std::uint32_t> label_order;  ///< sorted_labels[i] is labels[label_order[i]]

  [[nodiscard]] std::size_t size() const { return scores.size(); }
};

/// Sorts one list after another, in memory of its own that every list reuses.
class ListRanker {
 public:
  explicit ListRanker(std::size_t longest);

  /// Valid until the next call.
  RankedList rank(std::span<const double> scores, std::span<const double> labels, Ties ties, bool sort_labels);

 private:
  Array<Key<double>> keys_;
  std::vector<double> given_;
  std::vector<double> scores_;
  std::vector<double> labels_;
  std::vector<double> sorted_labels_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> label_order_;
};

/// Calls function(first, last) for the stretches of documents [first, last) that begin before place k and whose inner
/// order nothing tells: documents with equal scores, or each alone where the order of the input breaks ties.
template <class Function>
void for_each_run(const RankedList& list, std::size_t k, Ties ties, Function&& function) {
  const bool open = ties == Ties::averaged || ties == Ties::together;
  for (std::size_t first = 0; first < k;) {
    std::size_t last = first + 1;
    while (open && last < list.size() && list.scores[last] == list.scores[first]) {
      ++last;
    }
    function(first, last);
    first = last;
  }
}

}  // namespace ranktape::detail
