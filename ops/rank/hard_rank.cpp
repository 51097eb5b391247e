#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/hard_rank.hpp>
#include <ranktape/ops/rank/hard_rank_kernels.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;

/// Calls function(begin, n, sorted, order) for every list; `sorted` is in the direction's order, times `sign`.
template <class Scalar, class Function>
void for_each_sorted(const Lists& lists, const Scalar* values, int sign, Function&& function) {
  const auto longest = static_cast<std::size_t>(lists.longest());
  const auto keys = detail::key_memory<Scalar>(longest);
  const Array<double> sorted(longest);
  const Array<std::uint32_t> order(longest);
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    const auto n = static_cast<std::uint32_t>(lists.size(list));
    detail::sort_decreasing(values + begin, n, sign, keys.data(), sorted.data(), order.data());
    function(begin, n, sorted.data(), order.data());
  }
}

int decreasing_sign(Direction direction) { return direction == Direction::ascending ? -1 : 1; }

Tensor rank_of(Operand values, const Lists& lists, Direction direction) {
  detail::check_finite_values("rank", values);
  return detail::mid_ranks(values, lists, direction, values->dtype());
}

Tensor argsort_of(Operand values, const Lists& lists, Direction direction) {
  detail::check_finite_values("argsort", values);
  constexpr std::int64_t exact_in_float32 = std::int64_t{1} << 24;
  if (values->dtype() == DType::float32 && lists.longest() > exact_in_float32) {
    detail::fail<NumericError>(values.where(), "argsort",
                               "a list of {} has {} documents, and float32 holds positions only up to {}; convert the "
                               "values with to(DType::float64)",
                               detail::describe(values), lists.longest(), exact_in_float32);
  }
  Tensor positions = detail::make_tensor_like(values);
  const int sign = decreasing_sign(direction);
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(positions);
    if (values->device() == Device::accelerator) {
      const detail::DeviceOrder found = detail::sort_on_accelerator(values, lists, sign);
      detail::launch(values->size(), detail::kernels::Positions<Scalar>{found.order.data(), to});
      return;
    }
    for_each_sorted(lists, detail::data<Scalar>(values), sign,
                    [&](std::int64_t begin, std::uint32_t n, const double*, const std::uint32_t* order) {
                      for (std::uint32_t i = 0; i < n; ++i) {
                        to[begin + i] = static_cast<Scalar>(order[i]);
                      }
                    });
  });
  return positions;
}

const Operation sort_operation("sort", [](Random& random) -> std::vector<OperationExample> {
  return {{{Tensor::randn(Shape{2, 5}, random, {.dtype = DType::float64})},
           [](std::span<const Tensor> x) { return sort(x[0]); }},
          {{Tensor::randn(Shape{7}, random, {.dtype = DType::float64})}, [](std::span<const Tensor> x) {
             return sort(x[0], Groups::from_sizes({4, 0, 1, 2}), Direction::descending);
           }}};
});

Tensor sort_of(Operand values, const Lists& lists, Direction direction) {
  detail::check_finite_values("sort", values);
  Tensor places = detail::make_tensor_like(values);
  const int sign = decreasing_sign(direction);
  const Array<std::int64_t> sources(static_cast<std::size_t>(values->size()), values->device());
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    const Scalar* from = detail::data<Scalar>(values);
    Scalar* to = detail::data<Scalar>(places);
    if (values->device() == Device::accelerator) {
      const detail::DeviceOrder found = detail::sort_on_accelerator(values, lists, sign);
      detail::launch(values->size(), detail::kernels::TakeInOrder<Scalar>{from, found.order.data(),
                                                                          lists.on_accelerator(), to, sources.data()});
      return;
    }
    for_each_sorted(lists, from, sign,
                    [&](std::int64_t begin, std::uint32_t n, const double*, const std::uint32_t* order) {
                      for (std::int64_t i = 0; i < n; ++i) {
                        const std::int64_t source = begin + order[i];
                        to[begin + i] = from[source];
                        sources[static_cast<std::size_t>(begin + i)] = source;
                      }
                    });
  });
  if (Recorder recorder{sort_operation, {values}}) {
    recorder.record(
        places,
        [sources](BackwardPass& pass) {
          Tensor result = detail::make_tensor_like(pass.gradient());
          detail::dispatch(result.dtype(), [&]<class Scalar>() {
            detail::for_each_index(result.device(), result.size(), 1,
                                   detail::kernels::PutBack<Scalar>{detail::data<Scalar>(pass.gradient()),
                                                                    sources.data(), detail::data<Scalar>(result)});
          });
          pass.add(0, std::move(result));
        },
        [direction](RecordDetails& details) { details.add_unless(Direction::ascending, "direction", direction); });
  }
  return places;
}

}  // namespace

Tensor rank(Operand values, Direction direction) { return rank_of(values, Lists::rows("rank", values), direction); }
Tensor rank(Operand values, const Groups& groups, Direction direction) {
  return rank_of(values, Lists::of("rank", values, groups), direction);
}
Tensor sort(Operand values, Direction direction) { return sort_of(values, Lists::rows("sort", values), direction); }
Tensor sort(Operand values, const Groups& groups, Direction direction) {
  return sort_of(values, Lists::of("sort", values, groups), direction);
}
Tensor argsort(Operand values, Direction direction) {
  return argsort_of(values, Lists::rows("argsort", values), direction);
}
Tensor argsort(Operand values, const Groups& groups, Direction direction) {
  return argsort_of(values, Lists::of("argsort", values, groups), direction);
}

}  // namespace ranktape
