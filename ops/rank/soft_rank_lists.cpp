// Soft ranks and their gradient, list by list; soft_rank.cpp has the mathematics.

#include <ranktape/ops/rank/exponential.hpp>
#include <ranktape/ops/rank/pooling_workspace.hpp>
#include <ranktape/ops/rank/soft_rank_lists.hpp>

// Compiled once for each instruction set; the right one is chosen at run time. The loops are plain: what the compiler
// makes of them differs, the bits do not.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/rank/soft_rank_lists.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <ranktape/ops/rank/isotonic-inl.hpp>
#include <ranktape/ops/rank/keys-inl.hpp>
#include <ranktape/ops/rank/sums-inl.hpp>

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

/// One list: values in, ranks out, with the order and the ends of its blocks.
template <class Scalar, class Rank>
struct ForwardList {
  const Scalar* values;
  Rank* ranks;
  std::uint32_t n;
  int sign;
  double inverse;
  std::uint32_t* order;
  std::uint32_t* ends;
  const Key<Scalar>* keys;
  double* exponentials;  ///< kl: e^((s - origin) / strength)
  IsotonicBlocks stack;

  [[nodiscard]] double s(std::uint32_t i) const { return value_of<Scalar>(keys[i]); }
  [[nodiscard]] double rho(std::uint32_t i) const { return static_cast<double>(static_cast<std::int32_t>(n - i)); }

  /// Returns the number of blocks.
  [[nodiscard]] std::uint32_t l2() const {
    // Scores more than (n - 1) strengths apart never pool. Where the list is wide it is cut there, and each part is
    // measured from its own first score: a far outlier does not take the digits of the others' differences.
    const double cut = n - 1.0;
    const double wide = 64 * cut;
    std::uint32_t blocks = 0;
    std::uint32_t begin = 0;
    while (begin < n) {
      std::uint32_t end = n;
      if ((s(begin) - s(n - 1)) * inverse > wide) {
        end = begin + 1;
        while (end < n && !((s(end - 1) - s(end)) * inverse > cut && (s(begin) - s(end)) * inverse > wide)) {
          ++end;
        }
      }
      blocks += l2_part(begin, end, ends + blocks);
      begin = end;
    }
    return blocks;
  }

  [[nodiscard]] std::uint32_t l2_part(std::uint32_t begin, std::uint32_t end, std::uint32_t* part_ends) const {
    const double origin = s(begin);
    const double factor = inverse;  // a member might be what a loop writes, for all that the compiler knows
    const std::uint32_t blocks =
        stack.solve_means(begin, end, part_ends, [&](std::uint32_t first, std::uint32_t count, double* y) {
          const Key<Scalar>* stretch = keys + first;
          const double first_rho = rho(first);
          for (std::uint32_t i = 0; i < count; ++i) {
            y[i] = (value_of<Scalar>(stretch[i]) - origin) * factor -
                   (first_rho - static_cast<double>(static_cast<std::int32_t>(i)));
          }
        });
    if (blocks == 1 && n > 1 && end - begin == n) {
      write_in_place(origin, stack.ratio(0));
      return blocks;
    }
    for (std::uint32_t b = 0, first = begin; b < blocks; first = part_ends[b++]) {
      const double v = stack.ratio(b);
      write_block(first, part_ends[b], [&](std::uint32_t i) { return (s(i) - origin) * factor - v; });
    }
    return blocks;
  }

  /// One block of all documents: in the order of the input, with no permutation to follow, nor to keep.
  void write_in_place(double origin, double v) const {
    for (std::uint32_t i = 0; i < n; ++i) {
      ranks[i] = static_cast<Rank>((sign * static_cast<double>(values[i]) - origin) * inverse - v);
    }
  }

