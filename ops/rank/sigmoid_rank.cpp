// Pairwise sigmoid ranks. With u the values (times -1 for descending ranks) in increasing order, t the temperature and
// c_ij = sigmoid((u_i - u_j) / t) for i < j, at most 1/2,
//   r_i = 1 + i + sum over j > i of c_ij - sum over j < i of c_ji,
//   dL/du_i = 1 / t * sum_j s_ij (g_i - g_j),   s_ij = c_ij (1 - c_ij).
// With E = e^(u / t) both are quotients without an exponential, c_ij = E_i / (E_i + E_j); E is measured from a value
// not far below, which is renewed before it could overflow.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/ranking_details.hpp>
#include <ranktape/ops/rank/ranks_as.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>
#include <ranktape/ops/rank/sigmoid_kernels.hpp>
#include <ranktape/ops/rank/sigmoid_rank.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/rank/temperature.hpp>

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

template <class Rank>
void rank_list(const SigmoidList& list, double* exponentials, double* lower, Rank* ranks) {
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
    ranks[list.order[i]] = static_cast<Rank>(rank);
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

/// What is kept of all lists, on their device: -u decreasing on the accelerator, u increasing on the CPU.
struct Kept {
  Lists lists;
  int sign;
  Array<double> sorted;
  Array<std::uint32_t> order;
  Array<double> inverse;
};

template <class Scalar, class Rank>
void rank_lists(const Kept& kept, const Tensor& values, const Tensor& ranks) {
  const auto longest = static_cast<std::size_t>(kept.lists.longest());
  const Array<double> exponentials(longest);
  const Array<double> lower(longest);
  const auto keys = detail::key_memory<Scalar>(longest);
  for (std::int64_t index = 0; index < kept.lists.count(); ++index) {
    const std::int64_t begin = kept.lists.begin(index);
    const auto n = static_cast<std::uint32_t>(kept.lists.size(index));
    double* u = kept.sorted.data() + begin;
    std::uint32_t* order = kept.order.data() + begin;
    detail::sort_decreasing(detail::data<Scalar>(values) + begin, n, -kept.sign, keys.data(), u, order);
    std::transform(u, u + n, u, [](double negated) { return -negated; });
    const double own = kept.inverse[static_cast<std::size_t>(index)];
    rank_list(SigmoidList{n, own, u, order}, exponentials.data(), lower.data(), detail::data<Rank>(ranks) + begin);
  }
}

template <class Rank>
void rank_lists_on_accelerator(const Kept& kept, const Tensor& ranks) {
  detail::launch(ranks.size(),
                 detail::kernels::SigmoidRank<Rank>{kept.sorted.data(), kept.order.data(), kept.inverse.data(),
                                                    kept.lists.on_accelerator(), detail::data<Rank>(ranks)});
}

template <class Scalar, class Rank>
void backward_lists(const Kept& kept, const Tensor& gradient, const Tensor& result) {
  const auto longest = static_cast<std::size_t>(kept.lists.longest());
  const Array<double> work(longest);
  const Array<double> gradients(longest);
  const Array<double> sums(longest);
  for (std::int64_t index = 0; index < kept.lists.count(); ++index) {
    const std::int64_t begin = kept.lists.begin(index);
    const auto n = static_cast<std::uint32_t>(kept.lists.size(index));
    const double own = kept.inverse[static_cast<std::size_t>(index)];
    const SigmoidList list = {n, own, kept.sorted.data() + begin, kept.order.data() + begin};
    const Rank* g = detail::data<Rank>(gradient) + begin;
    for (std::uint32_t i = 0; i < n; ++i) {
      gradients[i] = static_cast<double>(g[list.order[i]]);
    }
    std::fill_n(sums.data(), n, 0.0);
    backward_list(list, work.data(), gradients.data(), sums.data());
    Scalar* to = detail::data<Scalar>(result) + begin;
    for (std::uint32_t i = 0; i < n; ++i) {
      to[list.order[i]] = static_cast<Scalar>(sums[i] * own * kept.sign);
    }
  }
}

template <class Scalar, class Rank>
void backward_lists_on_accelerator(const Kept& kept, const Tensor& gradient, const Tensor& result) {
  namespace kernels = detail::kernels;
  const detail::ListOffsets lists = kept.lists.on_accelerator();
  const Array<double> sorted_gradient(kept.sorted.size(), Device::accelerator);
  detail::launch(result.size(), kernels::SigmoidSortedGradient<Rank>{detail::data<Rank>(gradient), kept.order.data(),
                                                                     lists, sorted_gradient.data()});
  detail::launch(result.size(),
                 kernels::SigmoidRankGradient<Scalar>{kept.sorted.data(), kept.order.data(), kept.inverse.data(), lists,
                                                      sorted_gradient.data(), kept.sign, detail::data<Scalar>(result)});
}

Kept keep(const Tensor& values, const Lists& lists, const RelaxationOptions& options) {
  const int sign = options.direction == Direction::ascending ? 1 : -1;
  Array<double> inverse = detail::inverse_temperatures(values, lists, options);
  if (values.device() == Device::accelerator) {
    detail::DeviceOrder found = detail::sort_on_accelerator(values, lists, -sign);
    return {lists, sign, std::move(found.sorted), std::move(found.order), std::move(inverse)};
  }
  const auto documents = static_cast<std::size_t>(values.size());
  return {lists, sign, Array<double>(documents), Array<std::uint32_t>(documents), std::move(inverse)};
}

struct SigmoidRankRecord {
  Kept kept;
  Tensor values;
  RelaxationOptions options;

  void operator()(BackwardPass& pass) const {
    const Tensor& gradient = pass.gradient();
    Tensor result = detail::make_tensor_like(values);
    detail::dispatch(result.dtype(), [&]<class Scalar>() {
      detail::dispatch(gradient.dtype(), [&]<class Rank>() {
        if constexpr (sizeof(Rank) >= sizeof(Scalar)) {
          const auto& backward = result.device() == Device::accelerator ? backward_lists_on_accelerator<Scalar, Rank>
                                                                        : backward_lists<Scalar, Rank>;
          backward(kept, gradient, result);
        }
      });
    });
    pass.add(0, std::move(result));
  }
  void describe(RecordDetails& details) const {
    ranktape::describe(details, options);
    details.ranking =
        detail::unpooled_ranking("sigmoid", kept.lists, values, kept.inverse, options, detail::sigmoid_ranks_as);
  }
};

Tensor sigmoid_rank_of(Operand values, const Lists& lists, const RelaxationOptions& options) {
  detail::check_relaxation(name, values, options.temperature);
  return detail::sigmoid_ranks_as(values->dtype(), values, lists, options);
}

}  // namespace

Tensor detail::sigmoid_ranks_as(DType rank_dtype, Operand values, const Lists& lists,
                                const RelaxationOptions& options) {
  Tensor ranks = make_tensor(values->shape(), rank_dtype, values->device());
  const Kept kept = keep(values, lists, options);
  dispatch(rank_dtype, [&]<class Rank>() {
    if (ranks.device() == Device::accelerator) {
      rank_lists_on_accelerator<Rank>(kept, ranks);
    } else {
      dispatch(values->dtype(), [&]<class Scalar>() {
        if constexpr (sizeof(Rank) >= sizeof(Scalar)) {
          rank_lists<Scalar, Rank>(kept, values, ranks);
        }
      });
    }
  });
  if (Recorder recorder{sigmoid_rank_operation, {values}}) {
    recorder.record(ranks, SigmoidRankRecord{kept, values, options});
  }
  return ranks;
}

Tensor sigmoid_rank(Operand values, const RelaxationOptions& options) {
  return sigmoid_rank_of(values, Lists::rows(name, values), options);
}

Tensor sigmoid_rank(Operand values, const Groups& groups, const RelaxationOptions& options) {
  return sigmoid_rank_of(values, Lists::of(name, values, groups), options);
}

}  // namespace ranktape
