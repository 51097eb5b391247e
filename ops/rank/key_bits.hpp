#pragma once

#include <cstdint>
#include <type_traits>

// Internal: integers that sort as numbers do, for either device.
namespace ranktape::detail {

template <class Scalar>
using OrderBits = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

/// Turns the bits of a number into an integer whose increasing order is the number's decreasing order, and back again:
/// all bits but the sign are flipped where the sign is 0.
template <class Bits>
constexpr Bits decreasing_order(Bits bits) {
  constexpr int sign_place = 8 * sizeof(Bits) - 1;
  constexpr Bits all_but_sign = static_cast<Bits>(~(Bits{1} << sign_place));
  return bits ^ (((bits >> sign_place) - 1) & all_but_sign);
}

}  // namespace ranktape::detail
