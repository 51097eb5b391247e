// Soft sorted values (Blondel et al., ICML 2020).
//
// Let sign be -1 for ascending order and +1 for descending, s the values times sign in decreasing order, and
// w = (n, ..., 1) / strength. With v the decreasing sequence that minimises
//   l2: |v - (w - s)|^2,
//   kl: <e^(w - v), 1> + <e^s, v>,
// the result is sign (w - v). v is constant on blocks B:
//   l2: v = mean(w) - mean(s),            dL/dx = mean(g),
//   kl: v = log sum(e^w) - log sum(e^s),  dL/dx_i = softmax_B(s)_i sum(g).
// fast-soft-sort's kl gradient takes the softmax of w and is wrong.

#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Pooling;
using detail::PoolingWorkspace;
using detail::Scaled;

/// One list: sorted values in `work`, its places out, with the weight of each value in its block (kl).
template <class Scalar>
struct SortList {
  Scalar* places;
  std::uint32_t n;
  int sign;
  double inverse;
  std::uint32_t* ends;

  std::uint32_t l2(const PoolingWorkspace& work) const {
    const double* s = work.sorted.data();
    const detail::IsotonicBlocks stack{work.sums.data(), work.counts.data(), ends};
    const std::size_t blocks = stack.solve(
        n, [&](std::uint32_t i) { return static_cast<double>(n - i) * inverse - s[i]; },
        [](std::uint32_t) { return 1.0; });
    std::uint32_t first = 0;
    for (std::size_t b = 1; b <= blocks; ++b) {
      const std::uint32_t last = ends[b];
      double beyond_first = 0;  // mean(s) measured from the block's first, which spares the digits of an offset
      for (std::uint32_t i = first; i < last; ++i) {
        beyond_first += s[i] - s[first];
      }
      const double mean = s[first] + beyond_first / (last - first);
      const double middle = (static_cast<double>(first) + last - 1) / 2;
      for (std::uint32_t i = first; i < last; ++i) {
        places[i] = static_cast<Scalar>(sign * (mean + (middle - i) * inverse));
      }
      first = last;
    }
    return static_cast<std::uint32_t>(blocks);
  }

  std::uint32_t kl(const PoolingWorkspace& work, Scalar* weights) const {
    const double* s = work.sorted.data();
    if (n > 0 && s[0] - s[n - 1] < detail::plain_exponent_range && n * inverse < detail::plain_exponent_range) {
      double* e = work.shifted.data();
      for (std::uint32_t i = 0; i < n; ++i) {
        e[i] = std::exp(s[i] - s[0]);
      }
      const detail::IsotonicBlocks stack{work.sums.data(), work.counts.data(), ends};
      const std::size_t blocks = stack.solve(
          n, [&](std::uint32_t i) { return std::exp(-static_cast<double>(i) * inverse); },
          [&](std::uint32_t i) { return e[i]; });
      write_kl(s, blocks, weights, [&](std::uint32_t i, std::uint32_t first) { return e[i] / e[first]; });
      return static_cast<std::uint32_t>(blocks);
    }
    Scaled* e = work.exponentials.data();
    const detail::ScaledBlocks stack{work.numerators.data(), work.denominators.data(), ends};
    std::size_t blocks = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      e[i] = detail::scaled_exp(s[i] - s[0]);
      blocks = stack.push(blocks, 0, i, detail::scaled_exp(-static_cast<double>(i) * inverse), e[i]);
    }
    write_kl(s, blocks, weights, [&](std::uint32_t i, std::uint32_t first) {
      return detail::scaled_to(e[i], e[first].exponent) / e[first].mantissa;
    });
    return static_cast<std::uint32_t>(blocks);
  }

  /// `relative(i, first)` is e^(s_i - s_first).
  template <class Relative>
  void write_kl(const double* s, std::size_t blocks, Scalar* weights, const Relative& relative) const {
    std::uint32_t first = 0;
    for (std::size_t b = 1; b <= blocks; ++b) {
      const std::uint32_t last = ends[b];
      if (last - first == 1) {
        places[first] = static_cast<Scalar>(sign * s[first]);  // exactly
        weights[first] = 1;
        first = last;
        continue;
      }
      // Both sums relative to their block's first: of e^w a geometric series, of e^s one pass.
      const double log_sum_w = std::log(std::expm1(-inverse * (last - first)) / std::expm1(-inverse));
      double sum = 0;
      for (std::uint32_t i = first; i < last; ++i) {
        sum += relative(i, first);
      }
      const double log_sum_s = std::log(sum);
      for (std::uint32_t i = first; i < last; ++i) {
        const double beyond_first = static_cast<double>(i - first) * inverse;
        places[i] = static_cast<Scalar>(sign * (s[first] + (log_sum_s - log_sum_w - beyond_first)));
        weights[i] = static_cast<Scalar>(relative(i, first) / sum);
      }
      first = last;
    }
  }
};

