#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace ranktape;

namespace {

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("metric uncertainty: SciPy's intervals and paired tests") {
  constexpr std::int64_t resamples = 200'000;
  for (const nlohmann::json& row : tests::golden("metric_uncertainty.json")) {
    CAPTURE(row["name"].get<std::string>());
    const auto first = row["first"].get<std::vector<double>>();
    const auto second = row["second"].get<std::vector<double>>();
    const double error = row["standard_error"].get<double>();
    const PairedComparison comparison = compare_paired(first, second, {.resamples = resamples});
    CHECK(comparison.counted == static_cast<std::int64_t>(first.size()));
    CHECK(comparison.left_out == 0);
    CHECK(std::abs(comparison.difference - row["difference"].get<double>()) <= 1e-15);
    CHECK(std::abs(comparison.standard_error - error) <= 1e-15);
    const double p_value = row["p_value"].get<double>();
    CHECK(comparison.exact == row["exact"].get<bool>());
    // Two estimates from as many resamples each: five of their standard deviations.
    const double allowed =
        comparison.exact ? 1e-12 : 5 * std::sqrt(2 * p_value * (1 - p_value) / static_cast<double>(resamples));
    CHECK(std::abs(comparison.p_value - p_value) <= allowed);

    std::vector<double> differences;
    for (std::size_t i = 0; i < first.size(); ++i) {
      differences.push_back(second[i] - first[i]);
    }
    for (const auto& [confidence, expected] : row["intervals"].items()) {
      const Interval interval =
          bootstrap_interval(differences, {.resamples = resamples, .confidence = std::stod(confidence)});
      // The quantiles of few values lie on a grid, where both may hit neighbouring points.
      const double grid = first.size() <= 8 ? 0.15 : 0.02;
      CHECK(std::abs(interval.low - expected[0].get<double>()) <= grid * error + 1e-15);
      CHECK(std::abs(interval.high - expected[1].get<double>()) <= grid * error + 1e-15);
    }
  }
}

TEST_CASE("metric uncertainty: known intervals") {
  // Of two values the mean of a resample is 0, 1/2 or 1 with probabilities 1/4, 1/2, 1/4.
  const std::vector<double> coin = {0, 1};
  Interval interval = bootstrap_interval(coin, {.confidence = 0.4});
  CHECK(interval.low == 0.5);
  CHECK(interval.high == 0.5);
  interval = bootstrap_interval(coin, {.confidence = 0.6});
  CHECK(interval.low == 0);
  CHECK(interval.high == 1);

  interval = bootstrap_interval(std::vector<double>{0.25});
  CHECK(interval.low == 0.25);
  CHECK(interval.high == 0.25);
  CHECK(std::isnan(bootstrap_interval({}).low));
  CHECK(std::isnan(bootstrap_interval(std::vector<double>{not_defined}).high));
}

TEST_CASE("metric uncertainty: NaN is left out, in either system") {
  const std::vector<double> first = {0.5, not_defined, 0.25, 1, 0.125};
  const std::vector<double> second = {0.75, 0.5, not_defined, 0.5, 0.25};
  const PairedComparison comparison = compare_paired(first, second);
  CHECK(comparison.counted == 3);
  CHECK(comparison.left_out == 2);
  CHECK(comparison.difference == (0.25 - 0.5 + 0.125) / 3);
  CHECK(comparison.exact);
  // Of the 8 signs, the sum -0.125 is exceeded by all but the two of the smallest sum, 0.125, which are as far from 0.
  CHECK(comparison.p_value == 1);

  const PairedComparison none = compare_paired(std::vector<double>{not_defined}, std::vector<double>{1});
  CHECK(none.counted == 0);
  CHECK(std::isnan(none.difference));
  CHECK(none.p_value == 1);
}

TEST_CASE("metric uncertainty: an estimated p-value counts the signs as they are") {
  const std::vector<double> worse(40, 0.25);
  const std::vector<double> better(40, 0.5);
  // No other sign of 2^40 is as far from 0 but the opposite of all: none of the resamples finds it.
  CHECK(compare_paired(worse, better, {.resamples = 999}).p_value == 0.001);
}

TEST_CASE("metric uncertainty: the seed decides, not the threads") {
  Random random(3);
  std::vector<double> first;
  std::vector<double> second;
  for (int i = 0; i < 101; ++i) {
    first.push_back(random.uniform());
    second.push_back(random.uniform());
  }
  const auto compare = [&](std::uint64_t seed) { return compare_paired(first, second, {.seed = seed}); };
  const int threads = num_threads();
  const PairedComparison shared = compare(1);
  set_num_threads(1);
  const PairedComparison alone = compare(1);
  set_num_threads(threads);
  CHECK(shared.interval.low == alone.interval.low);
  CHECK(shared.interval.high == alone.interval.high);
  CHECK(shared.p_value == alone.p_value);
  CHECK(!shared.exact);
  CHECK(compare(2).interval.low != shared.interval.low);
  // Swapping the systems changes the sign alone.
  CHECK(compare_paired(second, first, {.seed = 1}).difference == -shared.difference);
  CHECK(compare_paired(second, first, {.seed = 1}).p_value == shared.p_value);
}

TEST_CASE("metric uncertainty: exact error texts") {
  const std::vector<double> values = {1, 2};
  CHECK(tests::error_text<NumericError>([&] { bootstrap_interval(values, {.resamples = 0}); }) ==
        "bootstrap_interval: resamples is 0; it must be positive");
  CHECK(tests::error_text<NumericError>([&] { bootstrap_interval(values, {.confidence = 95}); }) ==
        "bootstrap_interval: confidence is 95; it must be between 0 and 1, such as 0.95");
  CHECK(tests::error_text<NumericError>([&] { compare_paired(values, values, {.confidence = not_defined}); }) ==
        "compare_paired: confidence is nan; it must be between 0 and 1, such as 0.95");
  CHECK(tests::error_text<ShapeError>([&] { compare_paired(values, std::vector<double>{1}); }) ==
        "compare_paired: the first system has 2 lists and the second 1; both need the same lists");
}
