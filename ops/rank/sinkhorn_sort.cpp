// Sorting by entropic optimal transport; ranktape/ops/rank/transport.hpp has the solver. The values are squashed to
//   w = (x - mean) / s,  z = 1 / (1 + e^-w),  s their population standard deviation (1 for a constant list),
// so with q_j = dL/dz_j z_j (1 - z_j), dL/dx_j = (q_j - mean(q) - w_j mean(q w)) / s.

#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/sinkhorn_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>
#include <ranktape/ops/rank/transport.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;
using detail::Transport;

constexpr const char* name = "sinkhorn_sort";

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

/// What is kept of all lists.
struct Squashed {
  explicit Squashed(const Tensor& values, std::int64_t lists)
      : z(static_cast<std::size_t>(values.size())),
        w(z.size()),
        h(z.size()),
        inverse_deviation(static_cast<std::size_t>(lists)),
        inverse_temperature(inverse_deviation.size()) {}

  Array<double> z;
  Array<double> w;
  Array<double> h;                  // potentials
  Array<double> inverse_deviation;  // 1 / s of each list
  Array<double> inverse_temperature;
};

template <class Scalar>
void squash(const Scalar* values, std::size_t n, int sign, double* w, double* z, double& inverse_deviation) {
  if (n == 0) {
    return;
  }
  const detail::Moments moments = detail::moments(std::span<const Scalar>(values, n));
  const double deviation = std::sqrt(moments.variance);
  inverse_deviation = deviation > 0 ? 1 / deviation : 1;
  for (std::size_t i = 0; i < n; ++i) {
    w[i] = sign * (static_cast<double>(values[i]) - moments.mean) * inverse_deviation;
    z[i] = 1 / (1 + std::exp(-w[i]));
  }
}

template <class Scalar>
void unsquash(const double* of_z, const double* w, const double* z, std::size_t n, double factor, Scalar* result) {
  const auto q = [&](std::size_t i) { return of_z[i] * z[i] * (1 - z[i]); };
  const auto count = static_cast<double>(n);
  const double mean = detail::sum_of(n, q) / count;
  const double slope = detail::sum_of(n, [&](std::size_t i) { return q(i) * w[i]; }) / count;
  for (std::size_t i = 0; i < n; ++i) {
    result[i] = static_cast<Scalar>((q(i) - mean - w[i] * slope) * factor);
  }
}

void check_options(Operand values, const SinkhornOptions& options) {
  detail::require_cpu(name, values);
  detail::check_relaxation(name, values, options.temperature);
  if (!(options.tolerance > 0)) {
    detail::fail<NumericError>(values.where(), name, "tolerance is {}; it must be positive", options.tolerance);
  }
}

void check_converged(Operand values, const SinkhornOptions& options, std::int64_t list,
                     const Transport::Outcome& outcome) {
  if (!(outcome.error <= options.tolerance)) {
    detail::fail<NumericError>(values.where(), name,
                               "list {} of {} has not converged: after {} iterations a row or column sums to 1 only "
                               "within {:.3g}, and the tolerance is {:.3g}; raise max_iterations, the tolerance or the "
                               "temperature, which is {:.3g}",
                               list, detail::describe(values), outcome.iterations, outcome.error, options.tolerance,
                               options.temperature);
  }
}

}  // namespace

SinkhornDiagnostics sinkhorn_diagnostics() { return last_diagnostics; }

Tensor sinkhorn_sort(Operand values, const SinkhornOptions& options) {
  const Lists lists = Lists::rows(name, values);
  check_options(values, options);
  Tensor matrix = detail::make_tensor_like(values, detail::matrix_shape(name, values));
  const int sign = options.direction == Direction::ascending ? 1 : -1;
  const RelaxationOptions unit = {options.temperature, options.direction, options.temperature_unit};
  const auto n = static_cast<std::size_t>(lists.longest());
  const Squashed kept(values, lists.count());
  SinkhornDiagnostics diagnostics;
  Transport transport(lists.count() == 0 ? 0 : n);
  const auto keys = detail::key_memory<double>(n);
  const Array<double> sorted(n);
  const Array<std::uint32_t> order(n);
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    for (std::int64_t list = 0; list < lists.count(); ++list) {
      const auto begin = static_cast<std::size_t>(lists.begin(list));
      const auto at = static_cast<std::size_t>(list);
      double* z = kept.z.data() + begin;
      squash(detail::data<Scalar>(values) + begin, n, sign, kept.w.data() + begin, z, kept.inverse_deviation[at]);
      kept.inverse_temperature[at] = detail::inverse_temperature(z, lists.size(list), unit, 2);
      detail::sort_decreasing(z, n, -1, keys.data(), sorted.data(), order.data());
      const Transport::Outcome outcome =
          transport.solve(z, order.data(), kept.inverse_temperature[at], options.tolerance, options.max_iterations,
                          kept.h.data() + begin);
      diagnostics.iterations = std::max(diagnostics.iterations, outcome.iterations);
      diagnostics.error = std::max(diagnostics.error, outcome.error);
      last_diagnostics = diagnostics;
      check_converged(values, options, list, outcome);
      std::transform(transport.matrix(), transport.matrix() + n * n, detail::data<Scalar>(matrix) + begin * n,
                     [](double entry) { return static_cast<Scalar>(entry); });
    }
  });
  if (Recorder recorder{sinkhorn_sort_operation, {values}}) {
    const Shape shape = values->shape();
    recorder.record(matrix, [kept, lists, shape, n, sign, where = values.where()](BackwardPass& pass) {
      Tensor result = detail::make_tensor_like(pass.gradient(), shape);
      Transport again(lists.count() == 0 ? 0 : n);
      const Array<double> of_z(n);
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        for (std::int64_t list = 0; list < lists.count(); ++list) {
          const auto begin = static_cast<std::size_t>(lists.begin(list));
          const auto at = static_cast<std::size_t>(list);
          const double* z = kept.z.data() + begin;
          const double inverse = kept.inverse_temperature[at];
          again.fill(z, kept.h.data() + begin, inverse);
          if (!again.backward(inverse, detail::data<Scalar>(pass.gradient()) + begin * n, of_z.data())) {
            detail::fail<NumericError>(where, name,
                                       "the gradient of list {} could not be solved for; raise the temperature", list);
          }
          unsquash(of_z.data(), kept.w.data() + begin, z, n, sign * kept.inverse_deviation[at],
                   detail::data<Scalar>(result) + begin);
        }
      });
      pass.add(0, std::move(result));
    });
  }
  return matrix;
}

}  // namespace ranktape
