#pragma once

#include <ranktape/ops/loss/pair_formulas.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

// Internal: the pairs of lambda_loss, for either device. Documents by decreasing score.
namespace ranktape::detail {

/// Rows are the first `rows` documents, each with the documents behind it, the last at `columns` - 1.
struct ScoreOrder {
  const double* scores;
  const double* gains;
  const double* weights;
  const double* discounts;  ///< by place: the same for all lists
  std::int64_t n;
  std::int64_t rows;
  std::int64_t columns;

  [[nodiscard]] constexpr double discounted_gain(std::int64_t i) const { return weights[i] * gains[i] * discounts[i]; }
  [[nodiscard]] constexpr PairSums own(std::int64_t) const { return {}; }
  [[nodiscard]] constexpr std::int64_t first(std::int64_t i) const { return i + 1; }
  [[nodiscard]] constexpr std::int64_t end(std::int64_t i) const { return i < rows ? columns : 0; }
  [[nodiscard]] constexpr std::int64_t rows_before(std::int64_t j) const {
    return j >= columns ? 0 : (j < rows ? j : rows);
  }
  [[nodiscard]] constexpr ScoreOrder at(std::int64_t begin, std::int64_t size) const {
    return {scores + begin,
            gains + begin,
            weights + begin,
            discounts,
            size,
            rows < size ? rows : size,
            columns < size ? columns : size};
  }
};

/// constant + of_discount |D_i - D_j| + of_distance |D_d - D_(d + 1)|, d = |i - j|.
struct PairWeight {
  double constant;
  double of_discount;
  double of_distance;
  const double* distances;  ///< |D_d - D_(d + 1)| for d from 0 on
};

/// delta_ij log(1 + e^(-sigma (s_h - s_l))) over pairs of a larger gain h and a smaller one l, where delta_ij is
/// weight_h |G_i - G_j| times the PairWeight, over 0.01 + |s_i - s_j| if ByDistance unless all scores are equal.
template <bool ByDistance>
struct LambdaPairs : ScoreOrder {
  double sigma;
  PairWeight pair_weight;

  template <class Math>
  struct Row {
    typename Math::Row exponentials;
    ScoreOrder order;
    PairWeight pair;
    std::int64_t i;
    double sigma, score, gain, weight, discount, offset;
    constexpr PairTerm operator()(std::int64_t j) const {
      const double apart = difference(score, order.scores[j]);  // not below 0
      const double excess = gain - order.gains[j];
      const double sign = excess > 0 ? 1 : -1;
      const double d = sigma * apart;
      const auto softplus = Softplus<Math>::of_negative(sign * d, exponentials(j, d));
      const double other = order.weights[j];  // read in any case: no branch in the loop
      const double own = excess > 0 ? weight : other;
      double delta = own * std::abs(excess) *
                     (pair.constant + pair.of_discount * (discount - order.discounts[j]) +
                      pair.of_distance * pair.distances[j - i]);
      if constexpr (ByDistance) {
        delta /= offset + apart;
      }
      return {delta * softplus.value, -sign * sigma * delta * softplus.sigmoid, excess == 0 ? 0 : own};
    }
  };
  template <class Math>
  [[nodiscard]] constexpr Row<Math> row(std::int64_t i, const Math& math) const {
    const double offset = scores[0] == scores[n - 1] ? 1 : 0.01;
    return {math.row(i), *this, pair_weight, i, sigma, scores[i], gains[i], weights[i], discounts[i], offset};
  }
  [[nodiscard]] constexpr LambdaPairs at(std::int64_t begin, std::int64_t size) const {
    return {ScoreOrder::at(begin, size), sigma, pair_weight};
  }
};

/// NDCG-Loss1: G_i D_i weight_i log(1 + e^(-sigma (s_i - s_j))) over all i and j; those of a document with itself,
/// which have no slope, are not here.
struct FirstDiscountPairs : ScoreOrder {
  double sigma;

  [[nodiscard]] constexpr PairSums own(std::int64_t i) const {
    return i < rows && i < columns ? PairSums{discounted_gain(i) * std::numbers::ln2, weights[i], 0} : PairSums{};
  }

  template <class Math>
  struct Row {
    typename Math::Row exponentials;
    ScoreOrder order;
    double sigma, score, own, weight;
    constexpr PairTerm operator()(std::int64_t j) const {
      const double d = sigma * difference(score, order.scores[j]);  // not below 0
      const auto softplus = Softplus<Math>::of_negative(d, exponentials(j, d));
      const double other = order.discounted_gain(j);
      return {own * softplus.value + other * (softplus.value + d),
              sigma * (other * (1 - softplus.sigmoid) - own * softplus.sigmoid), weight + order.weights[j]};
    }
  };
  template <class Math>
  [[nodiscard]] constexpr Row<Math> row(std::int64_t i, const Math& math) const {
    return {math.row(i), *this, sigma, scores[i], discounted_gain(i), weights[i]};
  }
  [[nodiscard]] constexpr FirstDiscountPairs at(std::int64_t begin, std::int64_t size) const {
    return {ScoreOrder::at(begin, size), sigma};
  }
};

}  // namespace ranktape::detail
