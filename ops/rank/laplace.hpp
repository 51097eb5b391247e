#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/rank/laplace_formulas.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>

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

/// All lists of a tensor sorted: what the backward passes keep. On the CPU for_each_sorted sorts them, on the
/// accelerator the constructor.
struct LaplaceLists {
  LaplaceLists(const Tensor& values, const Lists& which, const RelaxationOptions& options, const PerList& factor);

  Lists lists;
  int sign;
  Array<double> inverse;  ///< of each list
  Array<std::uint32_t> order;
  Array<double> decays;
  Array<double> in_order;  ///< -u: on the accelerator, until an operation has done with it

  /// The same for kernels on the accelerator.
  [[nodiscard]] LaplacePlaces places() const {
    return {lists.on_accelerator(), sign, inverse.data(), in_order.data(), order.data(), decays.data()};
  }
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

template <class Scalar, class Function>
void LaplaceLists::for_each_sorted(const Scalar* values, Function&& function) const {
  const auto longest = static_cast<std::size_t>(lists.longest());
  const auto keys = key_memory<Scalar>(longest);
  const Array<double> sorted(longest);
  for (std::int64_t index = 0; index < lists.count(); ++index) {
    const std::int64_t begin = lists.begin(index);
    const auto n = static_cast<std::size_t>(lists.size(index));
    sort_decreasing(values + begin, n, -sign, keys.data(), sorted.data(), order.data() + begin);
    const double own = inverse[static_cast<std::size_t>(index)];
    for (std::size_t i = 0; i < n; ++i) {
      decays[static_cast<std::size_t>(begin) + i] = decay_to(sorted.data(), i, own);
    }
    function(index, list(index, sorted.data()));
  }
}

/// The sums of one list after another, on the CPU.
class LaplaceSums {
 public:
  explicit LaplaceSums(std::int64_t longest)
      : before_(static_cast<std::size_t>(longest)), after_(static_cast<std::size_t>(longest)) {}

  void fill(const LaplaceList& list);
  [[nodiscard]] SmoothCount count() const { return {before_.data(), after_.data()}; }

 private:
  Array<double> before_;
  Array<double> after_;
};

/// The sums of all lists on the accelerator.
struct DeviceLaplaceSums {
  explicit DeviceLaplaceSums(const LaplaceLists& sorted);

  Array<double> before;
  Array<double> after;

  [[nodiscard]] SmoothCounts counts() const { return {before.data(), after.data()}; }
};

}  // namespace ranktape::detail
