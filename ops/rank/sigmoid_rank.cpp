// Pairwise sigmoid ranks. With u the values (times -1 for descending ranks) in increasing order, t the temperature and
// c_ij = sigmoid((u_i - u_j) / t) for i < j, at most 1/2,
//   r_i = 1 + i + sum over j > i of c_ij - sum over j < i of c_ji,
//   dL/du_i = 1 / t * sum_j s_ij (g_i - g_j),   s_ij = c_ij (1 - c_ij).
// With E = e^(u / t) both are quotients without an exponential, c_ij = E_i / (E_i + E_j); E is measured from a value
// not far below, which is renewed before it could overflow.

#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>
#include <ranktape/ops/rank/sigmoid_rank.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;

constexpr const char* name = "sigmoid_rank";

const Operation sigmoid_rank_operation(name, [](Random& random) {
  return detail::relaxation_examples(random, sigmoid_rank, sigmoid_rank);
});

/// One sorted list.
struct SigmoidList {
  std::uint32_t n;
  double inverse;
  const double* u;  // increasing
  const std::uint32_t* order;

  /// Calls function(i, j, end, E) for stretches i < j < end of values close enough to u_i to matter: together all of
  /// them. E_i and E_j to E_(end - 1) hold e^((u - some value) / t).
  template <class Function>
  void for_each_stretch(double* exponentials, Function&& function) const {
    constexpr double reach = 50;     // sigmoid(-50) is 2e-22
    constexpr double renewal = 300;  // e^(300 + 50) is far from overflow
    std::uint32_t origin = 0;
    std::uint32_t filled = 0;  // E is known below this
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      if ((u[i] - u[origin]) * inverse > renewal) {
        origin = i;
        filled = i;
      }
      end = std::max(end, i + 1);
      while (end < n && (u[end] - u[i]) * inverse < reach) {
        ++end;
      }
      for (; filled < end; ++filled) {
        exponentials[filled] = std::exp((u[filled] - u[origin]) * inverse);
      }
      function(i, i + 1, end);
    }
  }
};

constexpr std::uint32_t lanes = 8;

template <class Scalar>
void rank_list(const SigmoidList& list, double* exponentials, double* lower, Scalar* ranks) {
  std::fill_n(lower, list.n, 0.0);
  double rank = 0;
  list.for_each_stretch(exponentials, [&](std::uint32_t i, std::uint32_t j, std::uint32_t end) {
    const double own = exponentials[i];
    double sums[lanes] = {};
    for (; j + lanes <= end; j += lanes) {
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        const double c = own / (own + exponentials[j + lane]);
        sums[lane] += c;
        lower[j + lane] += c;
      }
    }
    double sum = 0;
    for (; j < end; ++j) {
      const double c = own / (own + exponentials[j]);
      sum += c;
      lower[j] += c;
    }
    for (const double part : sums) {
      sum += part;
    }
    if (i == 0 || list.u[i] != list.u[i - 1]) {  // equal values get equal ranks, to the last digit
      rank = 1.0 + i + (sum - lower[i]);
    }
    ranks[list.order[i]] = static_cast<Scalar>(rank);
  });
}

/// `sums` must be zero; `g` and `sums` are in sorted order.
void backward_list(const SigmoidList& list, double* exponentials, const double* g, double* sums) {
  list.for_each_stretch(exponentials, [&](std::uint32_t i, std::uint32_t j, std::uint32_t end) {
    const double own = exponentials[i];
    double own_sums[lanes] = {};
    const auto pair = [&](std::uint32_t k) {
      const double inverse_sum = 1 / (own + exponentials[k]);
      const double part = (own * inverse_sum) * (exponentials[k] * inverse_sum) * (g[i] - g[k]);
      sums[k] -= part;
      return part;
    };
    for (; j + lanes <= end; j += lanes) {
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        own_sums[lane] += pair(j + lane);
      }
    }
    double sum = 0;
    for (; j < end; ++j) {
      sum += pair(j);
    }
    for (const double part : own_sums) {
      sum += part;
    }
    sums[i] += sum;
  });
}

Tensor sigmoid_rank_of(Operand values, const Lists& lists, const RelaxationOptions& options) {
  detail::require_cpu(name, values);
  detail::check_relaxation(name, values, options.temperature);
  const int sign = options.direction == Direction::ascending ? 1 : -1;
  Tensor ranks = detail::make_tensor_like(values);
  const auto documents = static_cast<std::size_t>(values->size());
  const auto longest = static_cast<std::size_t>(lists.longest());
  const Array<double> sorted(documents);
  const Array<std::uint32_t> order(documents);
  const Array<double> inverse(static_cast<std::size_t>(lists.count()));
  const Array<double> exponentials(longest);
  const Array<double> lower(longest);
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    const auto keys = detail::key_memory<Scalar>(longest);
    for (std::int64_t index = 0; index < lists.count(); ++index) {
      const std::int64_t begin = lists.begin(index);
      const auto n = static_cast<std::uint32_t>(lists.size(index));
      const Scalar* x = detail::data<Scalar>(values) + begin;
      double* u = sorted.data() + begin;
      detail::sort_decreasing(x, n, -sign, keys.data(), u, order.data() + begin);
      std::transform(u, u + n, u, [](double negated) { return -negated; });
      const double own = detail::inverse_temperature(x, n, options);
      inverse[static_cast<std::size_t>(index)] = own;
      rank_list(SigmoidList{n, own, u, order.data() + begin}, exponentials.data(), lower.data(),
                detail::data<Scalar>(ranks) + begin);
    }
  });
  if (Recorder recorder{sigmoid_rank_operation, {values}}) {
    recorder.record(ranks, [lists, sign, sorted, order, inverse](BackwardPass& pass) {
      Tensor result = detail::make_tensor_like(pass.gradient());
      const auto room = static_cast<std::size_t>(lists.longest());
      const Array<double> work(room);
      const Array<double> gradients(room);
      const Array<double> sums(room);
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        for (std::int64_t index = 0; index < lists.count(); ++index) {
          const std::int64_t begin = lists.begin(index);
          const auto n = static_cast<std::uint32_t>(lists.size(index));
          const double own = inverse[static_cast<std::size_t>(index)];
          const SigmoidList list = {n, own, sorted.data() + begin, order.data() + begin};
          const Scalar* g = detail::data<Scalar>(pass.gradient()) + begin;
          for (std::uint32_t i = 0; i < n; ++i) {
            gradients[i] = static_cast<double>(g[list.order[i]]);
          }
          std::fill_n(sums.data(), n, 0.0);
          backward_list(list, work.data(), gradients.data(), sums.data());
          Scalar* to = detail::data<Scalar>(result) + begin;
          for (std::uint32_t i = 0; i < n; ++i) {
            to[list.order[i]] = static_cast<Scalar>(sums[i] * own * sign);
          }
        }
      });
      pass.add(0, std::move(result));
    });
  }
  return ranks;
}

}  // namespace

Tensor sigmoid_rank(Operand values, const RelaxationOptions& options) {
  return sigmoid_rank_of(values, Lists::rows(name, values), options);
}

Tensor sigmoid_rank(Operand values, const Groups& groups, const RelaxationOptions& options) {
  return sigmoid_rank_of(values, Lists::of(name, values, groups), options);
}

}  // namespace ranktape
