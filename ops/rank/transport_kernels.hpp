#pragma once

#include <ranktape/ops/list_view.hpp>
#include <ranktape/ops/rank/transport_passes.hpp>

// Internal: transport and what is around it as kernels. The lists are of length n.
namespace ranktape::detail {

/// The memory of many lists.
struct TransportLists {
  std::int64_t n;
  const double* z;
  const double* inverse;
  double* h;
  TransportState* states;
  double* matrices;
  std::uint32_t* greatest;
  double* vectors;  ///< `vectors_each` of every list

  static constexpr std::int64_t vectors_each = 7;

  constexpr TransportList<double> operator[](std::int64_t list) const {
    const std::int64_t begin = list * n;
    double* own = vectors + begin * vectors_each;
    return {n,   z + begin, inverse[list], h + begin,   states + list, matrices + begin * n, greatest + begin,
            own, own + n,   own + 2 * n,   own + 3 * n, own + 4 * n,   own + 5 * n,          own + 6 * n};
  }
};

}  // namespace ranktape::detail

namespace ranktape::detail::kernels {

/// One call per list.
template <class Number>
struct StartTransport {
  TransportLists lists;
  const std::uint32_t* order;  ///< null: backward
  constexpr void operator()(std::int64_t list) const {
    const TransportList<Number> own = lists[list];
    if (order == nullptr) {
      own.start_backward();
    } else {
      own.start(order + list * lists.n);
    }
  }
};

/// One call per row, then one per column, then one per list: the next pass of every list that is not done.
template <class Scalar>
struct TransportRow {
  TransportLists lists;
  const Scalar* gradients;  ///< of the matrices; backward only

  constexpr void operator()(std::int64_t index) const {
    const std::int64_t at = index / lists.n;
    const std::int64_t i = index % lists.n;
    const TransportList<double> list = lists[at];
    const auto gradient = [&] { return gradients + at * lists.n * lists.n; };
    switch (list.state->stage) {
      case TransportStage::filling: fill_row(list, i); break;
      case TransportStage::diagonal: DiagonalRow<double>::begin(list, i); break;
      case TransportStage::applying: LaplacianRow<double>::begin(list, i); break;
      case TransportStage::gradient:
        measure_row(list, gradient(), i);
        GradientRow<double, Scalar>::begin(list, gradient(), i);
        break;
      case TransportStage::result: GradientRow<double, Scalar>::begin(list, gradient(), i); break;
      case TransportStage::done: break;
    }
  }
};

template <class Scalar>
struct TransportColumn {
  TransportLists lists;
  const Scalar* gradients;
  double* results;

  constexpr void operator()(std::int64_t index) const {
    const std::int64_t at = index / lists.n;
    const std::int64_t j = index % lists.n;
    const TransportList<double> list = lists[at];
    const auto sum = [&](const auto& row) {
      double total = 0;
      for (std::int64_t i = 0; i < list.n; ++i) {
        total += row(i)(j);
      }
      return total;
    };
    using Gradient = GradientRow<double, Scalar>;
    const auto gradient = [&] { return gradients + at * lists.n * lists.n; };
    switch (list.state->stage) {
      case TransportStage::filling:
        if (!list.state->backward) {
          list.residual[j] = missing(list, j);
        }
        break;
      case TransportStage::diagonal:
        list.inverse_diagonal[j] = sum([&](std::int64_t i) { return DiagonalRow<double>::of(list, i); });
        break;
      case TransportStage::applying:
        list.image[j] = sum([&](std::int64_t i) { return LaplacianRow<double>::of(list, i); });
        break;
      case TransportStage::gradient:
        list.residual[j] = sum([&](std::int64_t i) { return Gradient::of(list, gradient(), i); });
        break;
      case TransportStage::result:
        results[index] = sum([&](std::int64_t i) { return Gradient::of_result(list, gradient(), i); });
        break;
      case TransportStage::done: break;
    }
  }

 private:
  static constexpr double missing(const TransportList<double>& list, std::int64_t j) {
    double left = 1;
    for (std::int64_t i = 0; i < list.n; ++i) {
      left -= list.matrix[i * list.n + j];
    }
    return left;
  }
};

template <class Number>
struct AdvanceTransport {
  TransportLists lists;
  TransportLimits limits;
  constexpr void operator()(std::int64_t list) const {
    const TransportList<Number> own = lists[list];
    own.advance(limits);
  }
};

/// Whether any of some hundred lists is not done, so that little has to be read to know of all.
struct TransportsRunning {
  static constexpr std::int64_t stretch = 256;
  const TransportState* states;
  std::int64_t count;
  std::int32_t* running;
  constexpr void operator()(std::int64_t i) const {
    std::int32_t any = 0;
    for (std::int64_t list = i * stretch; list < count && list < (i + 1) * stretch; ++list) {
      any = states[list].stage == TransportStage::done ? any : 1;
    }
    running[i] = any;
  }
};

}  // namespace ranktape::detail::kernels