template <class Scalar>
void fill(Pooling& pooling, const Scalar* values, Scalar* places, Scalar* weights) {
  const detail::Lists& lists = pooling.lists;
  PoolingWorkspace work(lists.longest());
  if (weights != nullptr) {
    work.need_scaled();
  }
  const Array<std::uint32_t> ends(static_cast<std::size_t>(lists.longest()) + 1);
  const int sign = -detail::sign_of(pooling.options.direction);
  detail::DiagnosticsOfCall diagnostics;
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    const auto n = static_cast<std::uint32_t>(lists.size(list));
    const double inverse = detail::inverse_strength(values + begin, n, pooling.options);
    detail::sort_decreasing(values + begin, n, sign, work.keys.data(), work.sorted.data(),
                            pooling.order.data() + begin);
    const SortList<Scalar> one = {places + begin, n, sign, inverse, ends.data()};
    const std::uint32_t blocks = weights == nullptr ? one.l2(work) : one.kl(work, weights + begin);
    std::copy_n(ends.data() + 1, blocks, pooling.ends.data() + begin);
    pooling.blocks[static_cast<std::size_t>(list)] = blocks;
    diagnostics.add(pooling, list);
  }
  diagnostics.publish();
}

/// `weights` is null for l2, where all documents of a block weigh the same.
template <class Scalar>
void backward(const Pooling& pooling, const Scalar* weights, const Scalar* gradient, Scalar* result) {
  for (std::int64_t list = 0; list < pooling.lists.count(); ++list) {
    const std::int64_t begin = pooling.lists.begin(list);
    const Scalar* g = gradient + begin;
    pooling.for_each_block(list, [&](std::uint32_t first, std::uint32_t last) {
      double sum = 0;
      for (std::uint32_t i = first; i < last; ++i) {
        sum += static_cast<double>(g[i]);
      }
      for (std::uint32_t i = first; i < last; ++i) {
        const double weight = weights == nullptr ? 1.0 / (last - first) : static_cast<double>(weights[begin + i]);
        result[begin + pooling.order[static_cast<std::size_t>(begin + i)]] = static_cast<Scalar>(weight * sum);
      }
    });
  }
}

const Operation soft_sort_operation("soft_sort", [](Random& random) -> std::vector<OperationExample> {
  std::vector<OperationExample> examples;
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const double strength : {0.1, 1.0, 10.0}) {
        const SoftRankOptions options = {strength, regularization, direction, StrengthUnit::absolute};
        examples.push_back({{Tensor::randn(Shape{3, 6}, random, {.dtype = DType::float64})},
                            [options](std::span<const Tensor> x) { return soft_sort(x[0], options); }});
      }
    }
  }
  examples.push_back({{Tensor::randn(Shape{9}, random, {.dtype = DType::float64})}, [](std::span<const Tensor> x) {
                        return soft_sort(x[0], Groups::from_sizes({4, 0, 1, 4}));
                      }});
  return examples;
});

Tensor soft_sort_of(Operand values, const detail::Lists& lists, const SoftRankOptions& options) {
  detail::check_strength("soft_sort", values, options);
  detail::check_finite_values("soft_sort", values);
  Pooling pooling(lists, options, values->size());
  Tensor places = detail::make_tensor_like(values);
  const bool kl = options.regularization == Regularization::kl;
  const Tensor weights = kl ? detail::make_tensor_like(values) : Tensor();
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    fill(pooling, detail::data<Scalar>(values), detail::data<Scalar>(places),
         kl ? detail::data<Scalar>(weights) : nullptr);
  });
  if (Recorder recorder{soft_sort_operation, {values}}) {
    recorder.record(places, [pooling, weights](BackwardPass& pass) {
      Tensor result = detail::make_tensor_like(pass.gradient());
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        backward(pooling, weights.defined() ? detail::data<Scalar>(weights) : nullptr,
                 detail::data<Scalar>(pass.gradient()), detail::data<Scalar>(result));
      });
      pass.add(0, std::move(result));
    });
  }
  return places;
}

}  // namespace

Tensor soft_sort(Operand values, const SoftRankOptions& options) {
  return soft_sort_of(values, detail::Lists::rows("soft_sort", values), options);
}

Tensor soft_sort(Operand values, const Groups& groups, const SoftRankOptions& options) {
  return soft_sort_of(values, detail::Lists::of("soft_sort", values, groups), options);
}

}  // namespace ranktape
