#include "relaxations.hpp"
#include "support.hpp"

#include <numeric>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

/// The definition, by a double loop.
Numbers by_pairs(const Numbers& x, double temperature) {
  Numbers ranks(x.size(), 1.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.size(); ++j) {
      ranks[i] += i == j ? 0.0 : 1 / (1 + std::exp((x[j] - x[i]) / temperature));
    }
  }
  return ranks;
}

}  // namespace

TEST_CASE("sigmoid_rank: every golden row") {
  CHECK(check_golden("sigmoid", [](const nlohmann::json& row, const Tensor& x) {
          return sigmoid_rank(x, options_of(row));
        }) == 16);
}

TEST_CASE("sigmoid_rank: the definition, at every scale, with the sum, direction and hard limit that follow") {
  Random random(3);
  for (const double temperature : {1e-6, 1e-3, 0.02, 0.1, 1.0, 50.0, 1e8}) {
    CAPTURE(temperature);
    const Numbers x = tests::randn(Shape{123}, random).to_vector<double>();
    const Numbers ranks = sigmoid_rank(doubles(x), {.temperature = temperature}).to_vector<double>();
    CHECK(largest_difference(ranks, by_pairs(x, temperature)) < 1e-11);
    CHECK(std::accumulate(ranks.begin(), ranks.end(), 0.0) == doctest::Approx(123 * 124 / 2.0).epsilon(1e-14));
    Numbers down =
        sigmoid_rank(doubles(x), {.temperature = temperature, .direction = Direction::descending}).to_vector<double>();
    for (double& rank : down) {
      rank = 124 - rank;
    }
    CHECK(largest_difference(down, ranks) < 1e-11);
    if (temperature == 1e-6) {
      CHECK(largest_difference(ranks, rank(doubles(x)).to_vector<double>()) < 1e-9);
    }
  }
  const Numbers far = {1e30, -3, 1e300, -2, -1e300, -2};
  CHECK(sigmoid_rank(doubles(far), {.temperature = 1e-4}).to_vector<double>() == Numbers{5, 2, 6, 3.5, 1, 3.5});
}

TEST_CASE("sigmoid_rank: order, shifts, scale, permutations; equal values get equal ranks") {
  Random random(4);
  Numbers x = tests::randn(Shape{60}, random).to_vector<double>();
  x[7] = x[31] = x[59];
  for (const double temperature : {1e-3, 0.3, 20.0}) {
    const Numbers ranks = sigmoid_rank(doubles(x), {.temperature = temperature}).to_vector<double>();
    Numbers moved(x.rbegin(), x.rend());
    for (double& value : moved) {
      value = 3 * (value + 7);
    }
    Numbers again = sigmoid_rank(doubles(moved), {.temperature = 3 * temperature}).to_vector<double>();
    std::reverse(again.begin(), again.end());
    CHECK(largest_difference(again, ranks) < 1e-10);
    CHECK(ranks[7] == ranks[31]);
    CHECK(ranks[7] == ranks[59]);
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        CHECK((x[i] < x[j]) <= (ranks[i] <= ranks[j] + 1e-12));
      }
    }
  }
}

TEST_CASE("sigmoid_rank: gradients of long lists agree with the double loop, float32 with float64") {
  Random random(6);
  const Numbers x = tests::randn(Shape{2000}, random).to_vector<double>();
  const Numbers g = tests::randn(Shape{2000}, random).to_vector<double>();
  for (const double temperature : {1e-4, 1e-2, 1.0, 1e4}) {
    CAPTURE(temperature);
    const auto function = [&](const Tensor& v) { return sigmoid_rank(v, {.temperature = temperature}); };
    const Result wide = run(function, x, g);
    const Result narrow = run(function, x, g, DType::float32);
    Numbers expected(x.size(), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        const double s = 1 / (1 + std::exp(-std::abs(x[i] - x[j]) / temperature));
        expected[i] += s * (1 - s) * (g[i] - g[j]) / temperature;
      }
    }
    CHECK(largest_difference(wide.gradient, expected) <= 1e-12 * largest(expected));
    CHECK(largest_difference(narrow.output, wide.output) <= 2e-7 * largest(wide.output));
    CHECK(largest_difference(narrow.gradient, wide.gradient) <= 5e-7 * largest(wide.gradient));
  }
}

TEST_CASE("sigmoid_rank: units, groups, empty lists and error texts") {
  const Tensor x = tests::from(x0, {.dtype = DType::float64});
  const Groups groups = Groups::from_sizes({3, 0, 2});
  const auto with = [&](StrengthUnit unit) {
    return sigmoid_rank(x, groups, {.temperature = 2, .temperature_unit = unit}).to_vector<double>();
  };
  const Numbers first = {x0[0], x0[1], x0[2]};
  const Numbers alone = sigmoid_rank(doubles(first), {.temperature = 2.0 / 3}).to_vector<double>();
  const Numbers together = with(StrengthUnit::per_item);
  CHECK(largest_difference({together[0], together[1], together[2]}, alone) < 1e-14);
  CHECK(largest_difference(with(StrengthUnit::spread),
                           sigmoid_rank(x * 7.0, groups, {.temperature = 2, .temperature_unit = StrengthUnit::spread})
                               .to_vector<double>()) < 1e-13);
  CHECK(sigmoid_rank(tests::zeros(Shape{0})).size() == 0);
  CHECK(sigmoid_rank(tests::from({3})).to_vector<double>() == Numbers{1});
  const Tensor fine = tests::from({1, 2, 3});
  CHECK(
      error_text<NumericError>([&] {
        sigmoid_rank(tests::from({1, std::numeric_limits<float>::infinity()}));
      }) ==
      "sigmoid_rank: element 1 of [2] float32 is inf; values must be finite to be ranked: look at what computed them");
  CHECK(error_text<NumericError>([&] { sigmoid_rank(fine, {.temperature = 0}); }) ==
        "sigmoid_rank: temperature is 0, which makes hard ranks with no gradient; call rank or sort for those, or give "
        "a positive temperature");
  CHECK(error_text<ShapeError>([&] {
          sigmoid_rank(tests::ones(Shape{2, 1}));
        }) ==
        "sigmoid_rank: each row of [2, 1] float32 would be a list of one document; give a tensor of shape [documents] "
        "with Groups, or reshape it so that the last dimension is a list");
}
