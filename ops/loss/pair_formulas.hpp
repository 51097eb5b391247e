#pragma once

#include <ranktape/ops/bisection.hpp>
#include <ranktape/ops/loss/list_loss_kernels.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/rank/exponential.hpp>

#include <cmath>
#include <cstdint>

// Internal: losses that are sums over pairs of documents of a list, for either device.
//
// A list is put in some order; document i makes pairs with those behind it at first(i) to end(i) - 1, its row. With
// row = pairs.row(i, math), row(j) is the pair's term. A loop goes along a row, and nothing of size n x n is kept.
// math.row(i)(j, d) is e^-|d| for d = +-sigma (s_i - s_j), and Math::log_one_plus(x) is for 0 <= x <= 1. All numbers
// are finite, so that a term times 0 is 0.
namespace ranktape::detail {

struct PairTerm {
  double loss;
  double slope;   ///< derivative by the score of the first; minus that by the score of the second
  double weight;  ///< of the pair among others: 0 where the two are no pair
};

/// Over the rows of a document or a list.
struct PairSums {
  double loss = 0;
  double weight = 0;
  double slopes = 0;  ///< of |slope|
  constexpr PairSums& operator+=(const PairSums& other) {
    loss += other.loss;
    weight += other.weight;
    slopes += other.slopes;
    return *this;
  }
};

/// Exponentials for scores of any size: one for each pair.
struct VectorMath {
  struct Row {
    constexpr double operator()(std::int64_t, double d) const {
      const double size = std::abs(d);
      return exponential(-(size < 700 ? size : 700));
    }
  };
  [[nodiscard]] static constexpr Row row(std::int64_t) { return {}; }
  static constexpr double log_one_plus(double x) { return detail::log_one_plus(x); }
};

/// For scores of which none is further than near_scores / sigma from another: two for each document. The more, the
/// fewer digits: s_i - middle is rounded.
struct NearMath {
  const double* rising;   ///< e^(sigma (s_i - middle))
  const double* falling;  ///< e^(-sigma (s_i - middle))

  struct Row {
    const double* rising;
    const double* falling;
    double own_rising, own_falling;
    constexpr double operator()(std::int64_t j, double d) const {
      const double right = rising[j] * own_falling;
      const double wrong = own_rising * falling[j];
      return d < 0 ? wrong : right;
    }
  };
  [[nodiscard]] constexpr Row row(std::int64_t i) const { return {rising, falling, rising[i], falling[i]}; }
  static constexpr double log_one_plus(double x) { return detail::log_one_plus(x); }
};
inline constexpr double near_scores = 100;

/// For the accelerator.
struct StandardMath {
  struct Row {
    constexpr double operator()(std::int64_t, double d) const {
      const double size = std::abs(d);
      return std::exp(-(size < 700 ? size : 700));
    }
  };
  [[nodiscard]] static constexpr Row row(std::int64_t) { return {}; }
  template <class Number>  // so that a compiler takes it for constexpr, without which nvcc has no device code for it
  static constexpr Number log_one_plus(Number x) {
    return std::log1p(x);
  }
};

/// log(1 + e^-d) and its parts, for any d, given e^-|d|.
template <class Math>
struct Softplus {
  double value;
  double sigmoid;  ///< 1 / (1 + e^d): minus the derivative

  static constexpr Softplus of_negative(double d, double e) {
    return {Math::log_one_plus(e) + (std::abs(d) - d) / 2, (d < 0 ? 1 : e) / (1 + e)};
  }
  static constexpr Softplus of_negative(double d) { return of_negative(d, Math::row(0)(0, d)); }
};

/// The documents by decreasing label: rows are those of smaller label.
struct LabelOrder {
  const double* scores;
  const double* labels;
  const double* weights;
  std::int64_t n;

