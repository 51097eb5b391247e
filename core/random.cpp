#include <ranktape/core/random.hpp>

#include <cmath>
#include <numbers>

namespace ranktape {

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
