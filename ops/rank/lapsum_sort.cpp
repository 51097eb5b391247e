// LapSum sorted values (ranktape/ops/rank/laplace.hpp has the notation): place j holds b_j with L(b_j) = j + 1/2, so
//   d b_j / d u_i = e^(-|b_j - u_i| / t) / sum over l of e^(-|b_j - u_l| / t).
// Both b and u are sorted: backward drops the gradient of each place into the gap that it lies in, weighted for the
// value on either side, and two carries, decaying from value to value, sum them up. O(n), and no exponential.
// Places grow with values and temperature together, so dL/dt = (sum_j g_j b_j - sum_i u_i dL/du_i) / t.

#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <algorithm>
#include <optional>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::Lists;
using detail::PerList;

constexpr const char* name = "lapsum_sort";

const Operation lapsum_sort_operation(name, [](Random& random) {
  return detail::relaxation_examples(random, lapsum_sort, lapsum_sort, lapsum_sort, lapsum_sort);
});

/// Where each place of all lists lies, with the weights of its two neighbours.
struct Places {
  explicit Places(std::int64_t documents)
      : intervals(static_cast<std::size_t>(documents)), below(intervals.size()), above(intervals.size()) {}

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

/// t dL/dt, everything measured from the list's first value: the gradients of places and values have the same sum.
template <class Scalar>
double temperature_moment(std::uint32_t n, const double* places, const Scalar* values, const Scalar* g,
                          const Scalar* result) {
  double moment = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto origin = static_cast<double>(values[0]);
    moment += static_cast<double>(g[i]) * (places[i] - origin) -
              static_cast<double>(result[i]) * (static_cast<double>(values[i]) - origin);
  }
  return moment;
}

Tensor lapsum_sort_of(Operand values, const Lists& lists, Operand temperature, const RelaxationOptions& options) {
  detail::require_cpu(name, values);
  detail::check_relaxation(name, values, options.temperature);
  const PerList factor = detail::check_temperatures(name, values, lists, temperature);
  const LaplaceLists sorted(values, lists, options, factor);
  Tensor output = detail::make_tensor_like(values);
  Recorder recorder{lapsum_sort_operation, {values, temperature}};
  const bool recorded = static_cast<bool>(recorder);
  Places places(recorded ? values->size() : 0);
  if (recorded && recorder.needs(1)) {
    places.values = Array<double>(static_cast<std::size_t>(values->size()));
  }
  LaplaceSums sums(lists.longest());
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(output);
    sorted.for_each_sorted(detail::data<Scalar>(values), [&](std::int64_t index, const LaplaceList& list) {
      sums.fill(list);
      std::uint32_t interval = 0;
      for (std::uint32_t j = 0; j < list.n; ++j) {
        const Crossing crossing = sums.solve(list, j, 0.5, interval);
        interval = crossing.interval;
        const auto place = static_cast<std::size_t>(lists.begin(index) + j);
        to[place] = static_cast<Scalar>(list.sign * crossing.b);
        if (recorded) {
          places.intervals[place] = interval;
          places.below[place] = crossing.weight_below;
          places.above[place] = crossing.weight_above;
        }
        if (places.values.size() != 0) {
          places.values[place] = list.sign * crossing.b;
        }
      }
    });
  });
  if (recorded) {
    const std::optional<Saved> x = recorder.needs(1) ? std::optional<Saved>(values) : std::nullopt;
    recorder.record(output, [sorted, factor, places, x](BackwardPass& pass) {
      const Lists& where = sorted.lists;
      const Tensor& gradient = pass.gradient();
      Tensor result = detail::make_tensor_like(gradient);
      const Array<double> from_below(static_cast<std::size_t>(where.longest()));
      const Array<double> from_above(from_below.size());
      const Array<double> of_temperature(static_cast<std::size_t>(where.count()));
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        for (std::int64_t index = 0; index < where.count(); ++index) {
          const std::int64_t begin = where.begin(index);
          const LaplaceList list = sorted.list(index);
          const Scalar* g = detail::data<Scalar>(gradient) + begin;
          Scalar* to = detail::data<Scalar>(result) + begin;
          backward_list(list, places, begin, from_below, from_above, g, to);
          if (x) {
            of_temperature[static_cast<std::size_t>(index)] =
                temperature_moment(list.n, places.values.data() + begin, detail::data<Scalar>(x->tensor()) + begin, g,
                                   to) /
                factor[index];
          }
        }
      });
      pass.add(0, std::move(result));
      if (x) {
        pass.add(1, factor.gradient(of_temperature));
      }
    });
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
