#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

// Internal: the numbers of isotonic regression on the accelerator. They differ from those of the CPU in one thing: a
// sum over a stretch of sorted positions is kept relative to the stretch's own first score, so that stretches can be
// joined in any order, and neither offsets nor outliers elsewhere in the list take digits from it.
namespace ranktape::detail {

/// The sorted positions from `begin` up to `end`, and a sum over them. What else is needed of them has a closed form.
struct Stretch {
  double sum;
  std::int32_t begin;
  std::int32_t end;

  [[nodiscard, gnu::always_inline]] constexpr double size() const { return static_cast<double>(end - begin); }
};

/// l2: the mean of heights h_i = slope s_i + step i. Ranks: slope = 1 / strength, step = 1, and s - rho is h - n;
/// sorted values: slope = -1, step = -1 / strength, and w - s is h + n / strength.
/// The sum is that of h_i - h_begin, the value its mean: above h_begin.
template <bool OfRanks>
struct Means {
  static constexpr bool needs_sums = false;
  const double* s;  ///< decreasing
  double slope;
  double step;
  double n;

  static constexpr Means of(const double* sorted, std::int32_t n, double inverse_strength) {
    return {sorted, OfRanks ? inverse_strength : -1, OfRanks ? 1 : -inverse_strength, static_cast<double>(n)};
  }

  [[nodiscard, gnu::always_inline]] constexpr double single(std::int32_t /*position*/) const { return 0; }

  /// h_a - h_b. Ranks `furthest` apart never pool, and how far they are is nothing: no infinity comes up.
  [[nodiscard, gnu::always_inline]] constexpr double drop(std::int32_t a, std::int32_t b) const {
    constexpr double furthest = OfRanks ? 1e100 : std::numeric_limits<double>::max();
    return std::min((s[a] - s[b]) * slope, furthest) - static_cast<double>(b - a) * step;
  }

  [[nodiscard, gnu::always_inline]] constexpr Stretch join(Stretch p, Stretch q) const {
    if (q.begin == q.end) {
      return p;
    }
    return {p.sum + (q.sum - drop(p.begin, q.begin) * q.size()), p.begin, q.end};
  }

  /// > 0 where p, the earlier one, has the larger value, 0 where they are equal.
  [[nodiscard, gnu::always_inline]] constexpr double compare(Stretch p, Stretch q) const {
    return p.sum * q.size() - (q.sum - drop(p.begin, q.begin) * q.size()) * p.size();
  }

  /// Pools p and q, its neighbour, into q unless p's value is larger.
  [[nodiscard, gnu::always_inline]] constexpr bool pool(Stretch p, Stretch& q) const {
    const double moved = q.sum - drop(p.begin, q.begin) * q.size();
    if (p.sum * q.size() > moved * p.size()) {
      return false;
    }
    q = {p.sum + moved, p.begin, q.end};
    return true;
  }

  /// Whether the line along `p` drawn on over `left`, and that along `q` drawn back over `right`, meet at or below the
  /// point between those two, which lie between p and q.
  [[nodiscard, gnu::always_inline]] constexpr bool lines_meet_below(Stretch p, Stretch left, Stretch right,
                                                                    Stretch q) const {
    const double p_value = p.sum / p.size() + drop(p.begin, p.end);  // above h at left.begin, as the others
    const double q_value = q.sum / q.size() - drop(left.begin, q.begin);
    return p_value * left.size() + q_value * right.size() <= join(left, right).sum;
  }

  [[nodiscard, gnu::always_inline]] constexpr double value(Stretch p) const { return p.sum / p.size(); }

  /// The rank or the place of position i, which is in the block that begins with `begin`; of a single one exactly the
  /// hard rank, or its own value.
  [[nodiscard, gnu::always_inline]] constexpr double output(double value, std::int32_t begin, std::int32_t i) const {
    if (OfRanks) {
      return (n - static_cast<double>(begin)) + ((s[i] - s[begin]) * slope - value);
    }
    return s[begin] - (value - static_cast<double>(i - begin) * step);
  }
  /// Sorted values: what position i weighs in its block of that sum; only kl asks.
  [[nodiscard, gnu::always_inline]] constexpr double share(double /*sum*/, std::int32_t /*begin*/,
                                                           std::int32_t /*i*/) const {
    return 1;
  }
};

/// kl: the logarithm of a ratio of two sums of exponentials. Ranks: of e^(s / strength) over those of n - i; sorted
/// values: of e^w, w_i = (n - i) / strength, over e^s. The sum kept is that of s, e^(scale (s_i - s_begin)); the other
/// one has a closed form. Each is relative to its own first term, and `rise` is what the ratio of those gains from one
/// position to a later one. Exponents of what is summed are never positive, and a term that underflows beside 1 is
/// nothing; where one is positive, infinity is as good as the number that it stands for.
template <bool OfRanks>
struct Ratios {
  static constexpr bool needs_sums = !OfRanks;  ///< of blocks, for share()
  const double* s;                              ///< decreasing
  double scale;
  double inverse;  ///< of the strength
  double n;

