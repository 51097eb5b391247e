#pragma once

#include <ranktape/ops/loss/document_kernels.hpp>
#include <ranktape/ops/loss/listwise.hpp>

#include <cmath>
#include <cstdint>

// Internal: the arithmetic of the listwise losses.
namespace ranktape::detail {

/// log(sum of e^x) over the numbers added, kept as the largest and the sum of e^(x - largest).
struct LogSumExp {
  double largest = -INFINITY;
  double sum = 0;
  constexpr LogSumExp& operator+=(const LogSumExp& other) {
    if (other.largest > largest) {
      sum = sum * std::exp(largest - other.largest) + other.sum;
      largest = other.largest;
    } else if (other.sum > 0) {
      sum += other.sum * std::exp(other.largest - largest);
    }
    return *this;
  }
  [[nodiscard]] constexpr double value() const { return largest + std::log(sum); }
};

/// sum_i t_i (lse(s) - s_i), with t_i = w_i y_i or w_i softmax(y)_i: the derivative is softmax(s)_i sum(t) - t_i.
template <class Scalar>
struct CrossEntropy {
  const Scalar* predictions;
  const Scalar* targets;
  WeightsView<Scalar> weights;
  const LogSumExp* of_predictions;  ///< of each list
  const LogSumExp* of_targets;      ///< null where the targets are taken as they are

  [[nodiscard]] constexpr double target(std::int64_t i, std::int64_t list) const {
    const auto y = static_cast<double>(targets[i]);
    return weights[i] * (of_targets == nullptr ? y : std::exp(y - of_targets[list].value()));
  }
  /// log softmax(s)_i, in two steps: scores of 1e30 keep the digits of the logarithm.
  [[nodiscard]] constexpr double log_probability(std::int64_t i, std::int64_t list) const {
    return difference(static_cast<double>(predictions[i]), of_predictions[list].largest) -
           std::log(of_predictions[list].sum);
  }
  [[nodiscard]] constexpr TermSums terms(std::int64_t i, std::int64_t list) const {
    const double t = target(i, list);
    const auto y = static_cast<double>(targets[i]);
    return {-t * log_probability(i, list), t, {y, y}};
  }
  constexpr void write(std::int64_t i, std::int64_t list, const TermSums& sums, double scale,
                       double* derivative) const {
    derivative[i] = scale * (std::exp(log_probability(i, list)) * sums.weight - target(i, list));
  }
};

namespace kernels {

template <class Scalar>
struct LogSumExpOf {
  const Scalar* values;
  constexpr LogSumExp operator()(const ScanPlace& place) const { return {static_cast<double>(values[place.entry]), 1}; }
};

/// listmle_loss, list by list. With l_r = log sum_(q >= r) e^(s_q) and weights v_r = p_r w_r, the derivative by s_q is
///   sum_(r <= q) v_r e^(s_q - l_r) - v_q = e^(s_q - l_q) A_q - v_q,   A_q = A_(q - 1) e^(l_q - l_(q - 1)) + v_q,
/// of which no exponential is above 1, for l falls.
template <class Scalar>
struct ListMle {
  ListOffsets lists;
  const double* labels;        ///< in decreasing order
  const std::uint32_t* order;  ///< where they came from
  const Scalar* predictions;
  WeightsView<Scalar> weights;
  PlaceWeights place_weights;
  TermReduction terms;
  double* tails;  ///< [documents]: room for l
  ListLoss* losses;
  double* derivative;

  constexpr void operator()(std::int64_t list) const {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    const std::uint32_t* const at = order + begin;
    const Scalar* const scores = predictions + begin;
    double* const l = tails + begin;
    LogSumExp tail;
    for (std::int64_t r = n; r-- > 0;) {
      tail += LogSumExp{static_cast<double>(scores[at[r]]), 1};
      l[r] = tail.value();
    }
    double loss = 0;
    double weight = 0;
    double sum = 0;
    for (std::int64_t r = 0; r < n; ++r) {
      const auto score = static_cast<double>(scores[at[r]]);
      const double v = place_weight(place_weights, static_cast<double>(r + 1), n) * weights[begin + at[r]];
      loss += v * difference(l[r], score);
      weight += v;
      sum = (r == 0 ? 0 : sum * std::exp(l[r] - l[r - 1])) + v;
      derivative[begin + at[r]] = std::exp(score - l[r]) * sum - v;
    }
    const bool informative = n > 1 && labels[begin] != labels[begin + n - 1];
    const TermsOfList found = reduce_terms(loss, weight, terms, informative);
    losses[list] = found.list;
    for (std::int64_t i = begin; i < begin + n; ++i) {
      derivative[i] *= found.scale;
    }
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