  [[nodiscard]] std::uint32_t kl() const {
    // Exponentials are measured from the first score of a segment, no more than `range` above its last, so their sums
    // and the products of those stay in range. A block's ratio is at least e^(its first score) / n^2, that of a later
    // one at most e^(its first): once they are this far apart they never pool, and the next segment begins with the
    // blocks that still may.
    constexpr double range = 300;
    const double final_distance = 2 * std::log(static_cast<double>(n));
    std::uint32_t blocks = 0;
    std::uint32_t begin = 0;
    while (begin < n) {
      std::uint32_t end = n;
      if ((s(begin) - s(n - 1)) * inverse > range) {
        end = begin + 1;
        while ((s(begin) - s(end)) * inverse <= range) {
          ++end;
        }
      }
      std::uint32_t found = kl_segment(begin, end, ends + blocks);
      if (end < n) {
        const auto first_of = [&](std::uint32_t b) { return b == 0 ? begin : ends[blocks + b - 1]; };
        while ((s(first_of(found - 1)) - s(end)) * inverse <= final_distance) {
          --found;  // never all of them: the first is `range` away
        }
      }
      for (std::uint32_t b = 0, first = begin; b < found; first = ends[blocks + b++]) {
        const double scale = stack.denominators[b + 1] / stack.numerators[b + 1];
        write_block(first, ends[blocks + b], [&](std::uint32_t i) { return exponentials[i] * scale; });
      }
      blocks += found;
      begin = end == n ? n : ends[blocks - 1];
    }
    return blocks;
  }

  [[nodiscard]] std::uint32_t kl_segment(std::uint32_t begin, std::uint32_t end, std::uint32_t* segment_ends) const {
    const double origin = s(begin);
    const double factor = inverse;
    for (std::uint32_t i = begin; i < end; ++i) {
      exponentials[i] = exponential((s(i) - origin) * factor);
    }
    const double* numerators = exponentials;
    const double all = n;
    return stack.solve(
        begin, end, segment_ends, [=](std::uint32_t i) { return numerators[i]; },
        [=](std::uint32_t i) { return all - static_cast<double>(static_cast<std::int32_t>(i)); });
  }

  template <class RankOf>
  void write_block(std::uint32_t first, std::uint32_t last, const RankOf& rank_of) const {
    if (last - first == 1) {
      const std::uint32_t place = position_of<Scalar>(keys[first]);
      order[first] = place;
      ranks[place] = static_cast<Rank>(rho(first));  // exactly
      return;
    }
    for (std::uint32_t i = first; i < last; ++i) {
      const std::uint32_t place = position_of<Scalar>(keys[i]);
      order[i] = place;
      ranks[place] = static_cast<Rank>(rank_of(i));
    }
  }
};

template <class Scalar, class Rank>
void forward_lists(const Pooling& pooling, const Scalar* values, Rank* ranks, std::int64_t first_list,
                   std::int64_t last_list) {
  const PoolingWorkspace<Scalar> work(static_cast<std::size_t>(pooling.lists.longest()));
  const IsotonicBlocks stack = {work.numerators.data(), work.denominators.data()};
  const int sign = sign_of(pooling.options.direction);
  for (std::int64_t list = first_list; list < last_list; ++list) {
    const std::int64_t begin = pooling.lists.begin(list);
    const auto n = static_cast<std::uint32_t>(pooling.lists.size(list));
    const auto index = static_cast<std::size_t>(list);
    const double inverse = inverse_strength(values + begin, n, pooling.options);
    sort_into_keys(values + begin, n, sign, work.keys.data());
    const ForwardList<Scalar, Rank> one = {values + begin,
                                           ranks + begin,
                                           n,
                                           sign,
                                           inverse,
                                           pooling.order.data() + begin,
                                           pooling.ends.data() + begin,
                                           work.keys.data(),
                                           work.regressed.data(),
                                           stack};
    pooling.blocks[index] = pooling.options.regularization == Regularization::kl ? one.kl() : one.l2();
    pooling.inverse_strength[index] = inverse;
  }
}

/// The gradient of one list's values, given that of its ranks. For kl the mean is weighted by the ranks as they were
/// rounded: with their exact sum instead, it would differ from gradients that are all equal.
template <class Scalar, class Rank>
struct BackwardList {
  const Rank* ranks;
  const Rank* gradient;
  Scalar* result;
  std::uint32_t n;
  double factor;  ///< sign / strength
  bool kl;

  /// All documents in one block: no permutation to follow.
  void in_place() const {
    if (kl) {
      const double mean = sum_of_products(gradient, ranks, n) / sum(ranks, n);
      for (std::uint32_t i = 0; i < n; ++i) {
        result[i] = kl_gradient(i, mean);
      }
      return;
    }
    const double mean = sum(gradient, n) / n;
    for (std::uint32_t i = 0; i < n; ++i) {
      result[i] = static_cast<Scalar>((static_cast<double>(gradient[i]) - mean) * factor);
    }
  }

