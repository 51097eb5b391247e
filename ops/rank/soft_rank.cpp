// Soft ranks (Blondel et al., "Fast differentiable sorting and ranking", ICML 2020).
//
// Let s be the values, times -1 for descending ranks, sorted decreasingly and divided by the strength, and
// rho = (n, ..., 1). With v the decreasing sequence that
//   l2: minimises |v - (s - rho)|^2,           the ranks are r = s - v,
//   kl: minimises <e^(s - v), 1> + <rho, v>,   the ranks are r = e^(s - v).
// v is constant on blocks B, so with sums and means over a block
//   l2: r_i = s_i - mean(s) + mean(rho),       dL/ds_i = g_i - mean(g),
//   kl: r_i = e^(s_i) sum(rho) / sum(e^s),     dL/ds_i = r_i (g_i - sum(g r) / sum(rho)).

#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace detail {
namespace {

/// One list: its sorted values in, its ranks out, with the ends of its blocks.
template <class Scalar, class Rank>
struct RankList {
  const Scalar* values;
  Rank* ranks;
  std::uint32_t n;
  int sign;
  double inverse;
  std::uint32_t* order;
  std::uint32_t* ends;

  [[nodiscard]] double rho(std::uint32_t i) const { return static_cast<double>(n - i); }

  std::uint32_t l2(const PoolingWorkspace& work) const {
    const double* s = work.sorted.data();
    // Scores more than (n - 1) strengths apart never pool. Cutting there, each part is measured from its own first
    // score, so a far outlier does not take the digits of the differences between the others.
    const double cut = n - 1.0;
    const bool one_part = n > 0 && (s[0] - s[n - 1]) * inverse <= 64 * cut;  // digits enough without cutting
    std::uint32_t blocks = 0;
    std::uint32_t begin = 0;
    while (begin < n) {
      std::uint32_t end = one_part ? n : begin + 1;
      while (end < n && (s[end - 1] - s[end]) * inverse <= cut) {
        ++end;
      }
      const double origin = s[begin];
      const IsotonicBlocks stack{work.sums.data(), work.counts.data(), ends + blocks};
      const std::uint32_t kept = blocks == 0 ? 0 : ends[blocks];  // the sentinel's place is the last part's end
      const auto found = static_cast<std::uint32_t>(stack.solve(
          end - begin, [&](std::uint32_t i) { return (s[begin + i] - origin) * inverse - rho(begin + i); },
          [](std::uint32_t) { return 1.0; }));
      ends[blocks] = kept;
      if (found == 1 && end - begin == n) {
        write_all(origin, work.sums[1] / work.counts[1]);
      }
      std::uint32_t first = begin;
      for (std::uint32_t b = 1; b <= found; ++b) {
        const std::uint32_t last = begin + ends[blocks + b];
        ends[blocks + b] = last;
        if (last - first < n || n == 1) {
          write_block(first, last, s, origin, work.sums[b] / work.counts[b]);
        }
        first = last;
      }
      blocks += found;
      begin = end;
    }
    return blocks;
  }

  /// One block of all documents: in the order of the input, with no permutation to follow.
  void write_all(double origin, double v) const {
    for (std::uint32_t i = 0; i < n; ++i) {
      ranks[i] = static_cast<Rank>((sign * static_cast<double>(values[i]) - origin) * inverse - v);
    }
  }

  void write_block(std::uint32_t first, std::uint32_t last, const double* s, double origin, double v) const {
    if (last - first == 1) {
      ranks[order[first]] = static_cast<Rank>(rho(first));  // exactly
      return;
    }
    for (std::uint32_t i = first; i < last; ++i) {
      ranks[order[i]] = static_cast<Rank>((s[i] - origin) * inverse - v);
    }
  }

  std::uint32_t kl(const PoolingWorkspace& work) const {
    const double* s = work.sorted.data();
    if (n > 0 && (s[0] - s[n - 1]) * inverse < plain_exponent_range) {
      return kl_plain(work);
    }
    Scaled* e = work.exponentials.data();
    const ScaledBlocks stack{work.numerators.data(), work.denominators.data(), ends};
    // As in l2; here a gap of log n strengths is enough.
    const double cut = std::log(static_cast<double>(n));
    double origin = n == 0 ? 0 : s[0];
    std::size_t fixed = 0;
    std::size_t blocks = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      if (i > 0 && (s[i - 1] - s[i]) * inverse > cut) {
        origin = s[i];
        fixed = blocks;
      }
      e[i] = scaled_exp((s[i] - origin) * inverse);
      blocks = stack.push(blocks, fixed, i, e[i], {rho(i), 0});
    }
    for (std::size_t b = 1, first = 0; b <= blocks; first = ends[b++]) {
      const double ratio = stack.denominators[b].mantissa / stack.numerators[b].mantissa;
      write_kl_block(first, ends[b],
                     [&](std::size_t i) { return scaled_to(e[i], stack.numerators[b].exponent) * ratio; });
    }
    return static_cast<std::uint32_t>(blocks);
  }

