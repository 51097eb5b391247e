#pragma once

#include <ranktape/ops/list_view.hpp>

#include <cstdint>

// Internal: hard ranks and sorts of lists that sort_on_accelerator has put in order, one call per document.
namespace ranktape::detail::kernels {

/// Places of a sorted list.
struct PlacesOfTie {
  std::int64_t first;
  std::int64_t end;
};

/// The run of values equal to that at place i of a sorted list.
constexpr PlacesOfTie tie_at(const double* sorted, std::int64_t n, std::int64_t i) {
  return {first_where(std::int64_t{0}, i, [&](std::int64_t k) { return sorted[k] == sorted[i]; }),
          first_where(i, n, [&](std::int64_t k) { return sorted[k] != sorted[i]; })};
}

template <class Rank>
struct MidRanks {
  const double* sorted;
  const std::uint32_t* order;
  ListOffsets lists;
  Rank* ranks;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const std::int64_t begin = lists.begin(list);
    const PlacesOfTie tie = tie_at(sorted + begin, lists.size(list), i - begin);
    ranks[begin + order[i]] = static_cast<Rank>(static_cast<double>(tie.first + tie.end + 1) / 2);
  }
};

struct TieSizes {
  const double* sorted;
  const std::uint32_t* order;
  ListOffsets lists;
  double* sizes;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const std::int64_t begin = lists.begin(list);
    const PlacesOfTie tie = tie_at(sorted + begin, lists.size(list), i - begin);
    sizes[begin + order[i]] = static_cast<double>(tie.end - tie.first);
  }
};

template <class Scalar>
struct Positions {
  const std::uint32_t* order;
  Scalar* to;
  constexpr void operator()(std::int64_t i) const { to[i] = static_cast<Scalar>(order[i]); }
};

/// The sorted values, and where each came from among all documents.
template <class Scalar>
struct TakeInOrder {
  const Scalar* from;
  const std::uint32_t* order;
  ListOffsets lists;
  Scalar* to;
  std::int64_t* sources;
  constexpr void operator()(std::int64_t i) const {
    sources[i] = lists.begin(lists.list_of(i)) + order[i];
    to[i] = from[sources[i]];
  }
};

/// Puts each number back where it came from.
template <class Scalar>
struct PutBack {
  const Scalar* from;
  const std::int64_t* sources;
  Scalar* to;
  constexpr void operator()(std::int64_t i) const { to[sources[i]] = from[i]; }
};

}  // namespace ranktape::detail::kernels
