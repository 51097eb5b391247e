#pragma once

#include <ranktape/core/random.hpp>

#include <cstdint>

// Internal.
namespace ranktape::detail::kernels {

/// The elements that share one block of random numbers, multiplied by the mask.
template <class Scalar>
struct Dropout {
  static constexpr std::int64_t block = 4;
  const Scalar* from;
  Scalar* to;  ///< may be `from`
  std::int64_t size;
  std::uint64_t seed;
  std::uint64_t stream;
  std::uint64_t threshold;
  Scalar scale;
  constexpr void operator()(std::int64_t i) const {
    const auto numbers = Random::block(seed, stream, static_cast<std::uint64_t>(i));
    const std::int64_t begin = i * block;
    for (std::int64_t k = 0; k < block && begin + k < size; ++k) {
      to[begin + k] = numbers[static_cast<std::size_t>(k)] >= threshold ? scale * from[begin + k] : Scalar{0};
    }
  }
};

}  // namespace ranktape::detail::kernels
