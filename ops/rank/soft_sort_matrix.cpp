// SoftSort. With s the sorted values, t the temperature and p the power,
//   P_ij = softmax over j of -|s_i - x_j|^p / t.
// With d_ij = P_ij (g_ij - sum_l g_il P_il) and e_ij = d_ij p |s_i - x_j|^(p - 1) sign(s_i - x_j) / t,
//   dL/dx_j = sum_i e_ij,  dL/ds_i = -sum_j e_ij, which goes back to the value that s_i is.

#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/soft_sort_matrix.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;

constexpr const char* name = "soft_sort_matrix";

const Operation soft_sort_matrix_operation(name, [](Random& random) -> std::vector<OperationExample> {
  std::vector<OperationExample> examples;
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const double temperature : {0.3, 1.0, 10.0}) {
      for (const int power : {1, 2}) {
        const SoftSortMatrixOptions options = {temperature, direction, StrengthUnit::absolute, power};
        examples.push_back({{Tensor::randn(Shape{2, 5}, random, {.dtype = DType::float64})},
                            [options](std::span<const Tensor> x) { return soft_sort_matrix(x[0], options); }});
      }
    }
  }
  return examples;
});

template <class Scalar>
struct SoftSortList {
  std::uint32_t n;
  int power;
  double inverse;
  const Scalar* values;
  const std::uint32_t* order;

  void fill(double* row, Scalar* matrix) const {
    for (std::uint32_t i = 0; i < n; ++i, matrix += n) {
      const auto anchor = static_cast<double>(values[order[i]]);
      double sum = 0;
      for (std::uint32_t j = 0; j < n; ++j) {
        const double distance = std::abs(anchor - static_cast<double>(values[j]));
        row[j] = std::exp(-(power == 1 ? distance : distance * distance) * inverse);  // 1 at the anchor: no shift
        sum += row[j];
      }
      for (std::uint32_t j = 0; j < n; ++j) {
        matrix[j] = static_cast<Scalar>(row[j] / sum);
      }
    }
  }

  /// `sums` must be zero.
  void backward(const Scalar* matrix, const Scalar* g, double* sums, Scalar* result) const {
    for (std::uint32_t i = 0; i < n; ++i, matrix += n, g += n) {
      double mean = 0;
      for (std::uint32_t j = 0; j < n; ++j) {
        mean += static_cast<double>(matrix[j]) * static_cast<double>(g[j]);
      }
      const auto anchor = static_cast<double>(values[order[i]]);
      double of_anchor = 0;
      for (std::uint32_t j = 0; j < n; ++j) {
        const double difference = anchor - static_cast<double>(values[j]);
        const double slope = power == 2 ? 2 * difference : static_cast<double>((difference > 0) - (difference < 0));
        const double part = static_cast<double>(matrix[j]) * (static_cast<double>(g[j]) - mean) * slope;
        sums[j] += part;
        of_anchor += part;
      }
      sums[order[i]] -= of_anchor;
    }
    std::transform(sums, sums + n, result, [&](double sum) { return static_cast<Scalar>(sum * inverse); });
  }
};

}  // namespace

Tensor soft_sort_matrix(Operand values, const SoftSortMatrixOptions& options) {
  const Lists lists = Lists::rows(name, values);
  detail::require_cpu(name, values);
  detail::check_relaxation(name, values, options.temperature);
  if (options.power != 1 && options.power != 2) {
    detail::fail<NumericError>(values.where(), name, "power is {}; it must be 1 or 2", options.power);
  }
  Tensor matrix = detail::make_tensor_like(values, detail::matrix_shape(name, values));
  const int sign = options.direction == Direction::ascending ? -1 : 1;
  const RelaxationOptions unit = {options.temperature, options.direction, options.temperature_unit};
  const int power = options.power;
  const auto n = static_cast<std::uint32_t>(lists.longest());
  const Array<std::uint32_t> order(static_cast<std::size_t>(values->size()));
  const Array<double> inverse(static_cast<std::size_t>(lists.count()));
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    const auto keys = detail::key_memory<Scalar>(n);
    const Array<double> row(n);
    for (std::int64_t index = 0; index < lists.count(); ++index) {
      const std::int64_t begin = lists.begin(index);
      const Scalar* x = detail::data<Scalar>(values) + begin;
      const double own = detail::inverse_temperature(x, n, unit, power);
      inverse[static_cast<std::size_t>(index)] = own;
      detail::sort_decreasing(x, n, sign, keys.data(), row.data(), order.data() + begin);
      const SoftSortList<Scalar> list = {n, power, own, x, order.data() + begin};
      list.fill(row.data(), detail::data<Scalar>(matrix) + begin * n);
    }
  });
  if (Recorder recorder{soft_sort_matrix_operation, {values}}) {
    recorder.record(matrix, [lists, order, inverse, n, power, x = Saved(values),
                             p = Saved(matrix)](BackwardPass& pass) {
      Tensor result = detail::make_tensor_like(x.tensor());
      const Array<double> sums(n);
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        for (std::int64_t index = 0; index < lists.count(); ++index) {
          const std::int64_t begin = lists.begin(index);
          std::fill_n(sums.data(), n, 0.0);
          const SoftSortList<Scalar> list = {n, power, inverse[static_cast<std::size_t>(index)],
                                             detail::data<Scalar>(x.tensor()) + begin, order.data() + begin};
          list.backward(detail::data<Scalar>(p.tensor()) + begin * n, detail::data<Scalar>(pass.gradient()) + begin * n,
                        sums.data(), detail::data<Scalar>(result) + begin);
        }
      });
      pass.add(0, std::move(result));
    });
  }
  return matrix;
}

}  // namespace ranktape
