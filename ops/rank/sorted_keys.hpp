#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/rank/key_bits.hpp>

#include <hwy/base.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

// Internal: stable sorting of a list by keys that hold value and position together.
//
// A key orders by value first and position second, so all keys differ and any correct sort is stable.
namespace ranktape::detail {

struct FloatKey {
  using Key = std::uint64_t;
  using Bits = std::uint32_t;
  static Key pack(Bits bits, std::uint32_t position) { return (Key{bits} << 32) | position; }
  static Bits bits(Key key) { return static_cast<Bits>(key >> 32); }
  static std::uint32_t position(Key key) { return static_cast<std::uint32_t>(key); }
};

struct DoubleKey {
  using Key = hwy::uint128_t;
  using Bits = std::uint64_t;
  static Key pack(Bits bits, std::uint32_t position) { return {.lo = position, .hi = bits}; }
  static Bits bits(const Key& key) { return key.hi; }
  static std::uint32_t position(const Key& key) { return static_cast<std::uint32_t>(key.lo); }
};

template <class Scalar>
using KeyTraits = std::conditional_t<sizeof(Scalar) == 4, FloatKey, DoubleKey>;
template <class Scalar>
using Key = typename KeyTraits<Scalar>::Key;

template <class Scalar>
Key<Scalar> make_key(Scalar value, std::uint32_t position) {
  using Bits = typename KeyTraits<Scalar>::Bits;
  return KeyTraits<Scalar>::pack(decreasing_order(std::bit_cast<Bits>(value + Scalar{0})), position);  // -0 becomes +0
}
template <class Scalar>
double value_of(const Key<Scalar>& key) {
  return static_cast<double>(std::bit_cast<Scalar>(decreasing_order(KeyTraits<Scalar>::bits(key))));
}
template <class Scalar>
std::uint32_t position_of(const Key<Scalar>& key) {
  return KeyTraits<Scalar>::position(key);
}

/// Room for the keys of one list of up to `longest` documents.
template <class Scalar>
Array<Key<Scalar>> key_memory(std::size_t longest);

/// Sorts different keys increasingly, in memory from key_memory. O(n log n).
void sort_keys(std::uint64_t* keys, std::size_t n);
void sort_keys(hwy::uint128_t* keys, std::size_t n);

/// Sorts `values` decreasingly if `sign` is +1, increasingly if it is -1: writes the sorted sign * value as doubles and
/// the positions they came from. Stable; -0 equals +0. The values must be finite, n < 2^32. O(n log n).
/// `keys` is from key_memory.
void sort_decreasing(const float* values, std::size_t n, int sign, std::uint64_t* keys, double* sorted,
                     std::uint32_t* order);
void sort_decreasing(const double* values, std::size_t n, int sign, hwy::uint128_t* keys, double* sorted,
                     std::uint32_t* order);

}  // namespace ranktape::detail
