// LapSum quantiles (ranktape/ops/rank/laplace.hpp has the notation): the b with L(b) = q n, and
//   d b / d u_i = e^(-|b - u_i| / t) / sum over l of e^(-|b - u_l| / t),  a softmax.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/lapsum_quantile_kernels.hpp>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::Lists;
namespace kernels = detail::kernels;

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

/// Quantiles, and the weights of all documents.
template <class Scalar>
void quantiles_on_cpu(const LaplaceLists& sorted, double q, const Scalar* values, Scalar* quantiles, double* weights) {
  LaplaceSums sums(sorted.lists.longest());
  sorted.for_each_sorted(values, [&](std::int64_t index, const LaplaceList& list) {
    sums.fill(list);
    const Crossing crossing = sums.count().find(list, 0, q * list.n);
    quantiles[index] = static_cast<Scalar>(list.sign * crossing.b);
    for (std::uint32_t i = 0; i < list.n; ++i) {
      weights[sorted.lists.begin(index) + list.order[i]] = detail::quantile_weight(list, crossing, i);
    }
  });
}

template <class Scalar>
void quantiles_on_accelerator(const LaplaceLists& sorted, double q, Scalar* quantiles, double* weights) {
  const detail::DeviceLaplaceSums sums(sorted);
  const Array<Crossing> crossings(static_cast<std::size_t>(sorted.lists.count()), Device::accelerator);
  detail::launch(sorted.lists.count(),
                 kernels::LaplaceQuantile<Scalar>{sorted.places(), sums.counts(), q, crossings.data(), quantiles});
  detail::launch(sorted.lists.documents(), kernels::QuantileWeight{sorted.places(), crossings.data(), weights});
}

Tensor lapsum_quantile_of(Operand values, const Lists& lists, const Shape& shape, double q,
                          const RelaxationOptions& options) {
  detail::check_relaxation(name, values, options.temperature);
  if (!(q > 0 && q < 1)) {
    detail::fail<NumericError>(values.where(), name, "q is {}; it must lie strictly between 0 and 1", q);
  }
  check_not_empty(values, lists, shape);
  const LaplaceLists sorted(values, lists, options,
                            detail::PerList(name, "temperature", detail::number(1), values, lists));
  Tensor quantiles = detail::make_tensor_like(values, shape);
  const Array<double> weights(static_cast<std::size_t>(values->size()), values->device());
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(quantiles);
    if (values->device() == Device::accelerator) {
      quantiles_on_accelerator(sorted, q, to, weights.data());
    } else {
      quantiles_on_cpu(sorted, q, detail::data<Scalar>(values), to, weights.data());
    }
  });
  if (Recorder recorder{lapsum_quantile_operation, {values}}) {
    const Shape whole = values->shape();
    recorder.record(
        quantiles,
        [lists, weights, whole](BackwardPass& pass) {
          Tensor result = detail::make_tensor_like(pass.gradient(), whole);
          detail::dispatch(result.dtype(), [&]<class Scalar>() {
            const Scalar* g = detail::data<Scalar>(pass.gradient());
            Scalar* to = detail::data<Scalar>(result);
            if (result.device() == Device::accelerator) {
              detail::launch(lists.documents(),
                             kernels::QuantileGradient<Scalar>{lists.on_accelerator(), weights.data(), g, to});
              return;
            }
            for (std::int64_t list = 0; list < lists.count(); ++list) {
              for (std::int64_t i = lists.begin(list); i < lists.begin(list) + lists.size(list); ++i) {
                to[i] = static_cast<Scalar>(weights[static_cast<std::size_t>(i)] * static_cast<double>(g[list]));
              }
            }
          });
          pass.add(0, std::move(result));
        },
        [q, options](RecordDetails& details) {
          details.add("q", q);
          describe(details, options);
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
