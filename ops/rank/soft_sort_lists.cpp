// Soft sorted values and their gradient, list by list; soft_sort.cpp has the mathematics.

#include <ranktape/ops/rank/exponential.hpp>
#include <ranktape/ops/rank/pooling_workspace.hpp>
#include <ranktape/ops/rank/scaled_isotonic.hpp>
#include <ranktape/ops/rank/soft_sort_lists.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

// Compiled once for each instruction set; the right one is chosen at run time. The loops are plain: what the compiler
// makes of them differs, the bits do not.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/rank/soft_sort_lists.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <ranktape/ops/rank/isotonic-inl.hpp>
#include <ranktape/ops/rank/keys-inl.hpp>
#include <ranktape/ops/rank/sums-inl.hpp>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

// kl takes exponentials of w from the first place of a segment, no more than `segment_range` above its last, and those
// of s from the largest value, no more than `widest` above the smallest. So sums and their products stay in range.
constexpr double segment_range = 300;
constexpr double widest = 200;

/// e^(-i / strength), as far as a segment reaches. Kept as long as the strength stays: rows of a matrix share it.
class Decays {
 public:
  explicit Decays(std::size_t longest) : decays_(longest) {}

  const double* of(double inverse) {
    if (inverse_ != inverse) {
      inverse_ = inverse;
      const double reach = segment_range / inverse;
      const std::size_t longest = decays_.size();
      const std::size_t count =
          reach < static_cast<double>(longest) - 1 ? static_cast<std::size_t>(reach) + 1 : longest;
      double* decays = decays_.data();
      for (std::size_t i = 0; i < count; ++i) {
        decays[i] = exponential(-static_cast<double>(i) * inverse);
      }
    }
    return decays_.data();
  }

 private:
  Array<double> decays_;
  double inverse_ = -1;
};

/// One list: its sorted places out, with the ends of its blocks.
template <class Scalar>
struct SortedList {
  Scalar* places;
  std::uint32_t n;
  int sign;
  double inverse;
  std::uint32_t* ends;
  const Key<Scalar>* keys;
  double* regressed;  ///< l2: w - s; kl: e^(s_i - s_0)
  IsotonicBlocks stack;

  [[nodiscard]] double s(std::uint32_t i) const { return value_of<Scalar>(keys[i]); }

  /// Returns the number of blocks.
  [[nodiscard]] std::uint32_t l2() const {
    // Values are measured from their median: neither an offset nor outliers then take the digits of w.
    const double origin = s(n / 2);
    for (std::uint32_t i = 0; i < n; ++i) {
      regressed[i] = static_cast<double>(n - i) * inverse - (s(i) - origin);
    }
    const std::uint32_t blocks = stack.solve(
        0, n, ends, [&](std::uint32_t i) { return regressed[i]; }, [](std::uint32_t) { return 1.0; });
    for (std::uint32_t b = 0, first = 0; b < blocks; first = ends[b++]) {
      const std::uint32_t last = ends[b];
      if (last - first == 1) {
        places[first] = static_cast<Scalar>(sign * s(first));  // exactly
        continue;
      }
      const double median = s(first + (last - first) / 2);  // measured from here, the mean loses no digits either
      const double beyond =
          sum_of(last - first, [&](std::size_t i) { return s(first + static_cast<std::uint32_t>(i)) - median; });
      const double mean = median + beyond / (last - first);
      const double middle = (static_cast<double>(first) + last - 1) / 2;
      for (std::uint32_t i = first; i < last; ++i) {
        places[i] = static_cast<Scalar>(sign * (mean + (middle - i) * inverse));
      }
    }
    return blocks;
  }

