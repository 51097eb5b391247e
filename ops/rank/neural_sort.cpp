// NeuralSort. With c_i = 2 i + 1 - n (times -1 for descending order), A_j = sum_k |x_j - x_k| and t the temperature,
//   P_ij = softmax over j of (c_i x_j - A_j) / t.
// With d_ij = P_ij (g_ij - sum_l g_il P_il) and a_j = -sum_i d_ij,
//   dL/dx_j = (sum_i c_i d_ij + sum_k sign(x_j - x_k) (a_j + a_k)) / t,
// where the last sum, like A, is one pass over the sorted values.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/neural_sort.hpp>
#include <ranktape/ops/rank/neural_sort_kernels.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;
namespace kernels = detail::kernels;

constexpr const char* name = "neural_sort";

const Operation neural_sort_operation(name,
                                      [](Random& random) { return detail::relaxation_examples(random, neural_sort); });

/// One list sorted: x_(order[i]) = -sorted[i] rises.
struct NeuralList {
  std::uint32_t n;
  int sign;
  double inverse;
  const double* sorted;
  const std::uint32_t* order;

  [[nodiscard]] double coefficient(std::uint32_t row) const { return detail::neural_sort_coefficient(sign, row, n); }

  /// The A of every value, in the list's order, and the values measured from their median: what is the same for all j
  /// drops out of the softmax.
  void measure(double* distances, double* centred) const {
    double below = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      below += i == 0 ? 0.0 : i * (sorted[i - 1] - sorted[i]);
      distances[order[i]] = below;
      centred[order[i]] = sorted[n / 2] - sorted[i];
    }
    double above = 0;
    for (std::uint32_t i = n; i-- > 1;) {
      above += (n - i) * (sorted[i - 1] - sorted[i]);
      distances[order[i - 1]] += above;
    }
  }

  template <class Scalar>
  void fill(const double* distances, const double* centred, double* row, Scalar* matrix) const {
    for (std::uint32_t i = 0; i < n; ++i, matrix += n) {
      const double c = coefficient(i);
      double greatest = -INFINITY;
      for (std::uint32_t j = 0; j < n; ++j) {
        row[j] = c * centred[j] - distances[j];
        greatest = std::max(greatest, row[j]);
      }
      double sum = 0;
      for (std::uint32_t j = 0; j < n; ++j) {
        row[j] = std::exp((row[j] - greatest) * inverse);
        sum += row[j];
      }
      for (std::uint32_t j = 0; j < n; ++j) {
        matrix[j] = static_cast<Scalar>(row[j] / sum);
      }
    }
  }

  /// `direct` and `of_distances` must be zero.
  template <class Scalar>
  void backward(const Scalar* matrix, const Scalar* g, double* direct, double* of_distances, Scalar* result) const {
    for (std::uint32_t i = 0; i < n; ++i, matrix += n, g += n) {
      double mean = 0;
      for (std::uint32_t j = 0; j < n; ++j) {
        mean += static_cast<double>(matrix[j]) * static_cast<double>(g[j]);
      }
      for (std::uint32_t j = 0; j < n; ++j) {
        const double d = static_cast<double>(matrix[j]) * (static_cast<double>(g[j]) - mean);
        direct[j] += coefficient(i) * d;
        of_distances[j] -= d;
      }
    }
    double below = 0;  // sum of a over the values strictly below
    double total = 0;
    for (std::uint32_t j = 0; j < n; ++j) {
      total += of_distances[j];
    }
    std::uint32_t first = 0;
    while (first < n) {
      double tied = 0;
      std::uint32_t last = first;
      for (; last < n && sorted[last] == sorted[first]; ++last) {
        tied += of_distances[order[last]];
      }
      const double above = total - below - tied;
      const double balance = static_cast<double>(first) - static_cast<double>(n - last);
      for (std::uint32_t i = first; i < last; ++i) {
        const std::uint32_t j = order[i];
        result[j] = static_cast<Scalar>((direct[j] + balance * of_distances[j] + below - above) * inverse);
      }
      below += tied;
      first = last;
    }
  }
};

/// What is kept of all lists, on their device.
struct Kept {
  std::uint32_t n;
  std::int64_t count;
  int sign;
  Array<double> sorted;
  Array<std::uint32_t> order;
  Array<double> inverse;

  [[nodiscard]] NeuralList list(std::int64_t index) const {
    const std::int64_t begin = index * n;
    return {n, sign, inverse[static_cast<std::size_t>(index)], sorted.data() + begin, order.data() + begin};
  }
};

template <class Scalar>
void fill_lists(const Kept& kept, const Tensor& values, const Tensor& matrix) {
  const std::uint32_t n = kept.n;
  const auto keys = detail::key_memory<Scalar>(n);
  const Array<double> distances(n);
  const Array<double> centred(n);
  const Array<double> row(n);
  for (std::int64_t index = 0; index < kept.count; ++index) {
    const std::int64_t begin = index * n;
    detail::sort_decreasing(detail::data<Scalar>(values) + begin, n, -1, keys.data(), kept.sorted.data() + begin,
                            kept.order.data() + begin);
    const NeuralList list = kept.list(index);
    list.measure(distances.data(), centred.data());
    list.fill(distances.data(), centred.data(), row.data(), detail::data<Scalar>(matrix) + begin * n);
  }
}

