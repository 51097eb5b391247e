#include <ranktape/core/backend.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/hard_rank_kernels.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <array>

namespace ranktape::detail {
namespace {

/// What each of a run of equal values gets, places `first` to `end` in increasing order among n.
struct MidRank {
  Direction direction;
  double operator()(std::uint32_t first, std::uint32_t end, std::uint32_t n) const {
    const double rank = mid_rank(first, end);
    return direction == Direction::ascending ? rank : n + 1 - rank;
  }
};
struct TieSize {
  double operator()(std::uint32_t first, std::uint32_t end, std::uint32_t /*n*/) const { return end - first; }
};

/// Relevance labels are small whole numbers as a rule, and need no sorting: counting how many documents have each is
/// enough. Returns false, having done nothing, for other values.
template <class Scalar, class Number, class OfTie>
bool number_labels(const Scalar* values, std::uint32_t n, const OfTie& of_tie, Number* numbers) {
  constexpr int labels = 32;
  std::array<std::uint32_t, labels> count = {};
  for (std::uint32_t i = 0; i < n; ++i) {
    if (!(values[i] >= 0 && values[i] < labels)) {
      return false;
    }
    const int label = static_cast<int>(values[i]);
    if (static_cast<Scalar>(label) != values[i]) {
      return false;
    }
    ++count[static_cast<std::size_t>(label)];
  }
  std::array<Number, labels> of_label = {};
  std::uint32_t before = 0;
  for (std::size_t label = 0; label < labels; ++label) {
    of_label[label] = static_cast<Number>(of_tie(before, before + count[label], n));
    before += count[label];
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    numbers[i] = of_label[static_cast<std::size_t>(values[i])];
  }
  return true;
}

template <class Scalar, class Number, class OfTie>
void number_lists(const Lists& lists, const Scalar* values, const OfTie& of_tie, Number* numbers, std::int64_t first,
                  std::int64_t last) {
  const auto longest = static_cast<std::size_t>(lists.longest());
  const auto keys = key_memory<Scalar>(longest);
  const Array<double> sorted(longest);
  const Array<std::uint32_t> order(longest);
  for (std::int64_t list = first; list < last; ++list) {
    const std::int64_t begin = lists.begin(list);
    const auto n = static_cast<std::uint32_t>(lists.size(list));
    if (number_labels(values + begin, n, of_tie, numbers + begin)) {
      continue;
    }
    sort_decreasing(values + begin, n, -1, keys.data(), sorted.data(), order.data());
    for_each_tie(sorted.data(), n, [&](std::uint32_t tie, std::uint32_t end) {
      const auto number = static_cast<Number>(of_tie(tie, end, n));
      for (std::uint32_t i = tie; i < end; ++i) {
        numbers[begin + order[i]] = number;
      }
    });
  }
}

template <class Number, class OfTie>
void number_on_cpu(const Tensor& values, const Lists& lists, const OfTie& of_tie, const Tensor& numbers) {
  dispatch(values.dtype(), [&]<class Scalar>() {
    parallel_ranges(lists.count(), lists.nanoseconds_each(), [&](std::int64_t first, std::int64_t last) {
      number_lists(lists, data<Scalar>(values), of_tie, data<Number>(numbers), first, last);
    });
  });
}

}  // namespace

Tensor mid_ranks(const Tensor& values, const Lists& lists, Direction direction, DType dtype) {
  Tensor ranks = make_tensor(values.shape(), dtype, values.device());
  if (values.device() == Device::accelerator) {
    const DeviceOrder found = sort_on_accelerator(values, lists, direction == Direction::ascending ? -1 : 1);
    dispatch(dtype, [&]<class Rank>() {
      launch(values.size(), kernels::MidRanks<Rank>{found.sorted.data(), found.order.data(), lists.on_accelerator(),
                                                    data<Rank>(ranks)});
    });
    return ranks;
  }
  dispatch(dtype, [&]<class Rank>() { number_on_cpu<Rank>(values, lists, MidRank{direction}, ranks); });
  return ranks;
}

Tensor tie_sizes(const Tensor& values, const Lists& lists) {
  Tensor sizes = make_tensor(values.shape(), DType::float64, values.device());
  if (values.device() == Device::accelerator) {
    const DeviceOrder found = sort_on_accelerator(values, lists, 1);
    launch(values.size(),
           kernels::TieSizes{found.sorted.data(), found.order.data(), lists.on_accelerator(), data<double>(sizes)});
  } else {
    number_on_cpu<double>(values, lists, TieSize{}, sizes);
  }
  return sizes;
}

}  // namespace ranktape::detail