  [[nodiscard]] std::uint32_t kl(const double* decays, Scalar* weights) const {
    for (std::uint32_t i = 0; i < n; ++i) {
      regressed[i] = exponential(s(i) - s(0));
    }
    // A block's ratio is at least e^(w - s) / n at its first; a later one's is at most e^w at its own first, over e^s
    // of the smallest value. Blocks this far apart never pool: the next segment begins with those that still may.
    const double log_n = std::log(static_cast<double>(n));
    std::uint32_t blocks = 0;
    std::uint32_t begin = 0;
    while (begin < n) {
      const double reach = segment_range / inverse;
      const std::uint32_t end = reach < n - begin - 1 ? begin + static_cast<std::uint32_t>(reach) + 1 : n;
      std::uint32_t found = stack.solve(
          begin, end, ends + blocks, [&](std::uint32_t i) { return decays[i - begin]; },
          [&](std::uint32_t i) { return regressed[i]; });
      if (end < n) {
        const auto first_of = [&](std::uint32_t b) { return b == 0 ? begin : ends[blocks + b - 1]; };
        const auto is_final = [&](std::uint32_t first) {
          return (end - first) * inverse > s(first) - s(n - 1) + log_n;
        };
        while (!is_final(first_of(found - 1))) {
          --found;  // never all of them: the first is more than `segment_range` away
        }
      }
      for (std::uint32_t b = 0, first = begin; b < found; first = ends[blocks + b++]) {
        write_kl(begin, first, ends[blocks + b], stack.ratio(b), stack.denominators[b + 1], weights);
      }
      blocks += found;
      begin = end == n ? n : ends[blocks - 1];
    }
    return blocks;
  }

  /// `ratio` is e^(v - w_origin + s_0), `sum` that of e^(s - s_0).
  void write_kl(std::uint32_t origin, std::uint32_t first, std::uint32_t last, double ratio, double sum,
                Scalar* weights) const {
    if (last - first == 1) {
      places[first] = static_cast<Scalar>(sign * s(first));  // exactly
      weights[first] = 1;
      return;
    }
    const double beyond_w = s(0) - std::log(ratio);
    const double scale = 1 / sum;
    for (std::uint32_t i = first; i < last; ++i) {
      places[i] = static_cast<Scalar>(sign * (beyond_w - static_cast<double>(i - origin) * inverse));
      weights[i] = static_cast<Scalar>(regressed[i] * scale);
    }
  }

  /// The same for values of any spread.
  [[nodiscard]] std::uint32_t kl_wide(Scalar* weights) const {
    const Array<Scaled> exponentials(n);
    const Array<Scaled> numerators(n + std::size_t{1});
    const Array<Scaled> denominators(n + std::size_t{1});
    const Scaled* e = exponentials.data();
    const ScaledBlocks scaled{numerators.data(), denominators.data(), ends};
    std::uint32_t blocks = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      exponentials[i] = scaled_exp(s(i) - s(0));
      blocks = scaled.push(blocks, i, scaled_exp(-static_cast<double>(i) * inverse), e[i]);
    }
    for (std::uint32_t b = 0, first = 0; b < blocks; first = ends[b++]) {
      const std::uint32_t last = ends[b];
      // Both sums relative to their block's first: of e^w a geometric series, of e^s one pass.
      const auto relative = [&](std::size_t i) {
        return scaled_to(e[first + i], e[first].exponent) / e[first].mantissa;
      };
      const double sum_w = std::expm1(-inverse * (last - first)) / std::expm1(-inverse);
      const double sum_s = sum_of(last - first, relative);
      const double first_place = s(first) + (std::log(sum_s) - std::log(sum_w));
      for (std::uint32_t i = first; i < last; ++i) {
        places[i] = static_cast<Scalar>(sign * (first_place - static_cast<double>(i - first) * inverse));
        weights[i] = static_cast<Scalar>(relative(i - first) / sum_s);
      }
      if (last - first == 1) {
        places[first] = static_cast<Scalar>(sign * s(first));  // exactly
      }
    }
    return blocks;
  }
};

