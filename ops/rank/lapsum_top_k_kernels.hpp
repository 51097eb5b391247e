#pragma once

#include <ranktape/ops/rank/laplace_kernels.hpp>
#include <ranktape/ops/rank/temperature_kernels.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

// Internal: lapsum_top_k and lapsum_log_top_k; lapsum_top_k.cpp has the mathematics. The formulas are of either device,
// the kernels of the accelerator.
namespace ranktape::detail {

/// A membership, by how far the document is from b and e^(-distance) / 2.
struct Memberships {
  static constexpr const char* name = "lapsum_top_k";
  static constexpr bool log = false;
  template <class Real>
  static constexpr Real value(Real, Real half, bool below) {
    return below ? half : 1 - half;
  }
};

struct LogMemberships {
  static constexpr const char* name = "lapsum_log_top_k";
  static constexpr bool log = true;
  template <class Real>
  static constexpr Real value(Real distance, Real half, bool below) {
    return below ? -distance - std::numbers::ln2 : std::log1p(-half);
  }
};

/// What backward needs, for kernels: of each document, in the documents' order, and of each list.
struct SelectionView {
  double* q;
  double* slope;  ///< m, of the log form
  double* total;  ///< S
};

/// Value i of a sorted list.
template <class Form, class Scalar>
constexpr void select(const LaplaceList& list, const Crossing& crossing, std::uint32_t i, std::int64_t begin,
                      const SelectionView& kept, Scalar* to) {
  const bool below = i < crossing.interval;
  const Crossing::Distance away = crossing.distance(list, i);
  const double decay = std::exp(-away.beyond);
  const double half = decay * std::exp(-away.nearest) / 2;
  const std::int64_t document = begin + list.order[i];
  to[document] = static_cast<Scalar>(Form::value(away.beyond + away.nearest, half, below));
  kept.q[document] = away.weight * decay;
  if constexpr (Form::log) {
    kept.slope[document] = below ? 1.0 : half / (1 - half);
  }
}

/// The term of document i in the list's sum.
template <class Form, class Scalar>
constexpr double top_k_term(const SelectionView& kept, const Scalar* g, std::int64_t i) {
  return (Form::log ? kept.slope[i] : kept.q[i]) * static_cast<double>(g[i]);
}

/// The gradient of a document's value, without direction and temperature, given that sum.
template <class Form, class Scalar>
constexpr double top_k_gradient(const SelectionView& kept, const Scalar* g, std::int64_t i, double sum, double total) {
  if constexpr (Form::log) {
    return kept.slope[i] * static_cast<double>(g[i]) - sum * kept.q[i];
  } else {
    return total / 2 * kept.q[i] * (static_cast<double>(g[i]) - sum);
  }
}

/// dL/dk, given that sum.
template <class Form>
constexpr double top_k_gradient_of_k(double sum, double total) {
  return !Form::log ? sum : sum == 0 ? 0.0 : 2 * sum / total;
}

namespace kernels {

/// Where each list's memberships are one half.
struct TopKCrossing {
  LaplacePlaces sorted;
  SmoothCounts counts;
  ListNumbers k;
  Crossing* crossings;
  double* total;
  constexpr void operator()(std::int64_t index) const {
    const LaplaceList list = sorted.list(index);
    if (list.n > 0) {
      crossings[index] = counts.of_list(sorted.lists.begin(index)).find(list, list.n, -k[index]);
      total[index] = crossings[index].total;
    }
  }
};

template <class Form, class Scalar>
struct TopKSelect {
  LaplacePlaces sorted;
  const Crossing* crossings;
  SelectionView kept;
  Scalar* to;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t index = sorted.lists.list_of(i);
    const std::int64_t begin = sorted.lists.begin(index);
    select<Form>(sorted.list(index), crossings[index], static_cast<std::uint32_t>(i - begin), begin, kept, to);
  }
};

template <class Form, class Scalar>
struct TopKTerm {
  SelectionView kept;
  const Scalar* g;
  constexpr double operator()(const ScanPlace& place) const { return top_k_term<Form>(kept, g, place.entry); }
};

template <class Form, class Scalar>
struct TopKGradient {
  ListOffsets lists;
  SelectionView kept;
  const double* inverse;
  int sign;
  const double* sums;
  const Scalar* g;
  Scalar* result;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const double factor = inverse[list] * sign;
    result[i] = static_cast<Scalar>(top_k_gradient<Form>(kept, g, i, sums[list], kept.total[list]) * factor);
  }
};

template <class Form>
struct TopKGradientOfK {
  ListOffsets lists;
  const double* sums;
  const double* total;
  double* of_k;
  constexpr void operator()(std::int64_t list) const {
    of_k[list] = lists.size(list) == 0 ? 0.0 : top_k_gradient_of_k<Form>(sums[list], total[list]);
  }
};

/// t dL/dt, measured from the list's first value: the gradients sum to 0.
template <class Scalar>
struct TopKMoment {
  const Scalar* values;
  const Scalar* result;
  constexpr double operator()(const ScanPlace& place) const {
    return -static_cast<double>(result[place.entry]) *
           (static_cast<double>(values[place.entry]) - static_cast<double>(values[place.begin]));
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
