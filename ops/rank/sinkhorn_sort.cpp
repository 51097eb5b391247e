// Sorting by entropic optimal transport; ranktape/ops/rank/transport_list.hpp has the solver. The values are squashed
// to
//   w = (x - mean) / s,  z = 1 / (1 + e^-w),  s their population standard deviation (1 for a constant list),
// so with q_j = dL/dz_j z_j (1 - z_j), dL/dx_j = (q_j - mean(q) - w_j mean(q w)) / s.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/sinkhorn_kernels.hpp>
#include <ranktape/ops/rank/sinkhorn_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>
#include <ranktape/ops/rank/transport.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;
using detail::Transports;
using detail::TransportState;
namespace kernels = detail::kernels;

constexpr const char* name = "sinkhorn_sort";
constexpr double squash_nanoseconds = 10;  // of each value

thread_local SinkhornDiagnostics last_diagnostics;

const Operation sinkhorn_sort_operation(name, [](Random& random) -> std::vector<OperationExample> {
  std::vector<OperationExample> examples;
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const double temperature : {3e-3, 1e-2, 1.0}) {
      // Differences of a solution that is known to 1e-13 only are off by that over the step.
      const SinkhornOptions options = {.temperature = temperature, .direction = direction, .tolerance = 1e-13};
      examples.push_back({{Tensor::randn(Shape{2, 5}, random, {.dtype = DType::float64})},
                          [options](std::span<const Tensor> x) { return sinkhorn_sort(x[0], options); },
                          {.step = 1e-5, .absolute_tolerance = 1e-6, .relative_tolerance = 1e-6}});
    }
  }
  return examples;
});

/// All lists squashed, on their device.
struct Squashed {
  std::int64_t n;
  int sign;
  Tensor z;
  Array<double> w;
  Array<double> inverse_deviation;  // 1 / s of each list
  Array<double> inverse_temperature;
  Array<double> h;  // potentials
};

Squashed squash(const Tensor& values, const Lists& lists, const SinkhornOptions& options) {
  const Device device = values.device();
  const std::int64_t n = lists.longest();
  const int sign = options.direction == Direction::ascending ? 1 : -1;
  const Tensor z = detail::make_tensor(values.shape(), DType::float64, device);
  const Array<double> w(static_cast<std::size_t>(values.size()), device);
  const Array<double> inverse_deviation(static_cast<std::size_t>(lists.count()), device);
  detail::dispatch(values.dtype(), [&]<class Scalar>() {
    detail::for_each_index(device, lists.count(), squash_nanoseconds * static_cast<double>(n),
                           kernels::Squash<Scalar>{detail::data<Scalar>(values), n, sign, w.data(),
                                                   detail::data<double>(z), inverse_deviation.data()});
  });
  const RelaxationOptions unit = {options.temperature, options.direction, options.temperature_unit};
  Array<double> inverse_temperature = detail::inverse_temperatures(z, lists, unit, nullptr, 2);
  return {n, sign, z, w, inverse_deviation, std::move(inverse_temperature), Array<double>(w.size(), device)};
}

/// The gradient of the values from that of z.
void unsquash(const Squashed& kept, const Array<double>& of_z, const Tensor& result) {
  detail::dispatch(result.dtype(), [&]<class Scalar>() {
    detail::for_each_index(
        result.device(), static_cast<std::int64_t>(kept.inverse_deviation.size()),
        squash_nanoseconds * static_cast<double>(kept.n),
        kernels::Unsquash<Scalar>{of_z.data(), kept.w.data(), detail::data<double>(kept.z),
                                  kept.inverse_deviation.data(), kept.n, kept.sign, detail::data<Scalar>(result)});
  });
}

/// What sorts the z of every list increasingly.
Array<std::uint32_t> order_of(const Tensor& z, const Lists& lists) {
  if (z.device() == Device::accelerator) {
    return detail::sort_on_accelerator(z, lists, -1).order;
  }
  const auto n = static_cast<std::size_t>(lists.longest());
  Array<std::uint32_t> order(static_cast<std::size_t>(z.size()));
  const auto keys = detail::key_memory<double>(n);
  const Array<double> sorted(n);
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    detail::sort_decreasing(detail::data<double>(z) + lists.begin(list), n, -1, keys.data(), sorted.data(),
                            order.data() + lists.begin(list));
  }
  return order;
}

/// Calls body(first, lists) for all lists, some at once.
template <class Body>
void for_each_some(std::int64_t count, std::int64_t some, const Body& body) {
  for (std::int64_t first = 0; first < count; first += some) {
    body(first, std::min(some, count - first));
  }
}

