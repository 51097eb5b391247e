// LapSum quantiles (ranktape/ops/rank/laplace.hpp has the notation): the b with L(b) = q n, and
//   d b / d u_i = e^(-|b - u_i| / t) / sum over l of e^(-|b - u_l| / t),  a softmax.

#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::Lists;

constexpr const char* name = "lapsum_quantile";

const Operation lapsum_quantile_operation(name, [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  std::vector<OperationExample> examples;
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const double q : {0.05, 0.5, 0.8}) {
      const RelaxationOptions options = {0.7, direction, StrengthUnit::absolute};
      examples.push_back(
          {{sample({2, 6})}, [options, q](std::span<const Tensor> x) { return lapsum_quantile(x[0], q, options); }});
    }
  }
  examples.push_back({{sample({9})}, [](std::span<const Tensor> x) {
                        return lapsum_median(x[0], Groups::from_sizes({4, 1, 4}));
                      }});
  return examples;
});

/// One quantile per list wants one value at least in each. (Rows of length 0 are no lists, but places in `shape`.)
void check_not_empty(Operand values, const Lists& lists, const Shape& shape) {
  std::int64_t list = 0;
  while (list < lists.count() && lists.size(list) > 0) {
    ++list;
  }
  if (list < shape.size()) {
    detail::fail<ShapeError>(values.where(), name, "list {} of {} is empty and has no quantile", list,
                             detail::describe(values));
  }
}

Tensor lapsum_quantile_of(Operand values, const Lists& lists, const Shape& shape, double q,
                          const RelaxationOptions& options) {
  detail::require_cpu(name, values);
  detail::check_relaxation(name, values, options.temperature);
  if (!(q > 0 && q < 1)) {
    detail::fail<NumericError>(values.where(), name, "q is {}; it must lie strictly between 0 and 1", q);
  }
  check_not_empty(values, lists, shape);
  const LaplaceLists sorted(values, lists, options,
                            detail::PerList(name, "temperature", detail::number(1), values, lists));
  Tensor quantiles = detail::make_tensor_like(values, shape);
  const Array<double> weights(static_cast<std::size_t>(values->size()));
  LaplaceSums sums(lists.longest());
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    sorted.for_each_sorted(detail::data<Scalar>(values), [&](std::int64_t index, const LaplaceList& list) {
      sums.fill(list);
      const Crossing crossing = sums.find(list, 0, q * list.n);
      detail::data<Scalar>(quantiles)[index] = static_cast<Scalar>(list.sign * crossing.b);
      for (std::uint32_t i = 0; i < list.n; ++i) {
        const Crossing::Distance away = crossing.distance(list, i);
        weights[static_cast<std::size_t>(lists.begin(index) + list.order[i])] = away.weight * std::exp(-away.beyond);
      }
    });
  });
  if (Recorder recorder{lapsum_quantile_operation, {values}}) {
    const Shape whole = values->shape();
    recorder.record(quantiles, [lists, weights, whole](BackwardPass& pass) {
      Tensor result = detail::make_tensor_like(pass.gradient(), whole);
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        const Scalar* g = detail::data<Scalar>(pass.gradient());
        Scalar* to = detail::data<Scalar>(result);
        for (std::int64_t list = 0; list < lists.count(); ++list) {
          for (std::int64_t i = lists.begin(list); i < lists.begin(list) + lists.size(list); ++i) {
            to[i] = static_cast<Scalar>(weights[static_cast<std::size_t>(i)] * static_cast<double>(g[list]));
          }
        }
      });
      pass.add(0, std::move(result));
    });
  }
  return quantiles;
}

Shape without_last(const Shape& shape) { return shape.rank() == 0 ? shape : shape.without(shape.rank() - 1); }

}  // namespace

Tensor lapsum_quantile(Operand values, double q, const RelaxationOptions& options) {
  return lapsum_quantile_of(values, Lists::rows(name, values), without_last(values->shape()), q, options);
}

Tensor lapsum_quantile(Operand values, const Groups& groups, double q, const RelaxationOptions& options) {
  return lapsum_quantile_of(values, Lists::of(name, values, groups), Shape{groups.count()}, q, options);
}

Tensor lapsum_median(Operand values, const RelaxationOptions& options) { return lapsum_quantile(values, 0.5, options); }

Tensor lapsum_median(Operand values, const Groups& groups, const RelaxationOptions& options) {
  return lapsum_quantile(values, groups, 0.5, options);
}

}  // namespace ranktape
