#pragma once

#include <ranktape/ops/rank/options.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

// What soft_rank and soft_sort must return for one list, by the textbook in long double: it shares nothing with the
// library but the names of the options.
//
// Both project z onto the permutahedron of w (docs/mathematics.md): with v the decreasing sequence closest to z - w,
// the projection is z - v. Ranks: z = values / strength, w = (n, ..., 1), kl: their logarithms, and the exponential of
// the result. Sorted values: z = (n, ..., 1) / strength, w = values.
namespace ranktape::tests {

using Wide = long double;

struct ExactResult {
  std::vector<double> output;
  std::vector<double> gradient;  ///< for a cotangent
  std::int64_t blocks = 0;
};

/// What a block has of z or w: for l2 their mean, for kl the logarithm of the sum of their exponentials. Kept as the
/// largest of them and the rest, which in the sum of the two might drown.
class ExactLevel {
 public:
  ExactLevel(Wide value, Regularization regularization)
      : kl_(regularization == Regularization::kl), top_(value), sum_(kl_ ? 1 : 0) {}

  void merge(const ExactLevel& other) {
    const Wide top = std::max(top_, other.top_);
    sum_ = moved_to(top) + other.moved_to(top);
    count_ += other.count_;
    top_ = top;
  }

  /// By how much something is above this.
  [[nodiscard]] Wide below(const ExactLevel& higher) const { return (higher.top_ - top_) + (higher.rest() - rest()); }
  [[nodiscard]] Wide below(Wide value) const { return (value - top_) - rest(); }
  [[nodiscard]] Wide value() const { return top_ + rest(); }

 private:
  [[nodiscard]] Wide moved_to(Wide top) const {
    return kl_ ? sum_ * std::exp(top_ - top) : sum_ + count_ * (top_ - top);
  }
  [[nodiscard]] Wide rest() const { return kl_ ? std::log(sum_) : sum_ / count_; }

  bool kl_;
  Wide top_;
  Wide sum_;  // of what is above (l2) the top, or of exponentials divided by the top's
  Wide count_ = 1;
};

/// A stretch of sorted positions on which v is one number, the difference of the two levels.
struct ExactBlock {
  std::size_t begin;
  std::size_t end;
  ExactLevel z;
  ExactLevel w;

  [[nodiscard]] Wide size() const { return static_cast<Wide>(end - begin); }
};

inline std::vector<ExactBlock> pool_adjacent_violators(const std::vector<Wide>& z, const std::vector<Wide>& w,
                                                       Regularization regularization) {
  std::vector<ExactBlock> blocks;
  for (std::size_t i = 0; i < z.size(); ++i) {
    ExactBlock block = {i, i + 1, ExactLevel(z[i], regularization), ExactLevel(w[i], regularization)};
    // v of the block in front is not larger; z and w apart, as one may be so large that the other drowns in it.
    while (!blocks.empty() && block.z.below(blocks.back().z) <= block.w.below(blocks.back().w)) {
      block.begin = blocks.back().begin;
      block.z.merge(blocks.back().z);
      block.w.merge(blocks.back().w);
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  return blocks;
}

/// The values of a list in decreasing order (times `sign`), measured from their median: neither offset nor outliers
/// then cost digits.
struct ExactList {
  ExactList(const std::vector<double>& list, int direction_sign)
      : sign(direction_sign), order(list.size()), values(list.size()) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sign * list[a] > sign * list[b]; });
    median = list[order[list.size() / 2]];
    std::transform(order.begin(), order.end(), values.begin(),
                   [&](std::size_t i) { return sign * (list[i] - median); });
  }

  int sign;
  Wide median;
  std::vector<std::size_t> order;
  std::vector<Wide> values;
};

/// `list` with sign +1 for ascending ranks, -1 for descending ones.
inline ExactResult exact_soft_rank(const ExactList& list, const SoftRankOptions& options,
                                   const std::vector<double>& cotangent) {
  const std::size_t n = list.values.size();
  const bool kl = options.regularization == Regularization::kl;
  const Wide strength = options.regularization_strength;
  std::vector<Wide> z(n);
  std::vector<Wide> w(n);
  for (std::size_t i = 0; i < n; ++i) {
    z[i] = list.values[i] / strength;
    w[i] = kl ? std::log(static_cast<Wide>(n - i)) : static_cast<Wide>(n - i);
  }
  const std::vector<ExactBlock> blocks = pool_adjacent_violators(z, w, options.regularization);
  ExactResult result = {std::vector<double>(n), std::vector<double>(n), static_cast<std::int64_t>(blocks.size())};
  for (const ExactBlock& block : blocks) {
    Wide ranks = 0;
    Wide moment = 0;
    for (std::size_t i = block.begin; i < block.end; ++i) {
      const Wide projected = block.z.below(z[i]) + block.w.value();
      z[i] = kl ? std::exp(projected) : projected;
      ranks += kl ? z[i] : 1;
      moment += (kl ? z[i] : 1) * cotangent[list.order[i]];
    }
    for (std::size_t i = block.begin; i < block.end; ++i) {
      const std::size_t place = list.order[i];
      result.output[place] = static_cast<double>(z[i]);
      const Wide weight = block.size() == 1 ? 0 : kl ? z[i] : 1;
      result.gradient[place] = static_cast<double>(list.sign * weight * (cotangent[place] - moment / ranks) / strength);
    }
  }
  return result;
}

/// `list` with sign +1 for descending order, -1 for ascending order.
inline ExactResult exact_soft_sort(const ExactList& list, const SoftRankOptions& options,
                                   const std::vector<double>& cotangent) {
  const std::size_t n = list.values.size();
  const bool kl = options.regularization == Regularization::kl;
  std::vector<Wide> z(n);
  for (std::size_t i = 0; i < n; ++i) {
    z[i] = static_cast<Wide>(n - i) / static_cast<Wide>(options.regularization_strength);
  }
  const std::vector<ExactBlock> blocks = pool_adjacent_violators(z, list.values, options.regularization);
  ExactResult result = {std::vector<double>(n), std::vector<double>(n), static_cast<std::int64_t>(blocks.size())};
  for (const ExactBlock& block : blocks) {
    Wide total = 0;
    for (std::size_t i = block.begin; i < block.end; ++i) {
      result.output[i] = static_cast<double>(list.sign * (block.z.below(z[i]) + block.w.value()) + list.median);
      total += cotangent[i];
    }
    for (std::size_t i = block.begin; i < block.end; ++i) {
      const Wide share = kl ? std::exp(block.w.below(list.values[i])) : 1 / block.size();
      result.gradient[list.order[i]] = static_cast<double>(share * total);
    }
  }
  return result;
}

}  // namespace ranktape::tests
