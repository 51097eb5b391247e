// LapSum soft permutation (ranktape/ops/rank/laplace.hpp has the notation). With L(b_j) = j for j = 1 to n - 1,
// b_0 = -inf and b_n = inf,
//   P_ji = F((b_(j+1) - u_i) / t) - F((b_j - u_i) / t),
// whose rows sum to L(b_(j+1)) - L(b_j) = 1 and whose columns telescope to 1. With h_j the gradient of row j - 1 less
// that of row j, and f and q the density and the softmax of -|b_j - u_i| / t,
//   dL/du_i = sum_j (q_ji sum_l(h_jl f_jl) - h_ji f_ji).

#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/matrices.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::Lists;

constexpr const char* name = "lapsum_permutation";

const Operation lapsum_permutation_operation(name, [](Random& random) {
  return detail::relaxation_examples(random, lapsum_permutation);
});

/// F((b - u) / t) and 1 - F((b - u) / t), each to its last digit.
struct Share {
  double below = 0;
  double above = 1;
};

Share share(const Crossing& crossing, const LaplaceList& list, std::uint32_t i) {
  const Crossing::Distance away = crossing.distance(list, i);
  const double half = std::exp(-away.beyond - away.nearest) / 2;
  return i < crossing.interval ? Share{1 - half, half} : Share{half, 1 - half};
}

template <class Scalar>
void fill_matrix(const LaplaceList& list, const Crossing* crossings, Scalar* to) {
  std::vector<Share, detail::PoolAllocator<Share>> last(list.n);
  for (std::uint32_t j = 0; j < list.n; ++j) {
    Scalar* row = to + std::size_t{j} * list.n;
    for (std::uint32_t i = 0; i < list.n; ++i) {
      const Share next = j + 1 < list.n ? share(crossings[j + 1], list, i) : Share{1, 0};
      // The difference of the smaller two of the four shares, which are exact.
      const double difference = last[i].below < 0.5 ? next.below - last[i].below : last[i].above - next.above;
      row[list.order[i]] = static_cast<Scalar>(difference);
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
    // q_ji, and f_ji = total / (2 t) q_ji
    const auto weight = [&](std::uint32_t i) {
      const Crossing::Distance away = crossing.distance(list, i);
      return away.weight * std::exp(-away.beyond);
    };
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

}  // namespace

Tensor lapsum_permutation(Operand values, const RelaxationOptions& options) {
  const Lists lists = Lists::rows(name, values);
  detail::require_cpu(name, values);
  detail::check_relaxation(name, values, options.temperature);
  const Shape shape = detail::matrix_shape(name, values);
  const LaplaceLists sorted(values, lists, options,
                            detail::PerList(name, "temperature", detail::number(1), values, lists));
  Tensor matrix = detail::make_tensor_like(values, shape);
  const auto n = static_cast<std::size_t>(lists.longest());
  const Array<Crossing> crossings(static_cast<std::size_t>(values->size()));
  const Array<double> in_order(static_cast<std::size_t>(values->size()));
  LaplaceSums sums(lists.longest());
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    sorted.for_each_sorted(detail::data<Scalar>(values), [&](std::int64_t index, const LaplaceList& list) {
      const auto begin = static_cast<std::size_t>(lists.begin(index));
      sums.fill(list);
      std::uint32_t interval = 0;
      for (std::uint32_t j = 1; j < list.n; ++j) {
        crossings[begin + j] = sums.solve(list, j, 0, interval);
        interval = crossings[begin + j].interval;
      }
      std::copy_n(list.sorted, list.n, in_order.data() + begin);
      fill_matrix(list, crossings.data() + begin, detail::data<Scalar>(matrix) + begin * n);
    });
  });
  if (Recorder recorder{lapsum_permutation_operation, {values}}) {
    const Shape whole = values->shape();
    recorder.record(matrix, [sorted, crossings, in_order, whole, n](BackwardPass& pass) {
      Tensor result = detail::make_tensor_like(pass.gradient(), whole);
      const Array<double> work(n);
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        for (std::int64_t index = 0; index < sorted.lists.count(); ++index) {
          const auto begin = static_cast<std::size_t>(sorted.lists.begin(index));
          backward_list(sorted.list(index, in_order.data() + begin), crossings.data() + begin, work.data(),
                        detail::data<Scalar>(pass.gradient()) + begin * n, detail::data<Scalar>(result) + begin);
        }
      });
      pass.add(0, std::move(result));
    });
  }
  return matrix;
}

}  // namespace ranktape
