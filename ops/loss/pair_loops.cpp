#include <ranktape/ops/loss/pair_loops.hpp>

// Compiled once for each instruction set; the right one is chosen at run time. The loops are plain: what the compiler
// makes of them differs, the bits do not.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/loss/pair_loops.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

constexpr std::int64_t lanes = pair_padding;

/// Numbers of which every eighth goes to the same sum: a whole number of vectors for every instruction set.
struct LaneSums {
  double lane[lanes] = {};
  void add(const double* __restrict terms, std::int64_t count) {
    for (std::int64_t k = 0; k < count; k += lanes) {
      for (std::int64_t i = 0; i < lanes; ++i) {
        lane[i] += terms[k + i];
      }
    }
  }
  [[nodiscard]] double total() const {
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
  }
};

// Terms of a row are computed this many at a time, in whole lanes: no loop has a scalar end.
constexpr std::int64_t stretch = 64;

template <class Pairs, class Math>
PairSums sum_all(const Pairs& pairs, const Math& math, double* slopes) {
  double losses[stretch];
  double weights[stretch];
  double own[stretch];
  double sizes[stretch];
  LaneSums loss, weight, size;
  PairSums alone;
  for (std::int64_t i = 0; i < pairs.n; ++i) {
    const auto row = pairs.row(i, math);
    const std::int64_t end = pairs.end(i);
    LaneSums slope;
    for (std::int64_t j = pairs.first(i); j < end; j += stretch) {
      const std::int64_t count = std::min(stretch, end - j);
      const std::int64_t padded = (count + lanes - 1) / lanes * lanes;
      for (std::int64_t k = 0; k < padded; ++k) {
        const PairTerm term = row(j + k);
        losses[k] = term.loss;
        own[k] = term.slope;
        sizes[k] = std::abs(term.slope);
        weights[k] = term.weight;
      }
      for (std::int64_t k = count; k < padded; ++k) {
        losses[k] = own[k] = sizes[k] = weights[k] = 0;
      }
      for (std::int64_t k = 0; k < padded; ++k) {
        slopes[j + k] -= own[k];
      }
      loss.add(losses, padded);
      weight.add(weights, padded);
      slope.add(own, padded);
      size.add(sizes, padded);
    }
    slopes[i] += slope.total();
    alone += pairs.own(i);
  }
  alone += {loss.total(), weight.total(), size.total()};
  return alone;
}

template <class Pairs>
PairSums sum_exponentials(const Pairs& pairs, double* room, double* slopes) {
  double least = pairs.scores[0];
  double most = pairs.scores[0];
  for (std::int64_t i = 1; i < pairs.n; ++i) {
    least = pairs.scores[i] < least ? pairs.scores[i] : least;
    most = pairs.scores[i] > most ? pairs.scores[i] : most;
  }
  if (!(pairs.sigma * difference(most, least) <= near_scores)) {
    return sum_all(pairs, VectorMath{}, slopes);
  }
  const double middle = least + (most - least) / 2;
  double* __restrict const rising = room;
  double* __restrict const falling = room + pairs.n + lanes;
  for (std::int64_t i = 0; i < pairs.n; ++i) {
    rising[i] = exponential(pairs.sigma * (pairs.scores[i] - middle));
    falling[i] = exponential(-pairs.sigma * (pairs.scores[i] - middle));
  }
  std::fill_n(rising + pairs.n, lanes, 1.0);
  std::fill_n(falling + pairs.n, lanes, 1.0);
  return sum_all(pairs, NearMath{rising, falling}, slopes);
}

PairSums sum_logistic(const LogisticPairs& pairs, double* room, double* slopes) {
  return sum_exponentials(pairs, room, slopes);
}
PairSums sum_hinge(const HingePairs& pairs, double*, double* slopes) { return sum_all(pairs, VectorMath{}, slopes); }
PairSums sum_squared(const SquaredPairs& pairs, double*, double* slopes) {
  return sum_all(pairs, VectorMath{}, slopes);
}
PairSums sum_lambda(const LambdaPairs<false>& pairs, double* room, double* slopes) {
  return sum_exponentials(pairs, room, slopes);
}
PairSums sum_lambda_by_distance(const LambdaPairs<true>& pairs, double* room, double* slopes) {
  return sum_exponentials(pairs, room, slopes);
}
PairSums sum_first_discount(const FirstDiscountPairs& pairs, double* room, double* slopes) {
  return sum_exponentials(pairs, room, slopes);
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(sum_logistic);
HWY_EXPORT(sum_hinge);
HWY_EXPORT(sum_squared);
HWY_EXPORT(sum_lambda);
HWY_EXPORT(sum_lambda_by_distance);
HWY_EXPORT(sum_first_discount);

PairSums sum_pairs(const LogisticPairs& pairs, double* room, double* slopes) {
  return HWY_DYNAMIC_DISPATCH(sum_logistic)(pairs, room, slopes);
}
PairSums sum_pairs(const HingePairs& pairs, double* room, double* slopes) {
  return HWY_DYNAMIC_DISPATCH(sum_hinge)(pairs, room, slopes);
}
PairSums sum_pairs(const SquaredPairs& pairs, double* room, double* slopes) {
  return HWY_DYNAMIC_DISPATCH(sum_squared)(pairs, room, slopes);
}
PairSums sum_pairs(const LambdaPairs<false>& pairs, double* room, double* slopes) {
  return HWY_DYNAMIC_DISPATCH(sum_lambda)(pairs, room, slopes);
}
PairSums sum_pairs(const LambdaPairs<true>& pairs, double* room, double* slopes) {
  return HWY_DYNAMIC_DISPATCH(sum_lambda_by_distance)(pairs, room, slopes);
}
PairSums sum_pairs(const FirstDiscountPairs& pairs, double* room, double* slopes) {
  return HWY_DYNAMIC_DISPATCH(sum_first_discount)(pairs, room, slopes);
}

}  // namespace ranktape::detail
#endif
