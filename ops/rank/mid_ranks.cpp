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

/// Relevance labels are small whole numbers as a rule, and need no sorting: counting how many documents have each is
/// enough. Returns false, having done nothing, for other values.
template <class Scalar, class Rank>
bool rank_labels(const Scalar* values, std::uint32_t n, bool ascending, Rank* ranks) {
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
  std::array<Rank, labels> mid_rank = {};
  std::uint32_t before = 0;
  for (std::size_t label = 0; label < labels; ++label) {
    const double rank = before + (static_cast<double>(count[label]) + 1) / 2;
    mid_rank[label] = static_cast<Rank>(ascending ? rank : n + 1 - rank);
    before += count[label];
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    ranks[i] = mid_rank[static_cast<std::size_t>(values[i])];
  }
  return true;
}

template <class Scalar, class Rank>
void rank_lists(const Lists& lists, const Scalar* values, Direction direction, Rank* ranks, std::int64_t first,
                std::int64_t last) {
  const auto longest = static_cast<std::size_t>(lists.longest());
  const auto keys = key_memory<Scalar>(longest);
  const Array<double> sorted(longest);
  const Array<std::uint32_t> order(longest);
  const bool ascending = direction == Direction::ascending;
  for (std::int64_t list = first; list < last; ++list) {
    const std::int64_t begin = lists.begin(list);
    const auto n = static_cast<std::uint32_t>(lists.size(list));
    if (rank_labels(values + begin, n, ascending, ranks + begin)) {
      continue;
    }
    sort_decreasing(values + begin, n, ascending ? -1 : 1, keys.data(), sorted.data(), order.data());
    for_each_mid_rank(sorted.data(), n,
                      [&](std::uint32_t i, double mid_rank) { ranks[begin + order[i]] = static_cast<Rank>(mid_rank); });
  }
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
  dispatch(values.dtype(), [&]<class Scalar>() {
    dispatch(dtype, [&]<class Rank>() {
      parallel_ranges(lists.count(), lists.nanoseconds_each(), [&](std::int64_t first, std::int64_t last) {
        rank_lists(lists, data<Scalar>(values), direction, data<Rank>(ranks), first, last);
      });
    });
  });
  return ranks;
}

}  // namespace ranktape::detail
