// LapSum soft permutation (ranktape/ops/rank/laplace.hpp has the notation). With L(b_j) = j for j = 1 to n - 1,
// b_0 = -inf and b_n = inf,
//   P_ji = F((b_(j+1) - u_i) / t) - F((b_j - u_i) / t),
// whose rows sum to L(b_(j+1)) - L(b_j) = 1 and whose columns telescope to 1. With h_j the gradient of row j - 1 less
// that of row j, and f and q the density and the softmax of -|b_j - u_i| / t,
//   dL/du_i = sum_j (q_ji sum_l(h_jl f_jl) - h_ji f_ji).

#include <ranktape/core/backend.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/lapsum_permutation_kernels.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>

#include <algorithm>
#include <vector>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::Lists;
using detail::Share;
namespace kernels = detail::kernels;

constexpr const char* name = "lapsum_permutation";

const Operation lapsum_permutation_operation(name, [](Random& random) {
  return detail::relaxation_examples(random, lapsum_permutation);
});

template <class Scalar>
void fill_matrix(const LaplaceList& list, const Crossing* crossings, Scalar* to) {
  std::vector<Share, detail::PoolAllocator<Share>> last(list.n);
  for (std::uint32_t j = 0; j < list.n; ++j) {
    Scalar* row = to + std::size_t{j} * list.n;
    for (std::uint32_t i = 0; i < list.n; ++i) {
      const Share next = j + 1 < list.n ? detail::share_of(crossings[j + 1], list, i) : Share{1, 0};
      row[list.order[i]] = static_cast<Scalar>(detail::step_of(last[i], next));
      last[i] = next;
    }
  }
}

template <class Scalar>
void backward_list(const LaplaceList& list, const Crossing* crossings, double* sums, const Scalar* g, Scalar* result) {
  std::fill_n(sums, list.n, 0.0);
  for (std::uint32_t j = 1; j < list.n; ++j) {
    const Crossing& crossing = crossings[j];
    const Scalar* upper = g + std::size_t{j - 1} * list.n;
    const Scalar* lower = upper + list.n;
    const auto step = [&](std::uint32_t i) {
      return static_cast<double>(upper[list.order[i]]) - static_cast<double>(lower[list.order[i]]);
    };
    // f_ji = total / (2 t) q_ji
    const auto weight = [&](std::uint32_t i) { return detail::softmax_weight(crossing, list, i); };
    double mean = 0;
    for (std::uint32_t i = 0; i < list.n; ++i) {
      mean += step(i) * weight(i);
    }
    const double density = crossing.total / 2 * list.inverse;
    for (std::uint32_t i = 0; i < list.n; ++i) {
      sums[i] += density * weight(i) * (mean - step(i));
    }
  }
  for (std::uint32_t i = 0; i < list.n; ++i) {
    result[list.order[i]] = static_cast<Scalar>(sums[i] * list.sign);
  }
}

/// Crossings and matrices of all lists.
template <class Scalar>
void permute_on_cpu(LaplaceLists& sorted, const Array<Crossing>& crossings, const Scalar* values, Scalar* matrix) {
  sorted.in_order = Array<double>(crossings.size());
  const auto n = static_cast<std::size_t>(sorted.lists.longest());
  LaplaceSums sums(sorted.lists.longest());
  sorted.for_each_sorted(values, [&](std::int64_t index, const LaplaceList& list) {
    const auto begin = static_cast<std::size_t>(sorted.lists.begin(index));
    sums.fill(list);
    std::uint32_t interval = 0;
    for (std::uint32_t j = 1; j < list.n; ++j) {
      crossings[begin + j] = sums.count().solve(list, j, 0, interval);
      interval = crossings[begin + j].interval;
    }
    std::copy_n(list.sorted, list.n, sorted.in_order.data() + begin);
    fill_matrix(list, crossings.data() + begin, matrix + begin * n);
  });
}

template <class Scalar>
void permute_on_accelerator(const LaplaceLists& sorted, const Array<Crossing>& crossings, Scalar* matrix) {
  const detail::DeviceLaplaceSums sums(sorted);
  const std::int64_t documents = sorted.lists.documents();
  detail::launch(documents, kernels::PermutationCrossing{sorted.places(), sums.counts(), crossings.data()});
  detail::launch(documents * sorted.lists.longest(),
                 kernels::PermutationEntry<Scalar>{sorted.places(), crossings.data(), matrix});
}

template <class Scalar>
void backward_on_cpu(const LaplaceLists& sorted, const Array<Crossing>& crossings, const Scalar* g, Scalar* result) {
  const auto n = static_cast<std::size_t>(sorted.lists.longest());
  const Array<double> work(n);
  for (std::int64_t index = 0; index < sorted.lists.count(); ++index) {
    const auto begin = static_cast<std::size_t>(sorted.lists.begin(index));
    backward_list(sorted.list(index, sorted.in_order.data() + begin), crossings.data() + begin, work.data(),
                  g + begin * n, result + begin);
  }
}

template <class Scalar>
void backward_on_accelerator(const LaplaceLists& sorted, const Array<Crossing>& crossings, const Scalar* g,
                             Scalar* result) {
  const std::int64_t documents = sorted.lists.documents();
  const Array<double> means(crossings.size(), Device::accelerator);
  detail::launch(documents, kernels::PermutationMean<Scalar>{sorted.places(), crossings.data(), g, means.data()});
  detail::launch(documents,
                 kernels::PermutationGradient<Scalar>{sorted.places(), crossings.data(), means.data(), g, result});
}

}  // namespace

Tensor lapsum_permutation(Operand values, const RelaxationOptions& options) {
  const Lists lists = Lists::rows(name, values);
  detail::check_relaxation(name, values, options.temperature);
  const Shape shape = detail::matrix_shape(name, values);
  LaplaceLists sorted(values, lists, options, detail::PerList(name, "temperature", detail::number(1), values, lists));
  Tensor matrix = detail::make_tensor_like(values, shape);
  const Array<Crossing> crossings(static_cast<std::size_t>(values->size()), values->device());
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(matrix);
    if (values->device() == Device::accelerator) {
      permute_on_accelerator(sorted, crossings, to);
    } else {
      permute_on_cpu(sorted, crossings, detail::data<Scalar>(values), to);
    }
  });
  if (Recorder recorder{lapsum_permutation_operation, {values}}) {
    recorder.record(
        matrix,
        [sorted, crossings, whole = values->shape()](BackwardPass& pass) {
          Tensor result = detail::make_tensor_like(pass.gradient(), whole);
          detail::dispatch(result.dtype(), [&]<class Scalar>() {
            const auto& backward =
                result.device() == Device::accelerator ? backward_on_accelerator<Scalar> : backward_on_cpu<Scalar>;
            backward(sorted, crossings, detail::data<Scalar>(pass.gradient()), detail::data<Scalar>(result));
          });
          pass.add(0, std::move(result));
        },
        [options](RecordDetails& details) { describe(details, options); });
  }
  return matrix;
}

}  // namespace ranktape
