// Differentiable sorting networks. Every comparator mixes the values a, b on two wires and the two rows of the matrix
// that say where they came from:
//   a' = f a + (1 - f) b,  b' = (1 - f) a + f b,  f = f((b - a) / t).
// Values first, by which all f are known; then the matrix, a few columns at a time, for they do not depend on each
// other. Backward goes through the comparators from the last to the first: with G the gradient of the rows,
//   dL/df = sum over columns of (G_a' - G_b') (a - b),
// then with dL/df known for each, once more for the values: dL/df also has a part of theirs, and
//   dL/db - dL/da has f'((b - a) / t) / t dL/df.

#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/comparators.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/network_device.hpp>
#include <ranktape/ops/rank/network_kernels.hpp>
#include <ranktape/ops/rank/network_layout.hpp>
#include <ranktape/ops/rank/sorting_network.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <algorithm>

namespace ranktape {
namespace {

using detail::Array;
using detail::DeviceNetwork;
using detail::Lists;
using detail::Mixture;
using detail::NetworkLayout;

constexpr const char* name = "sorting_network";
constexpr std::size_t width = 8;  // columns at a time

const Operation sorting_network_operation(name, [](Random& random) -> std::vector<OperationExample> {
  std::vector<OperationExample> examples;
  const auto add = [&](const Shape& shape, const SortingNetworkOptions& options) {
    examples.push_back({{Tensor::randn(shape, random, {.dtype = DType::float64})},
                        [options](std::span<const Tensor> x) { return sorting_network(x[0], options); }});
  };
  for (const SortingNetwork network : {SortingNetwork::bitonic, SortingNetwork::odd_even}) {
    for (const Comparator comparator : {Comparator::logistic, Comparator::logistic_phi, Comparator::gaussian,
                                        Comparator::reciprocal, Comparator::cauchy, Comparator::optimal}) {
      add(Shape{2, 5}, {.temperature = 0.5, .network = network, .comparator = comparator});
    }
    add(Shape{11}, {.direction = Direction::descending, .network = network});
  }
  return examples;
});

/// One list on its way through the network.
struct NetworkRun {
  NetworkRun(const SortingNetworkOptions& options, std::uint32_t n)
      : layout(options.network, n),
        comparator(options.comparator),
        sign(options.direction == Direction::ascending ? 1 : -1),
        wires(n),
        mixtures(layout.steps.size()),
        differences(layout.steps.size()),
        block(n * width) {}

  NetworkLayout layout;
  Comparator comparator;
  int sign;
  Array<double> wires;
  Array<Mixture> mixtures;
  Array<double> differences;  // b - a at each comparator
  Array<double> block;        // columns of the matrix, or of its gradient: [wires, width]

  template <class Scalar>
  void sort(const Scalar* values, double inverse) const {
    for (std::size_t i = 0; i < wires.size(); ++i) {
      wires[layout.start[i]] = sign * static_cast<double>(values[i]);
    }
    for (std::size_t s = 0; s < mixtures.size(); ++s) {
      double& a = wires[layout.steps[s].first];
      double& b = wires[layout.steps[s].second];
      differences[s] = b - a;
      mixtures[s] = detail::mix(comparator, b - a, inverse);
      const double moved = mixtures[s].swap * (b - a);
      a += moved;
      b -= moved;
    }
  }

  /// Takes columns [first, first + columns) through all comparators; calls before(s, a, b) with the rows they meet.
  template <class Before>
  void mix_columns(std::size_t first, std::size_t columns, Before&& before) const {
    std::fill_n(block.data(), block.size(), 0.0);
    for (std::size_t column = 0; column < columns; ++column) {
      block[layout.start[first + column] * width + column] = 1;
    }
    for (std::size_t s = 0; s < mixtures.size(); ++s) {
      double* a = block.data() + layout.steps[s].first * width;
      double* b = block.data() + layout.steps[s].second * width;
      before(s, a, b);
      const Mixture& m = mixtures[s];
      for (std::size_t column = 0; column < width; ++column) {
        detail::mix_rows(m, a[column], b[column]);
      }
    }
  }

  template <class Scalar>
  void fill(Scalar* matrix) const {
    const std::size_t n = wires.size();
    for (std::size_t first = 0; first < n; first += width) {
      const std::size_t columns = std::min(width, n - first);
      mix_columns(first, columns, [](std::size_t, const double*, const double*) {});
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t column = 0; column < columns; ++column) {
          matrix[i * n + first + column] = static_cast<Scalar>(block[i * width + column]);
        }
      }
    }
  }

