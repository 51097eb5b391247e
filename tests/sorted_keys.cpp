#include "simd_targets.hpp"

#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace ranktape;

namespace {

/// Few different values, so that most are tied; or all different.
template <class Scalar>
std::vector<Scalar> sample(std::size_t n, bool tied, Random& random) {
  std::vector<Scalar> values(n);
  for (Scalar& value : values) {
    value = static_cast<Scalar>(tied ? static_cast<double>(random.below(5)) - 2 : random.normal() * 1e3);
  }
  return values;
}

template <class Scalar>
bool sorts_stably(const std::vector<Scalar>& values, int sign) {
  const std::size_t n = values.size();
  std::vector<std::uint32_t> expected(n);
  std::iota(expected.begin(), expected.end(), 0U);
  std::stable_sort(expected.begin(), expected.end(), [&](std::uint32_t a, std::uint32_t b) {
    return static_cast<Scalar>(sign) * values[a] > static_cast<Scalar>(sign) * values[b];
  });
  const auto keys = detail::key_memory<Scalar>(n);
  std::vector<double> sorted(n);
  std::vector<std::uint32_t> order(n);
  detail::sort_decreasing(values.data(), n, sign, keys.data(), sorted.data(), order.data());
  bool same = order == expected;
  for (std::size_t i = 0; i < n; ++i) {
    same = same && sorted[i] == sign * static_cast<double>(values[expected[i]]);
  }
  return same;
}

}  // namespace

TEST_CASE_TEMPLATE("sort_decreasing is stable at every length where its way of sorting changes", Scalar, float,
                   double) {
  Random random(11);
  for (std::size_t n = 0; n <= 700; ++n) {
    CAPTURE(n);
    const int repeats = n <= 40 ? 10 : 1;
    for (int repeat = 0; repeat < repeats; ++repeat) {
      for (const bool tied : {false, true}) {
        const std::vector<Scalar> values = sample<Scalar>(n, tied, random);
        tests::for_each_simd_target([&] {
          CHECK(sorts_stably(values, 1));
          CHECK(sorts_stably(values, -1));
        });
      }
    }
  }
}

TEST_CASE("sort_decreasing orders the largest numbers, both zeros and denormals as numbers") {
  const std::vector<float> values = {-0.0F, 1e-45F, 0.0F, -1e-45F, 3e38F, -3e38F, 1.0F};
  CHECK(sorts_stably(values, 1));
  CHECK(sorts_stably(values, -1));
}
