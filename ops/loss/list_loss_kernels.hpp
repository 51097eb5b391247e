#pragma once

#include <ranktape/ops/list_tiles.hpp>
#include <ranktape/ops/loss/extremes.hpp>
#include <ranktape/ops/loss/reduction.hpp>

#include <cstdint>

// Internal: what the losses over lists share, list_loss.hpp, on either device.
namespace ranktape::detail {

/// One list, before its query's weight; or sums over lists.
struct ListLoss {
  double loss = 0;
  double counts = 0;  ///< in the mean: 1 as a rule, 0 for a list without information
  constexpr ListLoss& operator+=(const ListLoss& other) {
    loss += other.loss;
    counts += other.counts;
    return *this;
  }
};

/// The terms of one list, each times its weight.
struct TermSums {
  double loss = 0;
  double weight = 0;
  Extremes targets = {};
  constexpr TermSums& operator+=(const TermSums& other) {
    loss += other.loss;
    weight += other.weight;
    targets += other.targets;
    return *this;
  }
};

/// What a list's terms come to, and what the derivatives of their sum are multiplied by.
struct TermsOfList {
  ListLoss list = {};
  double scale = 0;
};

constexpr TermsOfList reduce_terms(double loss, double weight, TermReduction terms, bool informative) {
  if (!informative) {
    return {};
  }
  const double scale = terms != TermReduction::mean ? 1 : (weight > 0 ? 1 / weight : 0);
  return {{scale * loss, terms == TermReduction::batch_mean ? weight : 1}, scale};
}

/// a - b for scores of any size: the difference of two numbers of 1e308 stays finite.
constexpr double difference(double a, double b) {
  constexpr double most = 1e290;
  const double d = a - b;
  return d > most ? most : (d < -most ? -most : d);
}

/// Weights of queries or documents; null: 1 each.
template <class Scalar>
struct WeightsView {
  const Scalar* values;
  constexpr double operator[](std::int64_t i) const { return values == nullptr ? 1 : static_cast<double>(values[i]); }
  [[nodiscard]] constexpr WeightsView from(std::int64_t begin) const {
    return {values == nullptr ? nullptr : values + begin};
  }
};

namespace kernels {

template <class Scalar>
struct WeightedListLoss {
  const ListLoss* found;
  WeightsView<Scalar> weights;
  [[nodiscard]] constexpr ListLoss at(std::int64_t list) const {
    return found[list].counts > 0 ? ListLoss{weights[list] * found[list].loss, weights[list] * found[list].counts}
                                  : ListLoss{};
  }
  constexpr ListLoss operator()(const ScanPlace& place) const { return at(place.entry); }
};

/// The mean or the sum of all lists, and what either is divided by. `total` holds the sums over lists.
template <class Scalar>
struct TotalLoss {
  const ListLoss* total;
  bool is_mean;
  Scalar* result;
  double* divisor;
  constexpr void operator()(std::int64_t) const {
    *divisor = is_mean && total->counts > 0 ? total->counts : 1;
    *result = static_cast<Scalar>(total->loss / *divisor);
  }
};

template <class Scalar>
struct LossOfEach {
  WeightedListLoss<Scalar> lists;
  Scalar* result;
  constexpr void operator()(std::int64_t list) const { result[list] = static_cast<Scalar>(lists.at(list).loss); }
};

/// d result / d loss of a list. `divisor` is null where nothing is divided.
template <class Scalar>
struct ListFactor {
  WeightedListLoss<Scalar> lists;
  const double* divisor;
  double* factors;
  constexpr void operator()(std::int64_t list) const {
    const double weight = lists.found[list].counts > 0 ? lists.weights[list] : 0;
    factors[list] = divisor == nullptr ? weight : weight / *divisor;
  }
};

/// The gradient of the documents: `factors` of their lists times the gradient of the result times the derivative.
template <class Scalar, class To>
struct ListLossGradient {
  ListOffsets lists;
  const double* factors;
  const Scalar* gradient;
  bool is_one;  ///< the result, or one for each list
  const double* derivative;
  std::int64_t width;  ///< derivatives of each document
  To* to;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i / width);
    to[i] = static_cast<To>(derivative[i] * (factors[list] * static_cast<double>(gradient[is_one ? 0 : list])));
  }
};

/// -inf in place of negative values: what is not finite then is refused.
template <class Scalar>
struct NegativeAsInfinite {
  const Scalar* from;
  Scalar* to;
  constexpr void operator()(std::int64_t i) const {
    to[i] = from[i] < 0 ? -std::numeric_limits<Scalar>::infinity() : from[i];
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