  /// dL/df of each comparator from the gradient of the matrix. `steps` has room for `width` numbers per comparator.
  template <class Scalar>
  void backward_matrix(const Scalar* g, const Array<double>& steps, const Array<double>& of_mixtures) const {
    const std::size_t n = wires.size();
    std::fill_n(of_mixtures.data(), of_mixtures.size(), 0.0);
    for (std::size_t first = 0; first < n; first += width) {
      const std::size_t columns = std::min(width, n - first);
      mix_columns(first, columns, [&](std::size_t s, const double* a, const double* b) {
        for (std::size_t column = 0; column < width; ++column) {
          steps[s * width + column] = a[column] - b[column];
        }
      });
      std::fill_n(block.data(), block.size(), 0.0);
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t column = 0; column < columns; ++column) {
          block[i * width + column] = static_cast<double>(g[i * n + first + column]);
        }
      }
      for (std::size_t s = mixtures.size(); s-- > 0;) {
        double* a = block.data() + layout.steps[s].first * width;
        double* b = block.data() + layout.steps[s].second * width;
        const Mixture& m = mixtures[s];
        double sum = 0;
        for (std::size_t column = 0; column < width; ++column) {
          sum += (a[column] - b[column]) * steps[s * width + column];
          detail::mix_rows(m, a[column], b[column]);
        }
        of_mixtures[s] += sum;
      }
    }
  }

  template <class Scalar>
  void backward_values(const Array<double>& of_mixtures, Scalar* result) const {
    std::fill_n(wires.data(), wires.size(), 0.0);  // from here on their gradients: the sorted values are not returned
    for (std::size_t s = mixtures.size(); s-- > 0;) {
      detail::mix_value_gradients(mixtures[s], of_mixtures[s], differences[s], wires[layout.steps[s].first],
                                  wires[layout.steps[s].second]);
    }
    for (std::size_t i = 0; i < wires.size(); ++i) {
      result[i] = static_cast<Scalar>(sign * wires[layout.start[i]]);
    }
  }
};

RelaxationOptions unit_of(const SortingNetworkOptions& options) {
  return {options.temperature, options.direction, options.temperature_unit};
}

void fill_lists(const Tensor& values, const Lists& lists, const SortingNetworkOptions& options, const Tensor& matrix) {
  const std::int64_t n = lists.longest();
  const NetworkRun run(options, static_cast<std::uint32_t>(n));
  detail::dispatch(values.dtype(), [&]<class Scalar>() {
    for (std::int64_t list = 0; list < lists.count(); ++list) {
      const Scalar* x = detail::data<Scalar>(values) + lists.begin(list);
      run.sort(x, detail::inverse_temperature(x, n, unit_of(options)));
      run.fill(detail::data<Scalar>(matrix) + lists.begin(list) * n);
    }
  });
}

void backward_lists(const Tensor& values, const Lists& lists, const SortingNetworkOptions& options,
                    const Tensor& gradient, const Tensor& result) {
  const std::int64_t n = lists.longest();
  const NetworkRun again(options, static_cast<std::uint32_t>(n));
  const Array<double> of_mixtures(again.mixtures.size());
  const Array<double> steps(of_mixtures.size() * width);
  detail::dispatch(values.dtype(), [&]<class Scalar>() {
    for (std::int64_t list = 0; list < lists.count(); ++list) {
      const Scalar* x = detail::data<Scalar>(values) + lists.begin(list);
      again.sort(x, detail::inverse_temperature(x, n, unit_of(options)));
      again.backward_matrix(detail::data<Scalar>(gradient) + lists.begin(list) * n, steps, of_mixtures);
      again.backward_values(of_mixtures, detail::data<Scalar>(result) + lists.begin(list));
    }
  });
}

DeviceNetwork sorted_on_accelerator(const Tensor& values, const Lists& lists, const SortingNetworkOptions& options) {
  DeviceNetwork network(options, lists.count(), lists.longest(),
                        detail::inverse_temperatures(values, lists, unit_of(options)));
  network.sort(values);
  return network;
}

}  // namespace

Tensor sorting_network(Operand values, const SortingNetworkOptions& options) {
  const Lists lists = Lists::rows(name, values);
  detail::check_relaxation(name, values, options.temperature);
  Tensor matrix = detail::make_tensor_like(values, detail::matrix_shape(name, values));
  if (matrix.device() == Device::accelerator) {
    if (matrix.size() > 0) {
      sorted_on_accelerator(values, lists, options).fill(matrix);
    }
  } else {
    fill_lists(values, lists, options, matrix);
  }
  if (Recorder recorder{sorting_network_operation, {values}}) {
    recorder.record(
        matrix,
        [lists, options, saved = Saved(values)](BackwardPass& pass) {
          const Tensor& x = saved.tensor();
          Tensor result = detail::make_tensor_like(x);
          if (result.device() == Device::cpu) {
            backward_lists(x, lists, options, pass.gradient(), result);
          } else if (result.size() > 0) {
            sorted_on_accelerator(x, lists, options).backward(pass.gradient(), result);
          }
          pass.add(0, std::move(result));
        },
        [options](RecordDetails& details) {
          describe(details, RelaxationOptions{options.temperature, options.direction, options.temperature_unit});
          details.add("network", options.network);
          details.add("comparator", options.comparator);
        });
  }
  return matrix;
}

}  // namespace ranktape
