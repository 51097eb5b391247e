// LapSum sorted values (ranktape/ops/rank/laplace.hpp has the notation): place j holds b_j with L(b_j) = j + 1/2, so
//   d b_j / d u_i = e^(-|b_j - u_i| / t) / sum over l of e^(-|b_j - u_l| / t).
// Both b and u are sorted: backward drops the gradient of each place into the gap that it lies in, weighted for the
// value on either side, and two carries, decaying from value to value, sum them up. O(n), and no exponential.
// Places grow with values and temperature together, so dL/dt = (sum_j g_j b_j - sum_i u_i dL/du_i) / t.

#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/decay_scan.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/lapsum_sort_kernels.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <algorithm>
#include <optional>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::ListEntries;
using detail::Lists;
using detail::PerList;
namespace kernels = detail::kernels;

constexpr const char* name = "lapsum_sort";

const Operation lapsum_sort_operation(name, [](Random& random) {
  return detail::relaxation_examples(random, lapsum_sort, lapsum_sort, lapsum_sort, lapsum_sort);
});

/// Where each place of all lists lies, with the weights of its two neighbours.
struct Places {
  /// Nothing unless recorded.
  Places(const Tensor& x, bool recorded, bool temperature) {
    const auto size = static_cast<std::size_t>(x.size());
    if (recorded) {
      intervals = Array<std::uint32_t>(size, x.device());
      below = Array<double>(size, x.device());
      above = Array<double>(size, x.device());
    }
    if (temperature) {
      values = Array<double>(size, x.device());
    }
  }

  Array<std::uint32_t> intervals;
  Array<double> below;
  Array<double> above;
  Array<double> values;  // sign * b in double, only where the temperature wants a gradient
};

template <class Scalar>
void backward_list(const LaplaceList& list, const Places& places, std::int64_t begin, const Array<double>& from_below,
                   const Array<double>& from_above, const Scalar* g, Scalar* result) {
  std::fill_n(from_below.data(), list.n, 0.0);
  std::fill_n(from_above.data(), list.n, 0.0);
  for (std::uint32_t j = 0; j < list.n; ++j) {
    const auto place = static_cast<std::size_t>(begin + j);
    const std::uint32_t interval = places.intervals[place];
    const auto gradient = static_cast<double>(g[j]);
    if (interval < list.n) {
      from_below[interval] += gradient * places.above[place];
    }
    if (interval > 0) {
      from_above[interval - 1] += gradient * places.below[place];
    }
  }
  double carried = 0;
  for (std::uint32_t i = 0; i < list.n; ++i) {
    carried = list.decays[i] * carried + from_below[i];
    from_below[i] = carried;
  }
  carried = 0;
  for (std::uint32_t i = list.n; i-- > 0;) {
    carried = list.decay_after(i) * carried + from_above[i];
    result[list.order[i]] = static_cast<Scalar>(from_below[i] + carried);
  }
}

/// The places of all lists on the CPU.
template <class Scalar>
void sort_on_cpu(const LaplaceLists& sorted, const Places& places, const Scalar* values, Scalar* to) {
  LaplaceSums sums(sorted.lists.longest());
  sorted.for_each_sorted(values, [&](std::int64_t index, const LaplaceList& list) {
    sums.fill(list);
    std::uint32_t interval = 0;
    for (std::uint32_t j = 0; j < list.n; ++j) {
      const Crossing crossing = sums.count().solve(list, j, 0.5, interval);
      interval = crossing.interval;
      const auto place = static_cast<std::size_t>(sorted.lists.begin(index) + j);
      to[place] = static_cast<Scalar>(list.sign * crossing.b);
      if (places.intervals.data() != nullptr) {
        places.intervals[place] = interval;
        places.below[place] = crossing.weight_below;
        places.above[place] = crossing.weight_above;
      }
      if (places.values.data() != nullptr) {
        places.values[place] = list.sign * crossing.b;
      }
    }
  });
}

template <class Scalar>
void sort_on_accelerator(const LaplaceLists& sorted, const Places& places, Scalar* to) {
  const detail::DeviceLaplaceSums sums(sorted);
  const kernels::SortPlaces found = {places.intervals.data(), places.below.data(), places.above.data(),
                                     places.values.data()};
  detail::launch(sorted.lists.documents(), kernels::LaplacePlace<Scalar>{sorted.places(), sums.counts(), to, found});
}

