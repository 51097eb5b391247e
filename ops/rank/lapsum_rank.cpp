// LapSum ranks (ranktape/ops/rank/laplace.hpp has the notation): of the sorted values
//   r_i = 1 + i + (after_i - before_i) / 2,
//   dL/du_i = 1 / (2 t) * sum_j (g_i - g_j) e^(-|u_i - u_j| / t),
// a sum that two carries collect in O(n): from below, with p_i = before_i,
//   D_i = decay_i ((g_i - g_(i-1)) (1 + p_(i-1)) + D_(i-1)),
// and from above likewise. (The authors' own backward is a double loop.) Ranks do not change when values and
// temperature are scaled together, so dL/dt = -(sum_i u_i dL/du_i) / t.

#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/decay_scan.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/lapsum_rank_kernels.hpp>
#include <ranktape/ops/rank/ranking_details.hpp>
#include <ranktape/ops/rank/ranks_as.hpp>
#include <ranktape/ops/rank/relaxation_examples.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <optional>

namespace ranktape {
namespace {

using detail::Array;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::ListEntries;
using detail::Lists;
using detail::PerList;
namespace kernels = detail::kernels;

constexpr const char* name = "lapsum_rank";

const Operation lapsum_rank_operation(name, [](Random& random) {
  return detail::relaxation_examples(random, lapsum_rank, lapsum_rank, lapsum_rank, lapsum_rank);
});

template <class Rank>
void rank_list(const LaplaceList& list, double* before, Rank* ranks) {
  double sum_before = 0;
  for (std::uint32_t i = 0; i < list.n; ++i) {
    sum_before = list.decays[i] * (1 + sum_before);
    before[i] = sum_before;
  }
  double after = 0;
  double rank = 0;
  for (std::uint32_t i = list.n; i-- > 0;) {
    if (list.decay_after(i) != 1) {  // equal values get equal ranks, to the last digit
      rank = 1.0 + i + (after - before[i]) / 2;
    }
    ranks[list.order[i]] = static_cast<Rank>(rank);
    after = list.decays[i] * (1 + after);
  }
}

/// Returns t dL/dt if there are values, else 0.
template <class Scalar, class Rank>
double backward_list(const LaplaceList& list, const Scalar* values, double* from_below, const Rank* g, Scalar* result) {
  const auto gradient = [&](std::size_t i) { return static_cast<double>(g[list.order[i]]); };
  double sum_before = 0;
  double carried = 0;
  for (std::uint32_t i = 0; i < list.n; ++i) {
    const double step = i == 0 ? 0.0 : gradient(i) - gradient(i - 1);
    carried = list.decays[i] * (step * (1 + sum_before) + carried);
    sum_before = list.decays[i] * (1 + sum_before);
    from_below[i] = carried;
  }
  double sum_after = 0;
  double moment = 0;
  carried = 0;
  for (std::uint32_t i = list.n; i-- > 0;) {
    if (i + 1 < list.n) {
      const double decay = list.decays[i + 1];
      carried = decay * ((gradient(i) - gradient(i + 1)) * (1 + sum_after) + carried);
      sum_after = decay * (1 + sum_after);
    }
    const double own = (from_below[i] + carried) / 2 * list.inverse * list.sign;
    result[list.order[i]] = static_cast<Scalar>(own);
    if (values != nullptr) {  // measured from the list's first, for the gradients sum to 0
      moment += own * (static_cast<double>(values[list.order[i]]) - static_cast<double>(values[0]));
    }
  }
  return -moment;
}

template <class Rank>
void rank_on_accelerator(const LaplaceLists& sorted, Rank* ranks) {
  const detail::DeviceLaplaceSums sums(sorted);
  detail::launch(static_cast<std::int64_t>(sorted.decays.size()),
                 kernels::LaplaceRank<Rank>{sorted.places(), sums.counts(), ranks});
}

/// The gradients of the values; returns t dL/dt of each list if there are values.
template <class Scalar, class Rank>
Array<double> backward_on_accelerator(const LaplaceLists& sorted, const Scalar* values, const Rank* g, Scalar* result) {
  const ListEntries documents = sorted.lists.entries_on_accelerator();
  const detail::LaplacePlaces places = sorted.places();
  const detail::DeviceLaplaceSums sums(sorted);
  const Array<double> from_below(sorted.decays.size(), Device::accelerator);
  const Array<double> moments(values == nullptr ? 0 : sorted.decays.size(), Device::accelerator);
  detail::decay_scan(
      documents, kernels::LaplaceRankBelow<Rank>{{{places.decays}, places, g, sums.before.data()}, from_below.data()});
  detail::decay_scan(
      documents,
      kernels::LaplaceRankGradient<Scalar, Rank>{
          {{places.decays}, places, g, sums.after.data()}, from_below.data(), result, values, moments.data()});
  return values == nullptr ? Array<double>()
                           : detail::sums_of_lists(documents, kernels::NumberTerm<double>{moments.data()});
}

/// The same on the CPU.
template <class Scalar, class Rank>
Array<double> backward_on_cpu(const LaplaceLists& sorted, const Scalar* values, const Rank* g, Scalar* result) {
  const Lists& where = sorted.lists;
  const Array<double> work(static_cast<std::size_t>(where.longest()));
  Array<double> moments(static_cast<std::size_t>(where.count()));
  for (std::int64_t index = 0; index < where.count(); ++index) {
    const std::int64_t begin = where.begin(index);
    moments[static_cast<std::size_t>(index)] = backward_list(
        sorted.list(index), values != nullptr ? values + begin : nullptr, work.data(), g + begin, result + begin);
  }
  return moments;
}

struct LapsumRankRecord {
  LaplaceLists sorted;
  PerList factor;
  Tensor values;
  std::optional<Saved> x;  ///< the values, where the temperature has a gradient
  RelaxationOptions options;

