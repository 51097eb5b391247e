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

#include <ranktape/core/parallel.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/device_pooling.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/soft_sort_lists.hpp>

namespace ranktape {
namespace {

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

template <class Scalar>
Scalar* data_if_defined(const Tensor& tensor) {
  return tensor.defined() ? detail::data<Scalar>(tensor) : nullptr;
}

void sort_places(const detail::Pooling& pooling, const Tensor& values, const Tensor& places, const Tensor& weights) {
  detail::dispatch(values.dtype(), [&]<class Scalar>() {
    Scalar* const of_kl = data_if_defined<Scalar>(weights);
    detail::parallel_ranges(
        pooling.lists.count(), pooling.lists.nanoseconds_each(), [&](std::int64_t first, std::int64_t last) {
          detail::sort_lists(pooling, detail::data<Scalar>(values), detail::data<Scalar>(places), of_kl, first, last);
        });
  });
}

Tensor place_gradient(const detail::Pooling& pooling, const Tensor& weights, const Tensor& gradient) {
  Tensor result = detail::make_tensor_like(gradient);
  detail::dispatch(result.dtype(), [&]<class Scalar>() {
    const Scalar* const of_kl = data_if_defined<Scalar>(weights);
    detail::parallel_ranges(pooling.lists.count(), pooling.lists.nanoseconds_each(),
                            [&](std::int64_t first, std::int64_t last) {
                              detail::sort_lists_backward(pooling, of_kl, detail::data<Scalar>(gradient),
                                                          detail::data<Scalar>(result), first, last);
                            });
  });
  return result;
}

Tensor soft_sort_of(Operand values, const detail::Lists& lists, const SoftRankOptions& options) {
  detail::check_strength("soft_sort", values, options);
  detail::check_finite_values("soft_sort", values);
  detail::Pooling pooling(lists, options, values);
  Tensor places = detail::make_tensor_like(values);
  const bool kl = options.regularization == Regularization::kl;
  const Tensor weights = kl ? detail::make_tensor_like(values) : Tensor();
  if (values->device() == Device::accelerator) {
    detail::sort_places_on_accelerator(pooling, values, places, weights);
  } else {
    sort_places(pooling, values, places, weights);
  }
  pooling.publish_diagnostics();
  if (Recorder recorder{soft_sort_operation, {values}}) {
    recorder.record(
        places,
        [pooling, weights](BackwardPass& pass) {
          const Tensor& gradient = pass.gradient();
          pass.add(0, gradient.device() == Device::accelerator
                          ? detail::place_gradient_on_accelerator(pooling, weights, gradient)
                          : place_gradient(pooling, weights, gradient));
        },
        [options](RecordDetails& details) { describe(details, options); });
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
