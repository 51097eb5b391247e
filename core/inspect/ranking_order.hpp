#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Internal: the order of one list's scores.
namespace ranktape::detail {

/// The documents of a list from rank 1 on; equal scores as they come, NaN last.
std::vector<std::int64_t> order_of(std::span<const double> scores, bool ascending);

/// The differences of neighbours in order, ascending; those that are not finite are left out.
std::vector<double> gaps_of(std::span<const double> scores);

/// 0 for none.
double median(std::vector<double> numbers);

/// Calls function(first, last) for every run of equal scores, as places in `order`.
template <class Function>
void for_each_tie(std::span<const double> scores, std::span<const std::int64_t> order, Function&& function) {
  const auto score = [&](std::size_t place) { return scores[static_cast<std::size_t>(order[place])]; };
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    for (last = first + 1; last < order.size() && score(last) == score(first); ++last) {
    }
    function(first, last);
  }
}

}  // namespace ranktape::detail