  std::uint32_t kl_plain(const PoolingWorkspace& work) const {
    const double* s = work.sorted.data();
    double* e = work.shifted.data();
    for (std::uint32_t i = 0; i < n; ++i) {
      e[i] = std::exp((s[i] - s[0]) * inverse);
    }
    const IsotonicBlocks stack{work.sums.data(), work.counts.data(), ends};
    const std::size_t blocks = stack.solve(
        n, [&](std::uint32_t i) { return e[i]; }, [&](std::uint32_t i) { return rho(i); });
    for (std::size_t b = 1, first = 0; b <= blocks; first = ends[b++]) {
      const double ratio = stack.denominators[b] / stack.numerators[b];
      write_kl_block(first, ends[b], [&](std::size_t i) { return e[i] * ratio; });
    }
    return static_cast<std::uint32_t>(blocks);
  }

  template <class RankOf>
  void write_kl_block(std::size_t first, std::size_t last, const RankOf& rank_of) const {
    if (last - first == 1) {
      ranks[order[first]] = static_cast<Rank>(rho(static_cast<std::uint32_t>(first)));  // exactly
      return;
    }
    for (std::size_t i = first; i < last; ++i) {
      ranks[order[i]] = static_cast<Rank>(rank_of(i));
    }
  }
};

template <class Scalar, class Rank>
void fill_pooling(Pooling& pooling, const Scalar* values, Rank* ranks) {
  const Lists& lists = pooling.lists;
  const bool kl = pooling.options.regularization == Regularization::kl;
  const int sign = sign_of(pooling.options.direction);
  PoolingWorkspace work(lists.longest());
  if (kl) {
    work.need_scaled();
  }
  // The isotonic regression wants its sentinel before the first block; here lists follow each other without gaps.
  const Array<std::uint32_t> ends(static_cast<std::size_t>(lists.longest()) + 1);
  DiagnosticsOfCall diagnostics;
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    const auto n = static_cast<std::uint32_t>(lists.size(list));
    std::uint32_t* order = pooling.order.data() + begin;
    const double inverse = inverse_strength(values + begin, n, pooling.options);
    sort_decreasing(values + begin, n, sign, work.keys.data(), work.sorted.data(), order);
    const RankList<Scalar, Rank> one = {values + begin, ranks + begin, n, sign, inverse, order, ends.data()};
    const std::uint32_t blocks = kl ? one.kl(work) : one.l2(work);
    std::copy_n(ends.data() + 1, blocks, pooling.ends.data() + begin);
    pooling.blocks[static_cast<std::size_t>(list)] = blocks;
    pooling.inverse_strength[static_cast<std::size_t>(list)] = inverse;
    diagnostics.add(pooling, list);
  }
  diagnostics.publish();
}

/// The gradient of a block; `at(i)` is where the i-th in sorted order lies in the list.
template <class Scalar, class Rank, class Place>
void backward_block(std::uint32_t first, std::uint32_t last, std::int64_t n, bool kl, double factor, const Place& at,
                    const Rank* ranks, const Rank* g, Scalar* result) {
  const double length = last - first;
  if (kl) {
    double sum = 0;
    for (std::uint32_t i = first; i < last; ++i) {
      sum += static_cast<double>(ranks[at(i)]) * static_cast<double>(g[at(i)]);
    }
    const double sum_of_rho = length * (static_cast<double>(n - first) - (length - 1) / 2);
    const double mean = sum / sum_of_rho;
    for (std::uint32_t i = first; i < last; ++i) {
      const auto place = at(i);
      result[place] =
          static_cast<Scalar>(static_cast<double>(ranks[place]) * (static_cast<double>(g[place]) - mean) * factor);
    }
    return;
  }
  double sum = 0;
  for (std::uint32_t i = first; i < last; ++i) {
    sum += static_cast<double>(g[at(i)]);
  }
  const double mean = sum / length;
  for (std::uint32_t i = first; i < last; ++i) {
    const auto place = at(i);
    result[place] = static_cast<Scalar>((static_cast<double>(g[place]) - mean) * factor);
  }
}