template <class Scalar>
void forward_lists(const Pooling& pooling, const Scalar* values, Scalar* places, Scalar* weights,
                   std::int64_t first_list, std::int64_t last_list) {
  const bool kl = weights != nullptr;
  const auto longest = static_cast<std::size_t>(pooling.lists.longest());
  const PoolingWorkspace<Scalar> work(longest);
  Decays decays(kl ? longest : 0);
  const IsotonicBlocks stack = {work.numerators.data(), work.denominators.data()};
  const int sign = -sign_of(pooling.options.direction);
  for (std::int64_t list = first_list; list < last_list; ++list) {
    const std::int64_t begin = pooling.lists.begin(list);
    const auto n = static_cast<std::uint32_t>(pooling.lists.size(list));
    if (n == 0) {
      pooling.blocks[static_cast<std::size_t>(list)] = 0;
      continue;
    }
    const double inverse = inverse_strength(values + begin, n, pooling.options);
    std::uint32_t* order = pooling.order.data() + begin;
    Key<Scalar>* keys = work.keys.data();
    sort_into_keys(values + begin, n, sign, keys);
    for (std::uint32_t i = 0; i < n; ++i) {
      order[i] = position_of<Scalar>(keys[i]);
    }
    const SortedList<Scalar> one = {places + begin,        n,    sign, inverse, pooling.ends.data() + begin, keys,
                                    work.regressed.data(), stack};
    std::uint32_t& blocks = pooling.blocks[static_cast<std::size_t>(list)];
    if (!kl) {
      blocks = one.l2();
    } else if (one.s(0) - one.s(n - 1) > widest) {
      blocks = one.kl_wide(weights + begin);
    } else {
      blocks = one.kl(decays.of(inverse), weights + begin);
    }
  }
}

template <class Scalar>
void backward_lists(const Pooling& pooling, const Scalar* weights, const Scalar* gradient, Scalar* result,
                    std::int64_t first_list, std::int64_t last_list) {
  for (std::int64_t list = first_list; list < last_list; ++list) {
    const std::int64_t begin = pooling.lists.begin(list);
    const std::uint32_t* order = pooling.order.data() + begin;
    const std::uint32_t* ends = pooling.ends.data() + begin;
    const Scalar* g = gradient + begin;
    Scalar* to = result + begin;
    for (std::uint32_t b = 0, first = 0; b < pooling.blocks[static_cast<std::size_t>(list)]; first = ends[b++]) {
      const std::uint32_t last = ends[b];
      if (last - first == 1) {
        to[order[first]] = g[first];
        continue;
      }
      const double total = sum(g + first, last - first);
      if (weights == nullptr) {
        const auto mean = static_cast<Scalar>(total / (last - first));
        for (std::uint32_t i = first; i < last; ++i) {
          to[order[i]] = mean;
        }
        continue;
      }
      for (std::uint32_t i = first; i < last; ++i) {
        to[order[i]] = static_cast<Scalar>(static_cast<double>(weights[begin + i]) * total);
      }
    }
  }
}

using Index = std::int64_t;

void forward_f(const Pooling& p, const float* x, float* y, float* w, Index a, Index b) {
  forward_lists(p, x, y, w, a, b);
}
void forward_d(const Pooling& p, const double* x, double* y, double* w, Index a, Index b) {
  forward_lists(p, x, y, w, a, b);
}
void backward_f(const Pooling& p, const float* w, const float* g, float* to, Index a, Index b) {
  backward_lists(p, w, g, to, a, b);
}
void backward_d(const Pooling& p, const double* w, const double* g, double* to, Index a, Index b) {
  backward_lists(p, w, g, to, a, b);
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(forward_f);
HWY_EXPORT(forward_d);
HWY_EXPORT(backward_f);
HWY_EXPORT(backward_d);

void sort_lists(const Pooling& pooling, const float* values, float* places, float* weights, std::int64_t first,
                std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(forward_f)(pooling, values, places, weights, first, last);
}
void sort_lists(const Pooling& pooling, const double* values, double* places, double* weights, std::int64_t first,
                std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(forward_d)(pooling, values, places, weights, first, last);
}
void sort_lists_backward(const Pooling& pooling, const float* weights, const float* gradient, float* result,
                         std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(backward_f)(pooling, weights, gradient, result, first, last);
}
void sort_lists_backward(const Pooling& pooling, const double* weights, const double* gradient, double* result,
                         std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(backward_d)(pooling, weights, gradient, result, first, last);
}

}  // namespace ranktape::detail
#endif