template <class Scalar>
void fill_on_accelerator(const Kept& kept, const Tensor& matrix) {
  const std::int64_t n = kept.n;
  const std::int64_t documents = kept.count * n;
  const Array<double> distances(kept.sorted.size(), Device::accelerator);
  const Array<double> centred(kept.sorted.size(), Device::accelerator);
  const Array<double> greatest(kept.sorted.size(), Device::accelerator);
  const Array<double> sums(kept.sorted.size(), Device::accelerator);
  detail::launch(documents, kernels::NeuralSortMeasure<double>{kept.sorted.data(), kept.order.data(), n,
                                                               distances.data(), centred.data()});
  const kernels::NeuralSortLogits logits = {distances.data(), centred.data(), n, kept.sign};
  const kernels::SoftmaxOfRow<kernels::NeuralSortLogits> rows = {logits, kept.inverse.data(), n, greatest.data(),
                                                                 sums.data()};
  detail::launch(documents, rows);
  detail::launch(documents * n,
                 kernels::SoftmaxElement<Scalar, kernels::NeuralSortLogits>{rows, detail::data<Scalar>(matrix)});
}

template <class Scalar>
void backward_lists(const Kept& kept, const Tensor& matrix, const Tensor& gradient, const Tensor& result) {
  const std::uint32_t n = kept.n;
  const Array<double> direct(n);
  const Array<double> of_distances(n);
  for (std::int64_t index = 0; index < kept.count; ++index) {
    const std::int64_t begin = index * n;
    std::fill_n(direct.data(), n, 0.0);
    std::fill_n(of_distances.data(), n, 0.0);
    kept.list(index).backward(detail::data<Scalar>(matrix) + begin * n, detail::data<Scalar>(gradient) + begin * n,
                              direct.data(), of_distances.data(), detail::data<Scalar>(result) + begin);
  }
}

template <class Scalar>
void backward_on_accelerator(const Kept& kept, const Tensor& matrix, const Tensor& gradient, const Tensor& result) {
  const std::int64_t n = kept.n;
  const std::int64_t documents = kept.count * n;
  const Array<double> means(kept.sorted.size(), Device::accelerator);
  const Array<double> direct(kept.sorted.size(), Device::accelerator);
  const Array<double> of_distances(kept.sorted.size(), Device::accelerator);
  const kernels::SoftmaxGradient<Scalar> softmax = {detail::data<Scalar>(matrix), detail::data<Scalar>(gradient), n};
  detail::launch(documents, kernels::MeanOfRow<Scalar>{softmax, means.data()});
  detail::launch(documents, kernels::NeuralSortColumn<Scalar>{softmax, means.data(), kept.sign, direct.data(),
                                                              of_distances.data()});
  detail::launch(documents,
                 kernels::NeuralSortGradient<Scalar>{kept.sorted.data(), kept.order.data(), kept.inverse.data(), n,
                                                     direct.data(), of_distances.data(), detail::data<Scalar>(result)});
}

Kept keep(const Tensor& values, const Lists& lists, const RelaxationOptions& options) {
  const int sign = options.direction == Direction::ascending ? 1 : -1;
  const auto n = static_cast<std::uint32_t>(lists.longest());
  Array<double> inverse = detail::inverse_temperatures(values, lists, options);
  if (values.device() == Device::accelerator) {
    detail::DeviceOrder found = detail::sort_on_accelerator(values, lists, -1);
    return {n, lists.count(), sign, std::move(found.sorted), std::move(found.order), std::move(inverse)};
  }
  const auto documents = static_cast<std::size_t>(values.size());
  return {n, lists.count(), sign, Array<double>(documents), Array<std::uint32_t>(documents), std::move(inverse)};
}

}  // namespace

Tensor neural_sort(Operand values, const RelaxationOptions& options) {
  const Lists lists = Lists::rows(name, values);
  detail::check_relaxation(name, values, options.temperature);
  Tensor matrix = detail::make_tensor_like(values, detail::matrix_shape(name, values));
  const Kept kept = keep(values, lists, options);
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    if (matrix.device() == Device::accelerator) {
      fill_on_accelerator<Scalar>(kept, matrix);
    } else {
      fill_lists<Scalar>(kept, values, matrix);
    }
  });
  if (Recorder recorder{neural_sort_operation, {values}}) {
    const Shape shape = values->shape();
    recorder.record(
        matrix,
        [kept, shape, saved = Saved(matrix)](BackwardPass& pass) {
          Tensor result = detail::make_tensor_like(pass.gradient(), shape);
          detail::dispatch(result.dtype(), [&]<class Scalar>() {
            if (result.device() == Device::accelerator) {
              backward_on_accelerator<Scalar>(kept, saved.tensor(), pass.gradient(), result);
            } else {
              backward_lists<Scalar>(kept, saved.tensor(), pass.gradient(), result);
            }
          });
          pass.add(0, std::move(result));
        },
        [options](RecordDetails& details) { describe(details, options); });
  }
  return matrix;
}

}  // namespace ranktape
