#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/rank/hull_tree.hpp>
#include <ranktape/ops/rank/stretches.hpp>

#include <benchmark/benchmark.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ranktape::bench {

/// How many threads of a host run what is launched; returns how many did before.
inline int exchange_threads(int count) {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  omp_set_num_threads(count);
  return before;
#else
  return count;
#endif
}

class OneThread {
 public:
  OneThread() = default;
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
  ~OneThread() { exchange_threads(before_); }

 private:
  int before_ = exchange_threads(1);
};

/// The blocks of the soft ranks (l2) of rows of sorted scores, found by the tree of hulls, and one document after
/// another. On hosts alone: there memory of the accelerator is memory of the processor.
class IsotonicWork {
 public:
  /// `sorted` has rows of n scores, decreasing, on the accelerator.
  IsotonicWork(detail::Array<double> sorted, std::int64_t rows, std::int64_t n, double strength)
      : sorted_(std::move(sorted)),
        n_(n),
        inverse_strength_(static_cast<std::size_t>(rows), 1 / strength),
        tiles_(detail::Tiles::of({nullptr, n, rows}, rows * n)),
        found_(static_cast<std::size_t>(tiles_.count), Device::accelerator),
        sums_(static_cast<std::size_t>(n)),
        sizes_(sums_.size()) {}

  void by_tree() {
    detail::Strengths strengths = {};
    strengths.inverse_each = inverse_strength_.data();
    detail::Array<double> memory;
    benchmark::DoNotOptimize(
        detail::find_blocks<detail::Means<true>>(tiles_, sorted_.data(), strengths, found_, memory));
  }

  /// Pooling adjacent violators, in double.
  void sequentially() {
    blocks_ = 0;
    for (std::size_t row = 0; row < inverse_strength_.size(); ++row) {
      blocks_ += pool(sorted_.data() + static_cast<std::int64_t>(row) * n_, inverse_strength_[row]);
    }
    benchmark::DoNotOptimize(blocks_);
  }

  /// Whether both found as many blocks.
  [[nodiscard]] bool agree() const {
    std::int64_t of_tree = 0;
    for (const detail::BlocksOfTile& tile : found_.span()) {
      of_tree += std::popcount(tile.starts);
    }
    return of_tree == blocks_;
  }
  [[nodiscard]] std::int64_t blocks() const { return blocks_; }

 private:
  /// Returns the number of blocks, whose sums and sizes it leaves behind.
  std::int64_t pool(const double* sorted, double inverse_strength) {
    std::size_t count = 0;
    for (std::int64_t i = 0; i < n_; ++i) {
      double sum = sorted[i] * inverse_strength - static_cast<double>(n_ - i);
      double size = 1;
      while (count > 0 && sums_[count - 1] * size <= sum * sizes_[count - 1]) {
        --count;
        sum += sums_[count];
        size += sizes_[count];
      }
      sums_[count] = sum;
      sizes_[count++] = size;
    }
    return static_cast<std::int64_t>(count);
  }

  detail::Array<double> sorted_;
  std::int64_t n_;
  std::vector<double> inverse_strength_;  // of each row
  detail::Tiles tiles_;
  detail::Array<detail::BlocksOfTile> found_;
  std::vector<double> sums_;
  std::vector<double> sizes_;
  std::int64_t blocks_ = 0;
};

}  // namespace ranktape::bench
