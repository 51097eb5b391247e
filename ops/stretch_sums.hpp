#pragma once

#include <ranktape/ops/list_view.hpp>

#include <cstdint>

// Internal: sums over lists on the accelerator in two launches, parallel inside a long list. The documents of all lists
// are cut into stretches of equal length; one call sums a stretch that lies inside a list, then one call per list adds
// its stretches and what is left at its two ends. What is added to what depends on the offsets alone.
//
// Terms has a type Sums with add(const Sums&), and at(i, n): the term of document i, in a list of n.
namespace ranktape::detail::kernels {

inline constexpr std::int64_t documents_per_stretch = 256;

/// How many stretches there are to sum first: none where no list is long enough to hold one.
constexpr std::int64_t stretches_of(const ListOffsets& lists, std::int64_t documents) {
  return lists.length < documents_per_stretch ? 0 : documents / documents_per_stretch;
}

template <class Terms>
constexpr typename Terms::Sums sum_of_terms(const Terms& terms, std::int64_t first, std::int64_t last, std::int64_t n) {
  typename Terms::Sums sums = {};
  for (std::int64_t i = first; i < last; ++i) {
    sums.add(terms.at(i, n));
  }
  return sums;
}

template <class Terms>
struct SumsOfStretches {
  Terms terms;
  ListOffsets lists;
  typename Terms::Sums* sums;
  constexpr void operator()(std::int64_t stretch) const {
    const std::int64_t first = stretch * documents_per_stretch;
    const std::int64_t last = first + documents_per_stretch;
    const std::int64_t list = lists.list_of(first);
    const std::int64_t n = lists.size(list);
    if (lists.begin(list) + n >= last) {
      sums[stretch] = sum_of_terms(terms, first, last, n);
    }
  }
};

/// Of one list.
template <class Terms>
constexpr typename Terms::Sums sums_of_list(const Terms& terms, const ListOffsets& lists,
                                            const typename Terms::Sums* stretches, std::int64_t list) {
  const std::int64_t n = lists.size(list);
  const std::int64_t begin = lists.begin(list);
  const std::int64_t end = begin + n;
  const std::int64_t first = (begin + documents_per_stretch - 1) / documents_per_stretch;
  const std::int64_t last = end / documents_per_stretch;
  if (first >= last) {
    return sum_of_terms(terms, begin, end, n);
  }
  typename Terms::Sums sums = sum_of_terms(terms, begin, first * documents_per_stretch, n);
  for (std::int64_t stretch = first; stretch < last; ++stretch) {
    sums.add(stretches[stretch]);
  }
  sums.add(sum_of_terms(terms, last * documents_per_stretch, end, n));
  return sums;
}

}  // namespace ranktape::detail::kernels
