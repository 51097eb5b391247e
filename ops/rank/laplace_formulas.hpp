#pragma once

#include <ranktape/ops/list_view.hpp>

#include <cmath>
#include <cstdint>

// Internal: the LapSum relaxations of one sorted list, for either device. laplace.hpp has the notation.
namespace ranktape::detail {

/// One sorted list.
struct LaplaceList {
  std::uint32_t n;
  int sign;              ///< -1 for descending order
  double inverse;        ///< 1 / temperature
  const double* sorted;  ///< -u: decreasing
  const std::uint32_t* order;
  const double* decays;  ///< n numbers; the first is 0, for there is nothing before

  [[nodiscard]] constexpr double u(std::size_t i) const { return -sorted[i]; }
  [[nodiscard]] constexpr double decay_after(std::size_t i) const { return i + 1 < n ? decays[i + 1] : 0.0; }
};

/// The decay to value i of a sorted list, decreasing as sorting leaves it.
template <class Index>
constexpr double decay_to(const double* sorted, Index i, double inverse) {
  return i == 0 ? 0.0 : std::exp((sorted[i] - sorted[i - 1]) * inverse);
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
  [[nodiscard]] constexpr Distance distance(const LaplaceList& list, std::uint32_t i) const {
    return i < interval ? Distance{(list.u(interval - 1) - list.u(i)) * list.inverse, to_below, weight_below}
                        : Distance{(list.u(i) - list.u(interval)) * list.inverse, to_above, weight_above};
  }
};

/// L of one list, by its sums, and its inverse.
struct SmoothCount {
  const double* before;
  const double* after;

  /// Whether L(u_i) >= whole + fraction.
  [[nodiscard]] constexpr bool reaches(std::uint32_t i, double whole, double fraction) const {
    return (1 + after[i] - before[i]) / 2 >= (whole - i) + fraction;
  }

  // Templates, for only those may be constexpr and call std::log.

  /// b with L(b) = whole + fraction (two numbers, so that a target close to a whole number keeps its digits), which
  /// must lie strictly between 0 and n. Looks from interval `from` upwards.
  template <class Real = double>
  [[nodiscard]] constexpr Crossing solve(const LaplaceList& list, double whole, double fraction,
                                         std::uint32_t from = 0) const;
  /// The same by bisection from anywhere.
  template <class Real = double>
  [[nodiscard]] constexpr Crossing find(const LaplaceList& list, double whole, double fraction) const;
};

// Between two neighbours L(b) = interval + (a e^-to_above - c e^-to_below) / 2, a quadratic equation in either
// exponential; each is taken from the sum of two positive numbers, the other from their product.
template <class Real>
constexpr Crossing SmoothCount::solve(const LaplaceList& list, double whole, double fraction,
                                      std::uint32_t from) const {
  std::uint32_t i = from;
  while (i < list.n && !reaches(i, whole, fraction)) {
    ++i;
  }
  const double a = i < list.n ? 1 + after[i] : 0.0;
  const double c = i > 0 ? 1 + before[i - 1] : 0.0;
  const double decay = i < list.n ? list.decays[i] : 0.0;
  const double gap = i > 0 && i < list.n ? list.u(i) - list.u(i - 1) : 0.0;
  const double d = (whole - i) + fraction;
  const double z = std::abs(d) + std::sqrt(d * d + a * c * decay);
  Crossing crossing;
  crossing.interval = i;
  if (d == 0) {  // half way, but for the weights of the two sides; both exponentials may have underflowed
    const double shift = (std::log(c) - std::log(a)) / 2;
    crossing.to_below = gap * list.inverse / 2 + shift;
    crossing.to_above = gap * list.inverse / 2 - shift;
    crossing.b = list.u(i - 1) + gap / 2 + shift / list.inverse;
    crossing.weight_below = 0.5 / c;
    crossing.weight_above = 0.5 / a;
    crossing.total = 2 * z;
    return crossing;
  }
  const double above = d > 0 ? z / a : decay / (z / c);
  const double below = d > 0 ? decay / above : z / c;
  if (d > 0) {
    crossing.to_above = -std::log(above);
    crossing.to_below = gap * list.inverse - crossing.to_above;
    crossing.b = list.u(i) - crossing.to_above / list.inverse;
  } else {
    crossing.to_below = -std::log(below);
    crossing.to_above = gap * list.inverse - crossing.to_below;
    crossing.b = list.u(i - 1) + crossing.to_below / list.inverse;
  }
  crossing.total = a * above + c * below;
  crossing.weight_below = below / crossing.total;
  crossing.weight_above = above / crossing.total;
  return crossing;
}

template <class Real>
constexpr Crossing SmoothCount::find(const LaplaceList& list, double whole, double fraction) const {
  const std::uint32_t interval =
      first_where(std::uint32_t{0}, list.n, [&](std::uint32_t i) { return reaches(i, whole, fraction); });
  return solve<Real>(list, whole, fraction, interval);
}

/// All sorted lists as kernels see them.
struct LaplacePlaces {
  ListOffsets lists;
  int sign;
  const double* inverse;
  const double* sorted;  ///< null in backward passes that need only decays
  const std::uint32_t* order;
  const double* decays;

  [[nodiscard]] constexpr LaplaceList list(std::int64_t index) const {
    const std::int64_t begin = lists.begin(index);
    return {static_cast<std::uint32_t>(lists.size(index)), sign,          inverse[index],
            sorted == nullptr ? nullptr : sorted + begin,  order + begin, decays + begin};
  }
};

/// The sums of all lists as kernels see them.
struct SmoothCounts {
  const double* before;
  const double* after;
  [[nodiscard]] constexpr SmoothCount of_list(std::int64_t begin) const { return {before + begin, after + begin}; }
};

}  // namespace ranktape::detail