  [[nodiscard]] constexpr std::int64_t first(std::int64_t i) const {
    return first_where(i + 1, n, [&](std::int64_t k) { return labels[k] < labels[i]; });
  }
  [[nodiscard]] constexpr std::int64_t end(std::int64_t) const { return n; }
  /// The term of a document with itself.
  [[nodiscard]] constexpr PairSums own(std::int64_t) const { return {}; }
  /// The rows that document j is in.
  [[nodiscard]] constexpr std::int64_t rows_before(std::int64_t j) const {
    return first_where(std::int64_t{0}, j, [&](std::int64_t k) { return labels[k] == labels[j]; });
  }
  /// The list that begins at `begin`, where these are all lists.
  [[nodiscard]] constexpr LabelOrder at(std::int64_t begin, std::int64_t size) const {
    return {scores + begin, labels + begin, weights + begin, size};
  }
};

/// weight_i log(1 + e^(-sigma (s_i - s_j))).
struct LogisticPairs : LabelOrder {
  double sigma;

  template <class Math>
  struct Row {
    typename Math::Row exponentials;
    const double* scores;
    double own, weight, sigma;
    constexpr PairTerm operator()(std::int64_t j) const {
      const double d = sigma * difference(own, scores[j]);
      const auto softplus = Softplus<Math>::of_negative(d, exponentials(j, d));
      return {weight * softplus.value, -weight * sigma * softplus.sigmoid, weight};
    }
  };
  template <class Math>
  [[nodiscard]] constexpr Row<Math> row(std::int64_t i, const Math& math) const {
    return {math.row(i), scores, scores[i], weights[i], sigma};
  }
  [[nodiscard]] constexpr LogisticPairs at(std::int64_t begin, std::int64_t size) const {
    return {LabelOrder::at(begin, size), sigma};
  }
};

/// weight_i max(0, margin - (s_i - s_j)).
struct HingePairs : LabelOrder {
  double margin;

  struct Row {
    const double* scores;
    double own, weight, margin;
    constexpr PairTerm operator()(std::int64_t j) const {
      const double missing = margin - difference(own, scores[j]);
      const double violated = missing > 0 ? weight : 0;
      return {violated * missing, -violated, weight};
    }
  };
  template <class Math>
  [[nodiscard]] constexpr Row row(std::int64_t i, const Math&) const {
    return {scores, scores[i], weights[i], margin};
  }
  [[nodiscard]] constexpr HingePairs at(std::int64_t begin, std::int64_t size) const {
    return {LabelOrder::at(begin, size), margin};
  }
};

/// ((y_i - y_j) - (s_i - s_j))^2 (weight_i + weight_j) / 2.
struct SquaredPairs : LabelOrder {
  struct Row {
    const double* scores;
    const double* labels;
    const double* weights;
    double score, label, weight;
    constexpr PairTerm operator()(std::int64_t j) const {
      const double missing = (label - labels[j]) - (score - scores[j]);
      const double both = (weight + weights[j]) / 2;
      return {both * missing * missing, -2 * both * missing, both};
    }
  };
  template <class Math>
  [[nodiscard]] constexpr Row row(std::int64_t i, const Math&) const {
    return {scores, labels, weights, scores[i], labels[i], weights[i]};
  }
  [[nodiscard]] constexpr SquaredPairs at(std::int64_t begin, std::int64_t size) const {
    return {LabelOrder::at(begin, size)};
  }
};

/// What becomes of a list's sums.
struct PairReduction {
  TermReduction terms = TermReduction::sum;
  double unit = 1;              ///< of the logarithm: 1 / log of its base
  bool log_normalized = false;  ///< LightGBM's factor log2(1 + S) / S, with S twice the sum of |slope|
};

constexpr TermsOfList reduce_pairs(const PairSums& sums, bool informative, const PairReduction& reduction) {
  double unit = reduction.unit;
  if (reduction.log_normalized && sums.slopes > 0) {
    unit *= std::log2(1 + 2 * sums.slopes) / (2 * sums.slopes);
  }
  TermsOfList found = reduce_terms(sums.loss, sums.weight, reduction.terms, informative);
  found.list.loss *= unit;
  found.scale *= unit;
  return found;
}

}  // namespace ranktape::detail