  void operator()(BackwardPass& pass) const {
    const Tensor& gradient = pass.gradient();
    Tensor result = detail::make_tensor_like(values);
    Array<double> moments;
    detail::dispatch(result.dtype(), [&]<class Scalar>() {
      detail::dispatch(gradient.dtype(), [&]<class Rank>() {
        if constexpr (sizeof(Rank) >= sizeof(Scalar)) {
          const auto& backward = result.device() == Device::accelerator ? backward_on_accelerator<Scalar, Rank>
                                                                        : backward_on_cpu<Scalar, Rank>;
          moments = backward(sorted, x ? detail::data<Scalar>(x->tensor()) : nullptr, detail::data<Rank>(gradient),
                             detail::data<Scalar>(result));
        }
      });
    });
    pass.add(0, std::move(result));
    if (x) {
      pass.add(1, factor.gradient_of_logarithm(moments));
    }
  }
  void describe(RecordDetails& details) const {
    ranktape::describe(details, options);
    details.ranking = detail::unpooled_ranking("lapsum", sorted.lists, values, sorted.inverse, options,
                                               detail::lapsum_ranks_as, factor);
  }
};

Tensor ranks_as(DType rank_dtype, Operand values, const Lists& lists, Operand temperature,
                const RelaxationOptions& options) {
  const PerList factor = detail::check_temperatures(name, values, lists, temperature);
  LaplaceLists sorted(values, lists, options, factor);
  Tensor ranks = detail::make_tensor(values->shape(), rank_dtype, values->device());
  detail::dispatch(rank_dtype, [&]<class Rank>() {
    Rank* to = detail::data<Rank>(ranks);
    if (values->device() == Device::accelerator) {
      rank_on_accelerator(sorted, to);
      return;
    }
    const Array<double> before(static_cast<std::size_t>(lists.longest()));
    detail::dispatch(values->dtype(), [&]<class Scalar>() {
      sorted.for_each_sorted(detail::data<Scalar>(values), [&](std::int64_t index, const LaplaceList& list) {
        rank_list(list, before.data(), to + lists.begin(index));
      });
    });
  });
  sorted.in_order = {};
  if (Recorder recorder{lapsum_rank_operation, {values, temperature}}) {
    const std::optional<Saved> x = recorder.needs(1) ? std::optional<Saved>(values) : std::nullopt;
    recorder.record(ranks, LapsumRankRecord{sorted, factor, values, x, options});
  }
  return ranks;
}

Tensor lapsum_rank_of(Operand values, const Lists& lists, Operand temperature, const RelaxationOptions& options) {
  detail::check_relaxation(name, values, options.temperature);
  return ranks_as(values->dtype(), values, lists, temperature, options);
}

}  // namespace

Tensor detail::lapsum_ranks_as(DType rank_dtype, Operand values, const Lists& lists, const RelaxationOptions& options) {
  return ranks_as(rank_dtype, values, lists, number(1), options);
}

Tensor lapsum_rank(Operand values, const RelaxationOptions& options) {
  return lapsum_rank_of(values, Lists::rows(name, values), detail::number(1), options);
}

Tensor lapsum_rank(Operand values, const Groups& groups, const RelaxationOptions& options) {
  return lapsum_rank_of(values, Lists::of(name, values, groups), detail::number(1), options);
}

Tensor lapsum_rank(Operand values, Operand temperature, const RelaxationOptions& options) {
  return lapsum_rank_of(values, Lists::rows(name, values), temperature, options);
}

Tensor lapsum_rank(Operand values, const Groups& groups, Operand temperature, const RelaxationOptions& options) {
  return lapsum_rank_of(values, Lists::of(name, values, groups), temperature, options);
}

}  // namespace ranktape