  void block(const std::uint32_t* order, std::uint32_t first, std::uint32_t last) const {
    if (last - first == 1) {
      result[order[first]] = 0;
      return;
    }
    double total = 0;
    if (kl) {
      double weight = 0;
      for (std::uint32_t i = first; i < last; ++i) {
        const auto rank = static_cast<double>(ranks[order[i]]);
        total += rank * static_cast<double>(gradient[order[i]]);
        weight += rank;
      }
      const double mean = total / weight;
      for (std::uint32_t i = first; i < last; ++i) {
        result[order[i]] = kl_gradient(order[i], mean);
      }
      return;
    }
    for (std::uint32_t i = first; i < last; ++i) {
      total += static_cast<double>(gradient[order[i]]);
    }
    const double mean = total / (last - first);
    for (std::uint32_t i = first; i < last; ++i) {
      result[order[i]] = static_cast<Scalar>((static_cast<double>(gradient[order[i]]) - mean) * factor);
    }
  }

 private:
  [[nodiscard]] Scalar kl_gradient(std::uint32_t place, double mean) const {
    return static_cast<Scalar>(static_cast<double>(ranks[place]) * (static_cast<double>(gradient[place]) - mean) *
                               factor);
  }
};

template <class Scalar, class Rank>
void backward_lists(const Pooling& pooling, const Rank* ranks, const Rank* gradient, Scalar* result,
                    std::int64_t first_list, std::int64_t last_list) {
  const bool kl = pooling.options.regularization == Regularization::kl;
  const int sign = sign_of(pooling.options.direction);
  for (std::int64_t list = first_list; list < last_list; ++list) {
    const std::int64_t begin = pooling.lists.begin(list);
    const auto n = static_cast<std::uint32_t>(pooling.lists.size(list));
    const auto index = static_cast<std::size_t>(list);
    const BackwardList<Scalar, Rank> one = {
        ranks + begin, gradient + begin, result + begin, n, pooling.inverse_strength[index] * sign, kl};
    if (n > 1 && pooling.blocks[index] == 1) {
      one.in_place();
      continue;
    }
    const std::uint32_t* order = pooling.order.data() + begin;
    const std::uint32_t* ends = pooling.ends.data() + begin;
    for (std::uint32_t b = 0, first = 0; b < pooling.blocks[index]; first = ends[b++]) {
      one.block(order, first, ends[b]);
    }
  }
}

using Index = std::int64_t;

void forward_ff(const Pooling& p, const float* x, float* r, Index a, Index b) { forward_lists(p, x, r, a, b); }
void forward_fd(const Pooling& p, const float* x, double* r, Index a, Index b) { forward_lists(p, x, r, a, b); }
void forward_dd(const Pooling& p, const double* x, double* r, Index a, Index b) { forward_lists(p, x, r, a, b); }
void backward_ff(const Pooling& p, const float* r, const float* g, float* to, Index a, Index b) {
  backward_lists(p, r, g, to, a, b);
}
void backward_df(const Pooling& p, const double* r, const double* g, float* to, Index a, Index b) {
  backward_lists(p, r, g, to, a, b);
}
void backward_dd(const Pooling& p, const double* r, const double* g, double* to, Index a, Index b) {
  backward_lists(p, r, g, to, a, b);
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(forward_ff);
HWY_EXPORT(forward_fd);
HWY_EXPORT(forward_dd);
HWY_EXPORT(backward_ff);
HWY_EXPORT(backward_df);
HWY_EXPORT(backward_dd);

void rank_lists(const Pooling& pooling, const float* values, float* ranks, std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(forward_ff)(pooling, values, ranks, first, last);
}
void rank_lists(const Pooling& pooling, const float* values, double* ranks, std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(forward_fd)(pooling, values, ranks, first, last);
}
void rank_lists(const Pooling& pooling, const double* values, double* ranks, std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(forward_dd)(pooling, values, ranks, first, last);
}
void rank_lists_backward(const Pooling& pooling, const float* ranks, const float* gradient, float* result,
                         std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(backward_ff)(pooling, ranks, gradient, result, first, last);
}
void rank_lists_backward(const Pooling& pooling, const double* ranks, const double* gradient, float* result,
                         std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(backward_df)(pooling, ranks, gradient, result, first, last);
}
void rank_lists_backward(const Pooling& pooling, const double* ranks, const double* gradient, double* result,
                         std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(backward_dd)(pooling, ranks, gradient, result, first, last);
}

}  // namespace ranktape::detail
#endif