  static constexpr Ratios of(const double* sorted, std::int32_t n, double inverse_strength) {
    return {sorted, OfRanks ? inverse_strength : 1, inverse_strength, static_cast<double>(n)};
  }

  [[nodiscard]] constexpr double single(std::int32_t /*position*/) const { return 1; }

  [[nodiscard]] constexpr double decay(std::int32_t a, std::int32_t b) const { return std::exp((s[b] - s[a]) * scale); }
  [[nodiscard]] constexpr double rise(std::int32_t a, std::int32_t b) const {
    return OfRanks ? (s[b] - s[a]) * scale : (s[a] - s[b]) - static_cast<double>(b - a) * inverse;
  }
  [[nodiscard]] constexpr double denominator_rise(std::int32_t a, std::int32_t b) const {
    return OfRanks ? 0 : s[b] - s[a];
  }

  [[nodiscard]] constexpr double numerator(Stretch p) const {
    if (OfRanks) {
      return p.sum;
    }
    return p.end - p.begin == 1 ? 1 : std::expm1(-inverse * p.size()) / std::expm1(-inverse);  // a geometric series
  }
  [[nodiscard]] constexpr double denominator(Stretch p) const {
    const double middle = (static_cast<double>(p.begin) + static_cast<double>(p.end) - 1) / 2;
    return OfRanks ? p.size() * (n - middle) : p.sum;
  }

  [[nodiscard]] constexpr Stretch join(Stretch p, Stretch q) const {
    if (q.begin == q.end) {
      return p;
    }
    return {p.sum + decay(p.begin, q.begin) * q.sum, p.begin, q.end};
  }

  [[nodiscard]] constexpr double compare(Stretch p, Stretch q) const {
    const double gain = rise(p.begin, q.begin);
    const double of_p = numerator(p) * denominator(q);
    const double of_q = numerator(q) * denominator(p);
    // Evenly spaced values at just this strength: all ratios are equal, and pool. Here one sum is added up and the
    // other is not, so they are equal up to roundings.
    constexpr double rounding = 1e-13;
    if (!OfRanks && gain == 0 && std::abs(of_p - of_q) <= rounding * of_p) {
      return 0;
    }
    return gain < 0 ? of_p - of_q * std::exp(gain) : of_p * std::exp(-gain) - of_q;
  }

  [[nodiscard]] constexpr bool pool(Stretch p, Stretch& q) const {
    if (compare(p, q) > 0) {
      return false;
    }
    q = join(p, q);
    return true;
  }

  [[nodiscard]] constexpr bool lines_meet_below(Stretch p, Stretch left, Stretch right, Stretch q) const {
    const double along_p = numerator(p) / denominator(p) * denominator(left) * std::exp(-rise(p.begin, left.begin));
    const double along_q = numerator(q) / denominator(q) * denominator(right) *
                           std::exp(rise(left.begin, q.begin) + denominator_rise(left.begin, right.begin));
    return along_p + along_q <= numerator(join(left, right));
  }

  /// Ranks: the factor from e^((s_i - s_begin) / strength) to the rank. Sorted values: by how much the first place is
  /// below s_begin.
  [[nodiscard]] constexpr double value(Stretch p) const {
    return OfRanks ? denominator(p) / numerator(p) : std::log(numerator(p)) - std::log(p.sum);
  }

  [[nodiscard]] constexpr double output(double value, std::int32_t begin, std::int32_t i) const {
    return OfRanks ? decay(begin, i) * value : s[begin] - (value + static_cast<double>(i - begin) * inverse);
  }
  [[nodiscard]] constexpr double share(double sum, std::int32_t begin, std::int32_t i) const {
    return decay(begin, i) / sum;
  }
};

}  // namespace ranktape::detail
