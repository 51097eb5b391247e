#pragma once

#include <ranktape/core/array.hpp>

#include <cstddef>
#include <cstdint>

// Internal: stable sorting of a list by keys that hold value and position together.
namespace ranktape::detail {

/// Sorts `values` decreasingly if `sign` is +1, increasingly if it is -1: writes the sorted sign * value as doubles and
/// the positions they came from. Stable; -0 equals +0. The values must be finite, n < 2^32. O(n log n).
/// `keys` is memory for n keys of 8 bytes (float) or 16 bytes (double).
template <class Scalar>
void sort_decreasing(const Scalar* values, std::size_t n, int sign, std::byte* keys, double* sorted,
                     std::uint32_t* order);

template <class Scalar>
inline constexpr std::size_t key_bytes = 2 * sizeof(Scalar);

}  // namespace ranktape::detail
