#include <ranktape/ops/rank/short_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <hwy/contrib/sort/vqsort.h>
#include <bit>

namespace ranktape::detail {
namespace {

// A key orders by value first and position second, so all keys differ and any correct sort is stable.
struct FloatKey {
  using Key = std::uint64_t;
  using Bits = std::uint32_t;
  static Key pack(Bits bits, std::uint32_t position) { return (Key{bits} << 32) | position; }
  static Bits bits(Key key) { return static_cast<Bits>(key >> 32); }
  static std::uint32_t position(Key key) { return static_cast<std::uint32_t>(key); }
  static bool before(Key a, Key b) { return a < b; }
};

struct DoubleKey {
  using Key = hwy::uint128_t;
  using Bits = std::uint64_t;
  static Key pack(Bits bits, std::uint32_t position) { return {.lo = position, .hi = bits}; }
  static Bits bits(const Key& key) { return key.hi; }
  static std::uint32_t position(const Key& key) { return static_cast<std::uint32_t>(key.lo); }
  static bool before(const Key& a, const Key& b) { return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo); }
};

template <class Scalar>
using KeyOf = std::conditional_t<sizeof(Scalar) == 4, FloatKey, DoubleKey>;

// Unsigned integers whose increasing order is the decreasing order of the numbers.
template <class Scalar>
auto decreasing_bits(Scalar value) {
  using Bits = typename KeyOf<Scalar>::Bits;
  constexpr Bits sign_bit = Bits{1} << (8 * sizeof(Scalar) - 1);
  const Bits bits = std::bit_cast<Bits>(value + Scalar{0});  // -0 becomes +0
  return (bits & sign_bit) != 0 ? bits : static_cast<Bits>(~(bits | sign_bit));
}

template <class Scalar>
Scalar value_of(typename KeyOf<Scalar>::Bits bits) {
  using Bits = typename KeyOf<Scalar>::Bits;
  constexpr Bits sign_bit = Bits{1} << (8 * sizeof(Scalar) - 1);
  return std::bit_cast<Scalar>((bits & sign_bit) != 0 ? bits : static_cast<Bits>(~bits & ~sign_bit));
}

template <class Traits>
void insertion_sort(typename Traits::Key* keys, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) {
    const auto key = keys[i];
    std::size_t hole = i;
    for (; hole > 0 && Traits::before(key, keys[hole - 1]); --hole) {
      keys[hole] = keys[hole - 1];
    }
    keys[hole] = key;
  }
}

// Highway's vectorised quicksort has a fixed cost of some 300 ns.
constexpr std::size_t insertion_limit = 24;

template <class Traits>
void sort_keys(typename Traits::Key* keys, std::size_t n) {
  if (n <= insertion_limit) {
    insertion_sort<Traits>(keys, n);
  } else {
    thread_local hwy::Sorter sorter;
    sorter(keys, n, hwy::SortAscending());
  }
}

/// Keys from values, sorted by `sort`, and taken apart again.
template <class Scalar, class Sort>
void pack_sort_unpack(const Scalar* values, std::size_t n, int sign, typename KeyOf<Scalar>::Key* keys, double* sorted,
                      std::uint32_t* order, const Sort& sort) {
  using Traits = KeyOf<Scalar>;
  const auto factor = static_cast<Scalar>(sign);
  for (std::size_t i = 0; i < n; ++i) {
    keys[i] = Traits::pack(decreasing_bits(factor * values[i]), static_cast<std::uint32_t>(i));
  }
  sort(keys, n);
  for (std::size_t i = 0; i < n; ++i) {
    sorted[i] = static_cast<double>(value_of<Scalar>(Traits::bits(keys[i])));
    order[i] = Traits::position(keys[i]);
  }
}

}  // namespace

template <class Scalar>
void sort_decreasing(const Scalar* values, std::size_t n, int sign, std::byte* key_memory, double* sorted,
                     std::uint32_t* order) {
  using Traits = KeyOf<Scalar>;
  if constexpr (sizeof(Scalar) == 4) {
    if (n > 2 && n <= short_sort_limit()) {
      alignas(64) std::uint64_t keys[short_sort_room];
      pack_sort_unpack(values, n, sign, keys, sorted, order, sort_short);
      return;
    }
  }
  pack_sort_unpack(values, n, sign, reinterpret_cast<typename Traits::Key*>(key_memory), sorted, order,
                   sort_keys<Traits>);
}

template void sort_decreasing(const float*, std::size_t, int, std::byte*, double*, std::uint32_t*);
template void sort_decreasing(const double*, std::size_t, int, std::byte*, double*, std::uint32_t*);

}  // namespace ranktape::detail
