// SoftSort. With s the sorted values, t the temperature and p the power,
//   P_ij = softmax over j of -|s_i - x_j|^p / t.
// With d_ij = P_ij (g_ij - sum_l g_il P_il) and e_ij = d_ij p |s_i - x_j|^(p - 1) sign(s_i - x_j) / t,
//   dL/dx_j = sum_i e_ij,  dL/ds_i = -sum_j e_ij, which goes back to the value that s_i is.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/soft_sort_matrix.hpp>
#include <ranktape/ops/rank/soft_sort_matrix_kernels.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;
namespace kernels = detail::kernels;

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
        row[j] = std::exp(-detail::soft_sort_cost(power, distance) * inverse);  // 1 at the anchor: no shift
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
        const double part = static_cast<double>(matrix[j]) * (static_cast<double>(g[j]) - mean) *
                            detail::soft_sort_slope(power, difference);
        sums[j] += part;
        of_anchor += part;
      }
      sums[order[i]] -= of_anchor;
    }
    std::transform(sums, sums + n, result, [&](double sum) { return static_cast<Scalar>(sum * inverse); });
  }
};

/// What is kept of all lists, on their device.
struct Kept {
  std::uint32_t n;
  std::int64_t count;
  int power;
  Array<std::uint32_t> order;
  Array<double> inverse;

  template <class Scalar>
  [[nodiscard]] SoftSortList<Scalar> list(const Tensor& values, std::int64_t index) const {
    const std::int64_t begin = index * n;
    return {n, power, inverse[static_cast<std::size_t>(index)], detail::data<Scalar>(values) + begin,
            order.data() + begin};
  }
};

template <class Scalar>
void fill_lists(const Kept& kept, int sign, const Tensor& values, const Tensor& matrix) {
  const auto keys = detail::key_memory<Scalar>(kept.n);
  const Array<double> row(kept.n);
  for (std::int64_t index = 0; index < kept.count; ++index) {
    const std::int64_t begin = index * kept.n;
    detail::sort_decreasing(detail::data<Scalar>(values) + begin, kept.n, sign, keys.data(), row.data(),
                            kept.order.data() + begin);
    kept.list<Scalar>(values, index).fill(row.data(), detail::data<Scalar>(matrix) + begin * kept.n);
  }
}

template <class Scalar>
void fill_on_accelerator(const Kept& kept, const Tensor& values, const Tensor& matrix) {
  using Logits = kernels::SoftSortLogits<Scalar>;
  const std::int64_t n = kept.n;
  const Array<double> greatest(kept.order.size(), Device::accelerator);
  const Array<double> sums(kept.order.size(), Device::accelerator);
  const Logits logits = {detail::data<Scalar>(values), kept.order.data(), n, kept.power};
  const kernels::SoftmaxOfRow<Logits> rows = {logits, kept.inverse.data(), n, greatest.data(), sums.data()};
  detail::launch(kept.count * n, rows);
  detail::launch(matrix.size(), kernels::SoftmaxElement<Scalar, Logits>{rows, detail::data<Scalar>(matrix)});
}

template <class Scalar>
void backward_lists(const Kept& kept, const Tensor& values, const Tensor& matrix, const Tensor& gradient,
                    const Tensor& result) {
  const Array<double> sums(kept.n);
  for (std::int64_t index = 0; index < kept.count; ++index) {
    const std::int64_t begin = index * kept.n;
    std::fill_n(sums.data(), kept.n, 0.0);
    kept.list<Scalar>(values, index)
        .backward(detail::data<Scalar>(matrix) + begin * kept.n, detail::data<Scalar>(gradient) + begin * kept.n,
                  sums.data(), detail::data<Scalar>(result) + begin);
  }
}

template <class Scalar>
void backward_on_accelerator(const Kept& kept, const Tensor& values, const Tensor& matrix, const Tensor& gradient,
                             const Tensor& result) {
  const std::int64_t n = kept.n;
  const Array<double> means(kept.order.size(), Device::accelerator);
  const Array<double> of_anchors(kept.order.size(), Device::accelerator);
  const kernels::SoftSortLogits<Scalar> logits = {detail::data<Scalar>(values), kept.order.data(), n, kept.power};
  const kernels::SoftmaxGradient<Scalar> softmax = {detail::data<Scalar>(matrix), detail::data<Scalar>(gradient), n};
  detail::launch(result.size(), kernels::SoftSortRow<Scalar>{logits, softmax, means.data(), of_anchors.data()});
  detail::launch(result.size(), kernels::SoftSortColumn<Scalar>{logits, softmax, kept.inverse.data(), means.data(),
                                                                of_anchors.data(), detail::data<Scalar>(result)});
}

}  // namespace

Tensor soft_sort_matrix(Operand values, const SoftSortMatrixOptions& options) {
  const Lists lists = Lists::rows(name, values);
  detail::check_relaxation(name, values, options.temperature);
  if (options.power != 1 && options.power != 2) {
    detail::fail<NumericError>(values.where(), name, "power is {}; it must be 1 or 2", options.power);
  }
  Tensor matrix = detail::make_tensor_like(values, detail::matrix_shape(name, values));
  const int sign = options.direction == Direction::ascending ? -1 : 1;
  const RelaxationOptions unit = {options.temperature, options.direction, options.temperature_unit};
  const bool on_accelerator = matrix.device() == Device::accelerator;
  const Kept kept = {static_cast<std::uint32_t>(lists.longest()), lists.count(), options.power,
                     on_accelerator ? detail::sort_on_accelerator(values, lists, sign).order
                                    : Array<std::uint32_t>(static_cast<std::size_t>(values->size())),
                     detail::inverse_temperatures(values, lists, unit, nullptr, options.power)};
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    if (on_accelerator) {
      fill_on_accelerator<Scalar>(kept, values, matrix);
    } else {
      fill_lists<Scalar>(kept, sign, values, matrix);
    }
  });
  if (Recorder recorder{soft_sort_matrix_operation, {values}}) {
    recorder.record(
        matrix,
        [kept, x = Saved(values), p = Saved(matrix)](BackwardPass& pass) {
          Tensor result = detail::make_tensor_like(x.tensor());
          detail::dispatch(result.dtype(), [&]<class Scalar>() {
            if (result.device() == Device::accelerator) {
              backward_on_accelerator<Scalar>(kept, x.tensor(), p.tensor(), pass.gradient(), result);
            } else {
              backward_lists<Scalar>(kept, x.tensor(), p.tensor(), pass.gradient(), result);
            }
          });
          pass.add(0, std::move(result));
        },
        [unit, power = options.power](RecordDetails& details) {
          describe(details, unit);
          details.add_unless(SoftSortMatrixOptions{}.power, "power", power);
        });
  }
  return matrix;
}

}  // namespace ranktape
