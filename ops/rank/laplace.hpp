#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

// Internal: what the LapSum relaxations are made of (Struski et al., "LapSum - One Method to Differentiate Them All:
// Ranking, Sorting and Top-k Selection", ICML 2025).
//
// Let u be a list's values (times -1 for descending order) in increasing order, t the temperature and
// L(b) = sum_i F((b - u_i) / t) with F the distribution function of the Laplace distribution: the number of values
// below b, smoothed. L rises strictly from 0 to n. Sorted, all its sums are carries that only ever decay:
//   before_i = sum of e^(-(u_i - u_j) / t) over j < i = decay_i (1 + before_(i-1)),  decay_i = e^(-(u_i - u_(i-1)) /
//   t), after_i likewise over j > i, and L(u_i) = i + (1 + after_i - before_i) / 2,
// so nothing overflows, and the exponentials, once taken, serve the backward pass too.
namespace ranktape::detail {

/// One sorted list.
struct LaplaceList {
  std::uint32_t n;
  int sign;              ///< -1 for descending order
  double inverse;        ///< 1 / temperature
  const double* sorted;  ///< -u: decreasing
  const std::uint32_t* order;
  const double* decays;  ///< n numbers; the first is 0, for there is nothing before

  [[nodiscard]] double u(std::size_t i) const { return -sorted[i]; }
  [[nodiscard]] double decay_after(std::size_t i) const { return i + 1 < n ? decays[i + 1] : 0.0; }
};

/// All lists of a tensor sorted: what the backward passes keep.
struct LaplaceLists {
  LaplaceLists(const Tensor& values, const Lists& which, const RelaxationOptions& options, const PerList& factor);

  Lists lists;
  int sign;
  Array<double> inverse;  ///< of each list
  Array<std::uint32_t> order;
  Array<double> decays;

  [[nodiscard]] LaplaceList list(std::int64_t index, const double* sorted = nullptr) const {
    return {static_cast<std::uint32_t>(lists.size(index)),
            sign,
            inverse[static_cast<std::size_t>(index)],
            sorted,
            order.data() + lists.begin(index),
            decays.data() + lists.begin(index)};
  }

  /// Sorts list by list and calls function(index, list).
  template <class Scalar, class Function>
  void for_each_sorted(const Scalar* values, Function&& function) const;
};

/// The decays of a sorted list, decreasing as sort_decreasing leaves it.
inline void fill_decays(const double* sorted, std::size_t n, double inverse, double* decays) {
  for (std::size_t i = 0; i < n; ++i) {
    decays[i] = i == 0 ? 0.0 : std::exp((sorted[i] - sorted[i - 1]) * inverse);
  }
}

template <class Scalar, class Function>
void LaplaceLists::for_each_sorted(const Scalar* values, Function&& function) const {
  const auto longest = static_cast<std::size_t>(lists.longest());
  const auto keys = key_memory<Scalar>(longest);
  const Array<double> sorted(longest);
  for (std::int64_t index = 0; index < lists.count(); ++index) {
    const std::int64_t begin = lists.begin(index);
    const auto n = static_cast<std::size_t>(lists.size(index));
    sort_decreasing(values + begin, n, -sign, keys.data(), sorted.data(), order.data() + begin);
    fill_decays(sorted.data(), n, inverse[static_cast<std::size_t>(index)], decays.data() + begin);
    function(index, list(index, sorted.data()));
  }
}

/// b with L(b) = a target: between the values u_(interval - 1) and u_interval (the first and last have no neighbour).
/// In terms of the temperature: how far b is from them, and the weights d b / d u of the two.
struct Crossing {
  std::uint32_t interval = 0;
  double b = 0;
  double to_below = 0;      ///< (b - u_(interval - 1)) / t
  double to_above = 0;      ///< (u_interval - b) / t
  double weight_below = 0;  ///< e^(-to_below) / total; times e^(-(u_below - u_j) / t) for the values u_j further down
  double weight_above = 0;
  double total = 0;  ///< sum over the list of e^(-|b - u_j| / t)

  /// How far u_i is from the value next to b on its side, and that value's weight and distance from b: the weight of
  /// u_i is weight * e^(-beyond), its distance from b is beyond + nearest.
  struct Distance {
    double beyond;
    double nearest;
    double weight;
  };
  [[nodiscard]] Distance distance(const LaplaceList& list, std::uint32_t i) const {
    return i < interval ? Distance{(list.u(interval - 1) - list.u(i)) * list.inverse, to_below, weight_below}
                        : Distance{(list.u(i) - list.u(interval)) * list.inverse, to_above, weight_above};
  }
};

/// The sums of one list, and the inverse of L.
class LaplaceSums {
 public:
  explicit LaplaceSums(std::int64_t longest)
      : before_(static_cast<std::size_t>(longest)), after_(static_cast<std::size_t>(longest)) {}

  void fill(const LaplaceList& list);
  /// b with L(b) = whole + fraction (two numbers, so that a target close to a whole number keeps its digits), which
  /// must lie strictly between 0 and n. Looks from interval `from` upwards.
  [[nodiscard]] Crossing solve(const LaplaceList& list, double whole, double fraction, std::uint32_t from = 0) const;
  /// The same by bisection from anywhere.
  [[nodiscard]] Crossing find(const LaplaceList& list, double whole, double fraction) const;

 private:
  [[nodiscard]] bool reaches(std::uint32_t i, double whole, double fraction) const;

  Array<double> before_;
  Array<double> after_;
};

}  // namespace ranktape::detail