template <class Scalar, class Rank>
void backward_list(const Pooling& pooling, std::int64_t list, const Rank* ranks, const Rank* g, Scalar* result) {
  const std::uint32_t* order = pooling.order.data() + pooling.lists.begin(list);
  const double factor = pooling.inverse_strength[static_cast<std::size_t>(list)] * sign_of(pooling.options.direction);
  const bool kl = pooling.options.regularization == Regularization::kl;
  const std::int64_t n = pooling.lists.size(list);
  if (n > 1 && pooling.blocks[static_cast<std::size_t>(list)] == 1) {  // no permutation to follow
    backward_block(
        0, static_cast<std::uint32_t>(n), n, kl, factor, [](std::uint32_t i) { return i; }, ranks, g, result);
    return;
  }
  pooling.for_each_block(list, [&](std::uint32_t first, std::uint32_t last) {
    if (last - first == 1) {
      result[order[first]] = 0;
      return;
    }
    backward_block(
        first, last, n, kl, factor, [&](std::uint32_t i) { return order[i]; }, ranks, g, result);
  });
}

}  // namespace

Pooling pool_ranks(Operand values, const Lists& lists, const SoftRankOptions& options, DType rank_dtype,
                   Tensor& ranks) {
  Pooling pooling(lists, options, values->size());
  ranks = make_tensor(values->shape(), rank_dtype, values->device());
  dispatch(values->dtype(), [&]<class Scalar>() {
    dispatch(rank_dtype, [&]<class Rank>() { fill_pooling(pooling, data<Scalar>(values), data<Rank>(ranks)); });
  });
  return pooling;
}

Tensor ranks_backward(const Pooling& pooling, const Tensor& ranks, const Tensor& gradient, DType dtype) {
  Tensor result = make_tensor(gradient.shape(), dtype, gradient.device());
  dispatch(dtype, [&]<class Scalar>() {
    dispatch(ranks.dtype(), [&]<class Rank>() {
      for (std::int64_t list = 0; list < pooling.lists.count(); ++list) {
        const std::int64_t begin = pooling.lists.begin(list);
        backward_list(pooling, list, data<Rank>(ranks) + begin, data<Rank>(gradient) + begin,
                      data<Scalar>(result) + begin);
      }
    });
  });
  return result;
}

}  // namespace detail

namespace {

const Operation soft_rank_operation("soft_rank", [](Random& random) -> std::vector<OperationExample> {
  std::vector<OperationExample> examples;
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const double strength : {0.1, 1.0, 10.0}) {
        const SoftRankOptions options = {strength, regularization, direction, StrengthUnit::absolute};
        examples.push_back({{Tensor::randn(Shape{3, 6}, random, {.dtype = DType::float64})},
                            [options](std::span<const Tensor> x) { return soft_rank(x[0], options); }});
      }
    }
  }
  const SoftRankOptions per_item = {.regularization_strength = 4, .strength_unit = StrengthUnit::per_item};
  examples.push_back(
      {{Tensor::randn(Shape{9}, random, {.dtype = DType::float64})}, [per_item](std::span<const Tensor> x) {
         return soft_rank(x[0], Groups::from_sizes({4, 0, 1, 4}), per_item);
       }});
  return examples;
});

Tensor soft_rank_of(Operand values, const detail::Lists& lists, const SoftRankOptions& options) {
  detail::check_strength("soft_rank", values, options);
  detail::check_finite_values("soft_rank", values);
  Tensor ranks;
  const detail::Pooling pooling = detail::pool_ranks(values, lists, options, values->dtype(), ranks);
  if (Recorder recorder{soft_rank_operation, {values}}) {
    recorder.record(ranks, [pooling, saved = Saved(ranks)](BackwardPass& pass) {
      const Tensor& gradient = pass.gradient();
      pass.add(0, detail::ranks_backward(pooling, saved.tensor(), gradient, gradient.dtype()));
    });
  }
  return ranks;
}

}  // namespace

Tensor soft_rank(Operand values, const SoftRankOptions& options) {
  return soft_rank_of(values, detail::Lists::rows("soft_rank", values), options);
}

Tensor soft_rank(Operand values, const Groups& groups, const SoftRankOptions& options) {
  return soft_rank_of(values, detail::Lists::of("soft_rank", values, groups), options);
}

}  // namespace ranktape
