#include <ranktape/ops/rank/short_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

// Compiled once for each instruction set; the right one is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/rank/sorted_keys.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/sort/shared-inl.h>
#include <hwy/contrib/sort/vqsort.h>

#include <ranktape/ops/rank/keys-inl.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

template <class Scalar>
void sort_values(const Scalar* values, std::size_t n, int sign, Key<Scalar>* keys, double* sorted,
                 std::uint32_t* order) {
  sort_into_keys(values, n, sign, keys);
  for (std::size_t i = 0; i < n; ++i) {
    sorted[i] = value_of<Scalar>(keys[i]);
    order[i] = position_of<Scalar>(keys[i]);
  }
}

void sort_floats(const float* values, std::size_t n, int sign, std::uint64_t* keys, double* sorted,
                 std::uint32_t* order) {
  sort_values(values, n, sign, keys, sorted, order);
}

void sort_doubles(const double* values, std::size_t n, int sign, hwy::uint128_t* keys, double* sorted,
                  std::uint32_t* order) {
  sort_values(values, n, sign, keys, sorted, order);
}

/// Highway's quicksort has keys of two words only where there are vectors; elsewhere version 1.0 aborts.
bool quicksort_takes_pairs() { return VQSORT_ENABLED != 0; }

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {
namespace {

bool before(std::uint64_t a, std::uint64_t b) { return a < b; }
bool before(const hwy::uint128_t& a, const hwy::uint128_t& b) { return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo); }

template <class Key>
void insertion_sort(Key* keys, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) {
    const Key key = keys[i];
    std::size_t hole = i;
    for (; hole > 0 && before(key, keys[hole - 1]); --hole) {
      keys[hole] = keys[hole - 1];
    }
    keys[hole] = key;
  }
}

// Highway's vectorised quicksort has a fixed cost of some 300 ns.
constexpr std::size_t insertion_limit = 24;

template <class Key>
void sort_long(Key* keys, std::size_t n) {
  if (n <= insertion_limit) {
    insertion_sort(keys, n);
  } else {
    thread_local hwy::Sorter sorter;
    sorter(keys, n, hwy::SortAscending());
  }
}

}  // namespace

template <class Scalar>
Array<Key<Scalar>> key_memory(std::size_t longest) {
  return Array<Key<Scalar>>(longest + short_sort_room);
}
template Array<std::uint64_t> key_memory<float>(std::size_t);
template Array<hwy::uint128_t> key_memory<double>(std::size_t);

void sort_keys(std::uint64_t* keys, std::size_t n) {
  if (n <= 2 || !sort_short(keys, n)) {
    sort_long(keys, n);
  }
}

HWY_EXPORT(quicksort_takes_pairs);

void sort_keys(hwy::uint128_t* keys, std::size_t n) {
  if (n <= insertion_limit || HWY_DYNAMIC_DISPATCH(quicksort_takes_pairs)()) {
    sort_long(keys, n);
  } else {
    std::sort(keys, keys + n, [](const hwy::uint128_t& a, const hwy::uint128_t& b) { return before(a, b); });
  }
}

HWY_EXPORT(sort_floats);
HWY_EXPORT(sort_doubles);

void sort_decreasing(const float* values, std::size_t n, int sign, std::uint64_t* keys, double* sorted,
                     std::uint32_t* order) {
  HWY_DYNAMIC_DISPATCH(sort_floats)(values, n, sign, keys, sorted, order);
}
void sort_decreasing(const double* values, std::size_t n, int sign, hwy::uint128_t* keys, double* sorted,
                     std::uint32_t* order) {
  HWY_DYNAMIC_DISPATCH(sort_doubles)(values, n, sign, keys, sorted, order);
}

}  // namespace ranktape::detail
#endif