void check_options(Operand values, const SinkhornOptions& options) {
  detail::check_relaxation(name, values, options.temperature);
  if (!(options.tolerance > 0)) {
    detail::fail<NumericError>(values.where(), name, "tolerance is {}; it must be positive", options.tolerance);
  }
}

void check_converged(Operand values, const SinkhornOptions& options, std::int64_t list, const TransportState& outcome) {
  if (!(outcome.error <= options.tolerance)) {
    detail::fail<NumericError>(values.where(), name,
                               "list {} of {} has not converged: after {} iterations a row or column sums to 1 only "
                               "within {:.3g}, and the tolerance is {:.3g}; raise max_iterations, the tolerance or the "
                               "temperature, which is {:.3g}",
                               list, detail::describe(values), outcome.iterations, outcome.error, options.tolerance,
                               options.temperature);
  }
}

void solve_backward(const Squashed& kept, std::int64_t some, const Tensor& gradient, const Tensor& result,
                    SourceLocation where) {
  const std::int64_t n = kept.n;
  const Transports transports(some, n, result.device());
  const Array<double> of_z(kept.w.size(), result.device());
  for_each_some(
      static_cast<std::int64_t>(kept.inverse_deviation.size()), some, [&](std::int64_t first, std::int64_t count) {
        detail::dispatch(gradient.dtype(), [&]<class Scalar>() {
          transports.backward(count, detail::data<double>(kept.z) + first * n, kept.h.data() + first * n,
                              kept.inverse_temperature.data() + first, detail::data<Scalar>(gradient) + first * n * n,
                              of_z.data() + first * n);
        });
        const Array<TransportState> outcomes = transports.states();
        for (std::int64_t i = 0; i < count; ++i) {
          if (!outcomes[static_cast<std::size_t>(i)].solved) {
            detail::fail<NumericError>(
                where, name, "the gradient of list {} could not be solved for; raise the temperature", first + i);
          }
        }
      });
  unsquash(kept, of_z, result);
}

}  // namespace

SinkhornDiagnostics sinkhorn_diagnostics() { return last_diagnostics; }

Tensor sinkhorn_sort(Operand values, const SinkhornOptions& options) {
  const Lists lists = Lists::rows(name, values);
  check_options(values, options);
  Tensor matrix = detail::make_tensor_like(values, detail::matrix_shape(name, values));
  const Squashed kept = squash(values, lists, options);
  const std::int64_t n = kept.n;
  const std::int64_t some = Transports::at_once(lists.count(), n, matrix.device());
  const Transports transports(some, n, matrix.device());
  const Array<std::uint32_t> order = order_of(kept.z, lists);
  SinkhornDiagnostics diagnostics;
  for_each_some(lists.count(), some, [&](std::int64_t first, std::int64_t count) {
    transports.solve(count, detail::data<double>(kept.z) + first * n, order.data() + first * n,
                     kept.inverse_temperature.data() + first, {options.tolerance, options.max_iterations},
                     kept.h.data() + first * n);
    const Array<TransportState> outcomes = transports.states();
    for (std::int64_t i = 0; i < count; ++i) {
      const TransportState& outcome = outcomes[static_cast<std::size_t>(i)];
      diagnostics.iterations = std::max(diagnostics.iterations, outcome.iterations);
      diagnostics.error = std::max(diagnostics.error, outcome.error);
      last_diagnostics = diagnostics;
      check_converged(values, options, first + i, outcome);
    }
    detail::dispatch(matrix.dtype(), [&]<class Scalar>() {
      constexpr double convert_nanoseconds = 0.3;
      detail::for_each_index(
          matrix.device(), count * n * n, convert_nanoseconds,
          kernels::Convert<double, Scalar>{transports.matrices(), detail::data<Scalar>(matrix) + first * n * n});
    });
  });
  if (Recorder recorder{sinkhorn_sort_operation, {values}}) {
    const Shape shape = values->shape();
    recorder.record(
        matrix,
        [kept, shape, some, where = values.where()](BackwardPass& pass) {
          Tensor result = detail::make_tensor_like(pass.gradient(), shape);
          solve_backward(kept, some, pass.gradient(), result, where);
          pass.add(0, std::move(result));
        },
        [options](RecordDetails& details) {
          const SinkhornOptions usual = {};
          describe(details, RelaxationOptions{options.temperature, options.direction, options.temperature_unit});
          details.add_unless(usual.tolerance, "tolerance", options.tolerance);
          details.add_unless(usual.max_iterations, "max_iterations", options.max_iterations);
        });
  }
  return matrix;
}

}  // namespace ranktape
