// Soft ranks (Blondel et al., "Fast differentiable sorting and ranking", ICML 2020).
//
// Let s be the values, times -1 for descending ranks, sorted decreasingly and divided by the strength, and
// rho = (n, ..., 1). With v the decreasing sequence that
//   l2: minimises |v - (s - rho)|^2,           the ranks are r = s - v,
//   kl: minimises <e^(s - v), 1> + <rho, v>,   the ranks are r = e^(s - v).
// v is constant on blocks B, so with sums and means over a block
//   l2: r_i = s_i - mean(s) + mean(rho),       dL/ds_i = g_i - mean(g),
//   kl: r_i = e^(s_i) sum(rho) / sum(e^s),     dL/ds_i = r_i (g_i - sum(g r) / sum(rho)).

#include <ranktape/core/parallel.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/device_pooling.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/ranking_details.hpp>
#include <ranktape/ops/rank/ranks_as.hpp>
#include <ranktape/ops/rank/soft_rank_lists.hpp>

namespace ranktape {
namespace detail {

Pooling pool_ranks(Operand values, const Lists& lists, const SoftRankOptions& options, DType rank_dtype,
                   Tensor& ranks) {
  Pooling pooling(lists, options, values);
  ranks = make_tensor(values->shape(), rank_dtype, values->device());
  if (values->device() == Device::accelerator) {
    rank_on_accelerator(pooling, values, ranks);
    return pooling;
  }
  dispatch(values->dtype(), [&]<class Scalar>() {
    dispatch(rank_dtype, [&]<class Rank>() {
      if constexpr (sizeof(Rank) >= sizeof(Scalar)) {
        parallel_ranges(lists.count(), lists.nanoseconds_each(), [&](std::int64_t first, std::int64_t last) {
          rank_lists(pooling, data<Scalar>(values), data<Rank>(ranks), first, last);
        });
      }
    });
  });
  return pooling;
}

Tensor ranks_backward(const Pooling& pooling, const Tensor& ranks, const Tensor& gradient, DType dtype) {
  if (gradient.device() == Device::accelerator) {
    return rank_gradient_on_accelerator(pooling, ranks, gradient, dtype);
  }
  Tensor result = make_tensor(gradient.shape(), dtype, gradient.device());
  dispatch(dtype, [&]<class Scalar>() {
    dispatch(ranks.dtype(), [&]<class Rank>() {
      if constexpr (sizeof(Rank) >= sizeof(Scalar)) {
        parallel_ranges(
            pooling.lists.count(), pooling.lists.nanoseconds_each(), [&](std::int64_t first, std::int64_t last) {
              rank_lists_backward(pooling, data<Rank>(ranks), data<Rank>(gradient), data<Scalar>(result), first, last);
            });
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

struct SoftRankRecord {
  detail::Pooling pooling;
  Tensor values;
  Saved ranks;

  void operator()(BackwardPass& pass) const {
    pass.add(0, ranks_backward(pooling, ranks.tensor(), pass.gradient(), values.dtype()));
  }
  void describe(RecordDetails& details) const {
    ranktape::describe(details, pooling.options);
    details.ranking = detail::pooled_ranking(pooling, values);
  }
};

Tensor soft_rank_of(Operand values, const detail::Lists& lists, const SoftRankOptions& options) {
  detail::check_strength("soft_rank", values, options);
  detail::check_finite_values("soft_rank", values);
  return detail::soft_ranks_as(values->dtype(), values, lists, options);
}

}  // namespace

Tensor detail::soft_ranks_as(DType rank_dtype, Operand values, const Lists& lists, const SoftRankOptions& options) {
  Tensor ranks;
  const Pooling pooling = pool_ranks(values, lists, options, rank_dtype, ranks);
  pooling.publish_diagnostics();
  if (Recorder recorder{soft_rank_operation, {values}}) {
    recorder.record(ranks, SoftRankRecord{pooling, values, Saved(ranks)});
  }
  return ranks;
}

Tensor soft_rank(Operand values, const SoftRankOptions& options) {
  return soft_rank_of(values, detail::Lists::rows("soft_rank", values), options);
}

Tensor soft_rank(Operand values, const Groups& groups, const SoftRankOptions& options) {
  return soft_rank_of(values, detail::Lists::of("soft_rank", values, groups), options);
}

}  // namespace ranktape
