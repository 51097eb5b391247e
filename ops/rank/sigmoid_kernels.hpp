#pragma once

#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/list_view.hpp>

#include <cmath>
#include <cstdint>

// Internal: sigmoid_rank on the accelerator, one call per document. The sums are those of sigmoid_rank.cpp, but each
// document adds up its own, from both sides, and every pair takes an exponential: no e^(u / t) is handed on from one
// document to the next.
namespace ranktape::detail::kernels {

/// A sorted list around one of its documents: sorted_j = -u_j decreases.
template <class Number>
struct SigmoidNeighbours {
  static constexpr Number reach = 50;  ///< pairs further apart than as many temperatures count as hard
  const Number* sorted;
  std::int64_t n;
  Number inverse;

  [[nodiscard]] constexpr std::int64_t first_tied(std::int64_t i) const {
    return first_where(std::int64_t{0}, i, [&](std::int64_t k) { return sorted[k] == sorted[i]; });
  }
  [[nodiscard]] constexpr std::int64_t first_in_reach(std::int64_t i) const {
    return first_where(std::int64_t{0}, i, [&](std::int64_t k) { return (sorted[k] - sorted[i]) * inverse < reach; });
  }
  [[nodiscard]] constexpr std::int64_t end_of_reach(std::int64_t i) const {
    return first_where(i, n, [&](std::int64_t k) { return !((sorted[i] - sorted[k]) * inverse < reach); });
  }
};

/// Ranks of equal values are computed at the first of them, so that they are equal to the last digit.
template <class Scalar>
struct SigmoidRank {
  const double* sorted;
  const std::uint32_t* order;
  const double* inverse;
  ListOffsets lists;
  Scalar* ranks;

  constexpr void operator()(std::int64_t document) const {
    const std::int64_t list = lists.list_of(document);
    const std::int64_t begin = lists.begin(list);
    const SigmoidNeighbours<double> near = {sorted + begin, lists.size(list), inverse[list]};
    const std::int64_t i = near.first_tied(document - begin);
    const std::int64_t low = near.first_in_reach(i);
    const auto part = [&](double distance) { return 1 / (1 + std::exp(distance * near.inverse)); };
    const double above = sum_of(static_cast<std::size_t>(near.end_of_reach(i) - i - 1), [&](std::size_t k) {
      return part(near.sorted[i] - near.sorted[i + 1 + static_cast<std::int64_t>(k)]);
    });
    const double below = sum_of(static_cast<std::size_t>(i - low), [&](std::size_t k) {
      return part(near.sorted[low + static_cast<std::int64_t>(k)] - near.sorted[i]);
    });
    ranks[begin + order[document]] = static_cast<Scalar>(1 + static_cast<double>(i) + (above - below));
  }
};

/// The gradient of the ranks in the order of the values.
template <class Scalar>
struct SigmoidSortedGradient {
  const Scalar* gradient;
  const std::uint32_t* order;
  ListOffsets lists;
  double* sorted_gradient;

  constexpr void operator()(std::int64_t document) const {
    const std::int64_t begin = lists.begin(lists.list_of(document));
    sorted_gradient[document] = static_cast<double>(gradient[begin + order[document]]);
  }
};

template <class Scalar>
struct SigmoidRankGradient {
  const double* sorted;
  const std::uint32_t* order;
  const double* inverse;
  ListOffsets lists;
  const double* sorted_gradient;
  int sign;
  Scalar* result;

  constexpr void operator()(std::int64_t document) const {
    const std::int64_t list = lists.list_of(document);
    const std::int64_t begin = lists.begin(list);
    const SigmoidNeighbours<double> near = {sorted + begin, lists.size(list), inverse[list]};
    const std::int64_t i = document - begin;
    const std::int64_t low = near.first_in_reach(i);
    const double* g = sorted_gradient + begin;
    const double sum = sum_of(static_cast<std::size_t>(near.end_of_reach(i) - low), [&](std::size_t k) {
      const std::int64_t j = low + static_cast<std::int64_t>(k);
      const double e = std::exp(-std::abs(near.sorted[i] - near.sorted[j]) * near.inverse);
      return e / ((1 + e) * (1 + e)) * (g[i] - g[j]);
    });
    result[begin + order[document]] = static_cast<Scalar>(sum * near.inverse * sign);
  }
};

}  // namespace ranktape::detail::kernels
