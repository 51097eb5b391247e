#pragma once

#include <ranktape/ops/loss/list_loss_kernels.hpp>

#include <cstdint>

// Internal: the squared differences of margins over all pairs of a list, without a pair. With a_i = y_i - s_i, measured
// from their mean, and n documents of weights w_i, W together,
//   sum_(i < j) (w_i + w_j) / 2 (a_i - a_j)^2 = (n sum_i w_i a_i^2 + W sum_i a_i^2) / 2,
// and the derivative by s_i is sum_j w_j a_j - (n w_i + W) a_i.
namespace ranktape::detail {

struct MarginSums {
  double weight = 0;
  double squares = 0;
  double weighted = 0;
  double weighted_squares = 0;
  constexpr MarginSums& operator+=(const MarginSums& other) {
    weight += other.weight;
    squares += other.squares;
    weighted += other.weighted;
    weighted_squares += other.weighted_squares;
    return *this;
  }
  [[nodiscard]] constexpr TermsOfList reduce(std::int64_t n, TermReduction terms) const {
    const auto count = static_cast<double>(n);
    return reduce_terms((count * weighted_squares + weight * squares) / 2, (count - 1) * weight / 2, terms, n > 1);
  }
};

template <class Scalar>
struct Margins {
  const Scalar* predictions;
  const Scalar* targets;
  WeightsView<Scalar> weights;

  [[nodiscard]] constexpr double error(std::int64_t i) const {
    return static_cast<double>(targets[i]) - static_cast<double>(predictions[i]);
  }
  [[nodiscard]] constexpr MarginSums terms(std::int64_t i, double mean) const {
    const double a = error(i) - mean;
    const double w = weights[i];
    return {w, a * a, w * a, w * a * a};
  }
  [[nodiscard]] constexpr double derivative(std::int64_t i, double mean, const MarginSums& sums, std::int64_t n) const {
    return sums.weighted - (static_cast<double>(n) * weights[i] + sums.weight) * (error(i) - mean);
  }
};

namespace kernels {

template <class Scalar>
struct MarginError {
  Margins<Scalar> margins;
  constexpr double operator()(const ScanPlace& place) const { return margins.error(place.entry); }
};

template <class Scalar>
struct MarginTerm {
  Margins<Scalar> margins;
  ListOffsets lists;
  const double* totals;  ///< of error, by list
  constexpr MarginSums operator()(const ScanPlace& place) const {
    return margins.terms(place.entry, totals[place.list] / static_cast<double>(lists.size(place.list)));
  }
};

struct MarginLists {
  const MarginSums* sums;
  ListOffsets lists;
  TermReduction terms;
  TermsOfList* found;
  ListLoss* losses;
  constexpr void operator()(std::int64_t list) const {
    found[list] = sums[list].reduce(lists.size(list), terms);
    losses[list] = found[list].list;
  }
};

template <class Scalar>
struct MarginDerivative {
  Margins<Scalar> margins;
  ListOffsets lists;
  const double* totals;
  const MarginSums* sums;
  const TermsOfList* found;
  double* derivative;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const std::int64_t n = lists.size(list);
    const double mean = totals[list] / static_cast<double>(n);
    derivative[i] = found[list].scale * margins.derivative(i, mean, sums[list], n);
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
