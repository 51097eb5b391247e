#include <ranktape/core/random.hpp>
#include <ranktape/core/tensor.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <vector>

using namespace ranktape;

namespace {

using Words = std::array<std::uint32_t, 4>;

struct Moments {
  double mean = 0;
  double variance = 0;
  double skewness = 0;
  double kurtosis = 0;
};

Moments moments(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Moments result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  for (const double value : values) {
    const double d = value - result.mean;
    result.variance += d * d / n;
    result.skewness += d * d * d / n;
    result.kurtosis += d * d * d * d / n;
  }
  result.skewness /= std::pow(result.variance, 1.5);
  result.kurtosis /= result.variance * result.variance;
  return result;
}

double correlation(Random a, Random b, int count) {
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
  }
  return 12 * sum / count;
}

}  // namespace

// The known answers that come with Random123 (kat_vectors, philox4x32 with 10 rounds).
TEST_CASE("random: the known answers of Philox4x32-10") {
  CHECK(Random::block(0, 0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  CHECK(Random::block(ones, ones, ones) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(Random::block(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: bits are the blocks one after another") {
  Random random(123, 45);
  for (std::uint64_t counter = 0; counter < 5; ++counter) {
    for (const std::uint32_t word : Random::block(123, 45, counter)) {
      CHECK(random.bits() == word);
    }
  }
}

TEST_CASE("random: the same seed gives the same numbers, pinned") {
  Random zero(0);
  CHECK(zero.bits() == 0x6627e8d5);
  CHECK(zero.uniform() == static_cast<double>(0xe169c58dbc57ac4c >> 11) * 0x1p-53);
  Random a(42);
  Random b(42);
  Random c(43);
  int same_as_other = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t bits = a.bits();
    CHECK(bits == b.bits());
    same_as_other += bits == c.bits() ? 1 : 0;
  }
  CHECK(same_as_other < 3);
  Random first(1, 0);
  Random second(1, 1);
  CHECK(first.bits() != second.bits());
}

TEST_CASE("random: a copy continues with the same numbers and does not move the first") {
  Random random(9);
  random.bits();
  Random copy = random;
  const double expected = copy.normal();
  copy.bits();
  CHECK(random.normal() == expected);
}

TEST_CASE("random: a saved state continues bit for bit, from any position in a block") {
  for (int drawn = 0; drawn < 9; ++drawn) {
    Random random(77, 5);
    for (int i = 0; i < drawn; ++i) {
      random.bits();
    }
    const Random::State state = random.state();
    CHECK(state.position == static_cast<std::uint64_t>(drawn));
    Random restored = Random::from_state(state);
    for (int i = 0; i < 10; ++i) {
      CHECK(restored.bits() == random.bits());
    }
    CHECK(restored.normal() == random.normal());
  }
}

TEST_CASE("random: uniform numbers have the moments of the uniform distribution") {
  Random random(2024);
  std::vector<double> values(200'000);
  std::generate(values.begin(), values.end(), [&] { return random.uniform(); });
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  CHECK(*low >= 0);
  CHECK(*low < 1e-4);
  CHECK(*high < 1);
  CHECK(*high > 1 - 1e-4);
  const Moments found = moments(values);  // five standard errors
  CHECK(std::abs(found.mean - 0.5) < 0.0033);
  CHECK(std::abs(found.variance - 1.0 / 12) < 0.0009);
  CHECK(std::abs(found.skewness) < 0.02);
  CHECK(std::abs(found.kurtosis - 1.8) < 0.02);
}

TEST_CASE("random: normal numbers have the moments of the normal distribution") {
  Random random(2025);
  std::vector<double> values(200'000);
  std::generate(values.begin(), values.end(), [&] { return random.normal(); });
  const Moments found = moments(values);  // five standard errors
  CHECK(std::abs(found.mean) < 0.0112);
  CHECK(std::abs(found.variance - 1) < 0.0158);
  CHECK(std::abs(found.skewness) < 0.0274);
  CHECK(std::abs(found.kurtosis - 3) < 0.0548);
  const auto beyond = [&](double limit) {
    return std::count_if(values.begin(), values.end(), [=](double value) { return std::abs(value) > limit; });
  };
  CHECK(beyond(1.959964) == doctest::Approx(10'000).epsilon(0.05));
  CHECK(beyond(3.290527) == doctest::Approx(200).epsilon(0.4));
  CHECK(std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }));
}

TEST_CASE("random: below takes every value as often as the others") {
  Random random(31);
  for (const std::uint64_t bound : {2U, 3U, 7U, 10U}) {
    std::vector<double> counts(bound, 0);
    constexpr int draws = 60'000;
    for (int i = 0; i < draws; ++i) {
      const std::uint64_t value = random.below(bound);
      REQUIRE(value < bound);
      ++counts[value];
    }
    const double expected = draws / static_cast<double>(bound);
    double chi_square = 0;
    for (const double count : counts) {
      chi_square += (count - expected) * (count - expected) / expected;
    }
    CHECK(chi_square < 35);  // at most 9 degrees of freedom: less than 1 in 10,000
  }
  CHECK(random.below(1) == 0);
}

// With 3 * 2^62, taking the remainder of 64 bits would draw the lower third twice as often as each other one.
TEST_CASE("random: below has no bias for a bound near that of its bits") {
  Random random(32);
  constexpr std::uint64_t third = std::uint64_t{1} << 62;
  std::array<int, 3> counts = {};
  constexpr int draws = 30'000;
  for (int i = 0; i < draws; ++i) {
    ++counts.at(random.below(3 * third) / third);
  }
  for (const int count : counts) {
    CHECK(std::abs(count - draws / 3) < 400);
  }
}

TEST_CASE("random: shuffle makes permutations, each as often as the others") {
  Random random(33);
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  const std::vector<int> sorted = items;
  random.shuffle(std::span(items));
  CHECK(items != sorted);
  CHECK(std::is_permutation(items.begin(), items.end(), sorted.begin()));

  std::array<int, 27> counts = {};
  for (int i = 0; i < 60'000; ++i) {
    std::array<std::size_t, 3> three = {0, 1, 2};
    random.shuffle(std::span(three));
    ++counts.at(three[0] * 9 + three[1] * 3 + three[2]);
  }
  CHECK(std::count(counts.begin(), counts.end(), 0) == 21);
  CHECK(std::all_of(counts.begin(), counts.end(), [](int n) { return n == 0 || std::abs(n - 10'000) < 500; }));

  std::vector<int> none;
  const Random::State before = random.state();
  random.shuffle(std::span(none));
  CHECK(random.state().position == before.position);
}

TEST_CASE("random: split gives generators that are independent of each other and of their parent") {
  Random parent(5);
  const Random first = parent.split();
  const Random second = parent.split();
  Random child_parent = first;
  const Random grandchild = child_parent.split();
  const std::vector<Random> all = {parent, first, second, grandchild, Random(5)};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      CAPTURE(i);
      CAPTURE(j);
      CHECK(std::abs(correlation(all[i], all[j], 20'000)) < 0.036);  // five standard errors
    }
  }
  Random again(5);
  CHECK(again.split().bits() == Random(first).bits());
  // What the child draws does not move the parent.
  Random child = again.split();
  child.bits();
  CHECK(again.bits() == parent.bits());
}

TEST_CASE("random: tensors draw element by element, whatever their type") {
  Random a(8);
  Random b(8);
  const Tensor x = Tensor::randn(Shape{3, 4}, a, {.dtype = DType::float64});
  for (const double value : x.values<double>()) {
    CHECK(value == b.normal());
  }
  const Tensor y = Tensor::uniform(Shape{5}, 2, 4, a, {.dtype = DType::float32});
  for (const float value : y.values<float>()) {
    CHECK(value == static_cast<float>(2 + 2 * b.uniform()));
  }
  CHECK(a.state().position == b.state().position);
}
