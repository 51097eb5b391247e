#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

namespace ranktape {

/// Counter-based random numbers (Philox4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// The same seed gives the same bits everywhere. A value type: a copy continues independently with the same numbers.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  std::uint32_t bits();
  /// Uniform in [0, 1), in steps of 2^-53.
  double uniform();
  /// Uniform in {0, ..., bound - 1}, without bias; `bound` must be positive.
  std::uint64_t below(std::uint64_t bound);
  /// Standard normal (Box-Muller).
  double normal();
  /// Fisher-Yates, of anything with a size and an index: a vector, a span.
  template <class Range>
  void shuffle(Range&& items) {
    for (std::size_t i = std::size(items); i > 1; --i) {
      std::swap(items[i - 1], items[below(i)]);
    }
  }
  /// An independent generator, for a part of the program whose draws must not move this one's.
  [[nodiscard]] Random split();

  /// Philox's constants, for loops that compute several blocks at once.
  static constexpr std::uint32_t multiplier_0 = 0xD2511F53;
  static constexpr std::uint32_t multiplier_1 = 0xCD9E8D57;
  static constexpr std::uint32_t weyl_0 = 0x9E3779B9;
  static constexpr std::uint32_t weyl_1 = 0xBB67AE85;
  static constexpr int rounds = 10;
  /// The four numbers of one counter value: what a parallel kernel computes for its own index.
  static constexpr std::array<std::uint32_t, 4> block(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter);

  /// Everything needed to continue later: save and restore it with a checkpoint.
  struct State {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::uint64_t position = 0;
  };
  [[nodiscard]] State state() const { return {seed_, stream_, position_}; }
  static Random from_state(const State& state);

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t position_ = 0;  // of the next 32-bit number
};

constexpr std::array<std::uint32_t, 4> Random::block(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };

  std::array<std::uint32_t, 4> c = {low(counter), high(counter), low(stream), high(stream)};
  std::uint32_t key_0 = low(seed);
  std::uint32_t key_1 = high(seed);
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t product_0 = std::uint64_t{multiplier_0} * c[0];
    const std::uint64_t product_1 = std::uint64_t{multiplier_1} * c[2];
    c = {high(product_1) ^ c[1] ^ key_0, low(product_1), high(product_0) ^ c[3] ^ key_1, low(product_0)};
    key_0 += weyl_0;
    key_1 += weyl_1;
  }
  return c;
}

}  // namespace ranktape