/// The gradients of the values; returns t dL/dt of each list if there are values.
template <class Scalar>
Array<double> backward_on_cpu(const LaplaceLists& sorted, const Places& places, const Scalar* values, const Scalar* g,
                              Scalar* result) {
  const Lists& where = sorted.lists;
  const Array<double> from_below(static_cast<std::size_t>(where.longest()));
  const Array<double> from_above(from_below.size());
  Array<double> moments(static_cast<std::size_t>(where.count()));
  for (std::int64_t index = 0; index < where.count(); ++index) {
    const std::int64_t begin = where.begin(index);
    const LaplaceList list = sorted.list(index);
    backward_list(list, places, begin, from_below, from_above, g + begin, result + begin);
    if (values != nullptr) {
      const kernels::LaplaceSortMoment<Scalar> term = {places.values.data(), values, g, result};
      double moment = 0;
      for (std::uint32_t i = 0; i < list.n; ++i) {
        moment += term({index, begin, begin + i, i == 0});
      }
      moments[static_cast<std::size_t>(index)] = moment;
    }
  }
  return moments;
}

template <class Scalar>
Array<double> backward_on_accelerator(const LaplaceLists& sorted, const Places& places, const Scalar* values,
                                      const Scalar* g, Scalar* result) {
  const ListEntries documents = sorted.lists.entries_on_accelerator();
  const std::size_t size = sorted.decays.size();
  const std::uint32_t* intervals = places.intervals.data();
  const kernels::LaplaceDecays<false> upwards = {sorted.decays.data()};
  const kernels::LaplaceDecays<true> downwards = {sorted.decays.data()};
  const Array<double> sums_above(size, Device::accelerator);
  const Array<double> sums_below(size, Device::accelerator);
  const Array<double> from_below(size, Device::accelerator);
  const Array<double> from_above(size, Device::accelerator);
  detail::decay_scan(documents, kernels::SumOfGap<Scalar>{intervals, places.above.data(), g, sums_above.data()});
  detail::decay_scan(documents, kernels::SumOfGap<Scalar>{intervals, places.below.data(), g, sums_below.data()});
  detail::launch(documents.count, kernels::TakeFromGaps{documents.lists, intervals, sums_above.data(),
                                                        sums_below.data(), from_below.data(), from_above.data()});
  const Array<double>& carried = sums_above;  // done with
  detail::decay_scan(documents, kernels::LaplaceSortBelow{{upwards, from_below.data()}, carried.data()});
  detail::decay_scan(documents, kernels::LaplaceSortGradient<Scalar>{
                                    {downwards, from_above.data()}, carried.data(), sorted.order.data(), result});
  return values == nullptr ? Array<double>()
                           : detail::sums_of_lists(documents, kernels::LaplaceSortMoment<Scalar>{places.values.data(),
                                                                                                 values, g, result});
}

Tensor lapsum_sort_of(Operand values, const Lists& lists, Operand temperature, const RelaxationOptions& options) {
  detail::check_relaxation(name, values, options.temperature);
  const PerList factor = detail::check_temperatures(name, values, lists, temperature);
  LaplaceLists sorted(values, lists, options, factor);
  Tensor output = detail::make_tensor_like(values);
  Recorder recorder{lapsum_sort_operation, {values, temperature}};
  const auto recorded = static_cast<bool>(recorder);
  const Places places(values, recorded, recorded && recorder.needs(1));
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(output);
    if (values->device() == Device::accelerator) {
      sort_on_accelerator(sorted, places, to);
    } else {
      sort_on_cpu(sorted, places, detail::data<Scalar>(values), to);
    }
  });
  sorted.in_order = {};
  if (recorded) {
    const std::optional<Saved> x = recorder.needs(1) ? std::optional<Saved>(values) : std::nullopt;
    recorder.record(
        output,
        [sorted, factor, places, x](BackwardPass& pass) {
          const Tensor& gradient = pass.gradient();
          Tensor result = detail::make_tensor_like(gradient);
          Array<double> moments;
          detail::dispatch(result.dtype(), [&]<class Scalar>() {
            const auto& backward =
                result.device() == Device::accelerator ? backward_on_accelerator<Scalar> : backward_on_cpu<Scalar>;
            moments = backward(sorted, places, x ? detail::data<Scalar>(x->tensor()) : nullptr,
                               detail::data<Scalar>(gradient), detail::data<Scalar>(result));
          });
          pass.add(0, std::move(result));
          if (x) {
            pass.add(1, factor.gradient_of_logarithm(moments));
          }
        },
        [options, factor](RecordDetails& details) { detail::describe_relaxation(details, options, factor); });
  }
  return output;
}

}  // namespace

Tensor lapsum_sort(Operand values, const RelaxationOptions& options) {
  return lapsum_sort_of(values, Lists::rows(name, values), detail::number(1), options);
}

Tensor lapsum_sort(Operand values, const Groups& groups, const RelaxationOptions& options) {
  return lapsum_sort_of(values, Lists::of(name, values, groups), detail::number(1), options);
}

Tensor lapsum_sort(Operand values, Operand temperature, const RelaxationOptions& options) {
  return lapsum_sort_of(values, Lists::rows(name, values), temperature, options);
}

Tensor lapsum_sort(Operand values, const Groups& groups, Operand temperature, const RelaxationOptions& options) {
  return lapsum_sort_of(values, Lists::of(name, values, groups), temperature, options);
}

}  // namespace ranktape
