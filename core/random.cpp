#include <ranktape/core/random.hpp>

#include <cmath>
#include <numbers>

namespace ranktape {

std::array<std::uint32_t, 4> Random::block(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53;
  constexpr std::uint64_t multiplier_1 = 0xCD9E8D57;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9;
  constexpr std::uint32_t weyl_1 = 0xBB67AE85;
  constexpr int rounds = 10;
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };

  std::array<std::uint32_t, 4> c = {low(counter), high(counter), low(stream), high(stream)};
  std::uint32_t key_0 = low(seed);
  std::uint32_t key_1 = high(seed);
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t product_0 = multiplier_0 * c[0];
    const std::uint64_t product_1 = multiplier_1 * c[2];
    c = {high(product_1) ^ c[1] ^ key_0, low(product_1), high(product_0) ^ c[3] ^ key_1, low(product_0)};
    key_0 += weyl_0;
    key_1 += weyl_1;
  }
  return c;
}

std::uint32_t Random::bits() {
  const std::array<std::uint32_t, 4> numbers = block(seed_, stream_, position_ / 4);
  return numbers[position_++ % 4];
}

double Random::uniform() {
  const std::uint64_t high = bits();
  const std::uint64_t low = bits();
  return static_cast<double>(((high << 32) | low) >> 11) * 0x1p-53;
}

std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t rejected = (0 - bound) % bound;  // 2^64 mod bound: the part of the range that would bias
  while (true) {
    const std::uint64_t high = bits();
    const std::uint64_t value = (high << 32) | bits();
    if (value >= rejected) {
      return value % bound;
    }
  }
}

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

Random Random::split() {
  const std::uint64_t high = bits();
  return Random(seed_, ((high << 32) | bits()) | 1);
}

Random Random::from_state(const State& state) {
  Random random(state.seed, state.stream);
  random.position_ = state.position;
  return random;
}

}  // namespace ranktape
