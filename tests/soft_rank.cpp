#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

using namespace ranktape;

namespace {

const TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};

SoftRankOptions options_of(const nlohmann::json& row) {
  return {.regularization_strength = row["regularization_strength"],
          .regularization = row["regularization"] == "l2" ? Regularization::l2 : Regularization::kl,
          .direction = row["direction"] == "ascending" ? Direction::ascending : Direction::descending};
}

Tensor call(const std::string& operation, const Tensor& values, const SoftRankOptions& options) {
  return operation == "soft_rank" ? soft_rank(values, options) : soft_sort(values, options);
}

double largest(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [](double most, double value) { return std::max(most, std::abs(value)); });
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::isnan(a[i]) || std::isnan(b[i]) ? std::numeric_limits<double>::infinity()
                                                : std::max(most, std::abs(a[i] - b[i]));
  }
  return most;
}

struct Result {
  std::vector<double> output;
  std::vector<double> gradient;
  std::int64_t blocks;
};

Result run(const std::string& operation, const std::vector<double>& input, const std::vector<double>& cotangent,
           const SoftRankOptions& options, DType dtype) {
  const Tensor values = tests::from(input, {.dtype = dtype, .requires_grad = true});
  const Tape tape;
  const Tensor output = call(operation, values, options);
  const std::int64_t blocks = rank_diagnostics().blocks;
  const Gradients gradients = output.backward({.cotangent = tests::from(cotangent, {.dtype = dtype})});
  return {output.to_vector<double>(), gradients[values].to_vector<double>(), blocks};
}

}  // namespace

TEST_CASE("soft_rank and soft_sort: every golden row, in float64") {
  const nlohmann::json rows = tests::golden("soft_rank_sort.json.gz");
  CHECK(rows.size() == 720);
  for (const nlohmann::json& row : rows) {
    const Result result = run(row["op"], row["input"], row["cotangent"], options_of(row), DType::float64);
    CAPTURE(row.dump());
    const auto expected = row["output"].get<std::vector<double>>();
    CHECK(largest_difference(result.output, expected) <= 1e-9 * std::max(1.0, largest(expected)));
    if (!row["input_gradient"].is_null()) {
      const auto gradient = row["input_gradient"].get<std::vector<double>>();
      CHECK(largest_difference(result.gradient, gradient) <= 1e-9 * std::max(1.0, largest(gradient)));
    }
  }
}

// The golden inputs are doubles; rounding them to float32 moves them by 6e-8 of their size, which the operation
// multiplies by up to 1 / strength (ranks; capped by the list's length) or hands on (sort). Beyond that, all
// arithmetic is in double, and the output is rounded once.
TEST_CASE("soft_rank and soft_sort: every golden row, in float32") {
  for (const nlohmann::json& row : tests::golden("soft_rank_sort.json.gz")) {
    const auto input = row["input"].get<std::vector<double>>();
    const auto expected = row["output"].get<std::vector<double>>();
    const Tensor values = tests::from(input);
    const Tensor output = call(row["op"], values, options_of(row));
    const double rounding = 6e-8 * largest(input);
    const double steepness = row["op"] == "soft_rank"
                                 ? 2 / row["regularization_strength"].get<double>() * std::max(1.0, largest(expected))
                                 : 2.0;
    CAPTURE(row.dump());
    CHECK(largest_difference(output.to_vector<double>(), expected) <=
          rounding * steepness + 1.2e-7 * largest(expected));
  }
}

TEST_CASE("soft_rank: sums, order, shifts, scale, permutations and direction") {
  Random random(3);
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const double strength : {1e-3, 0.1, 1.0, 30.0}) {
      const std::vector<double> values = tests::randn(Shape{40}, random).to_vector<double>();
      const SoftRankOptions options = {.regularization_strength = strength, .regularization = regularization};
      const auto ranks = [&](const std::vector<double>& x, const SoftRankOptions& how) {
        return soft_rank(tests::from(x, {.dtype = DType::float64}), how).to_vector<double>();
      };
      const std::vector<double> r = ranks(values, options);
      CHECK(std::accumulate(r.begin(), r.end(), 0.0) == doctest::Approx(40 * 41 / 2.0).epsilon(1e-12));

      std::vector<double> moved(values.rbegin(), values.rend());
      std::vector<double> expected(r.rbegin(), r.rend());
      for (double& value : moved) {
        value = 3 * (value + 7);
      }
      SoftRankOptions scaled = options;
      scaled.regularization_strength *= 3;
      CHECK(largest_difference(ranks(moved, scaled), expected) < 1e-9);

      std::vector<std::size_t> order(values.size());
      std::iota(order.begin(), order.end(), 0);
      std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
      for (std::size_t i = 1; i < order.size(); ++i) {
        CHECK(r[order[i - 1]] <= r[order[i]] + 1e-12);
      }

      SoftRankOptions descending = options;
      descending.direction = Direction::descending;
      std::vector<double> negated = values;
      for (double& value : negated) {
        value = -value;
      }
      CHECK(largest_difference(ranks(values, descending), ranks(negated, options)) == 0);
    }
  }
}

TEST_CASE("soft_rank: equal values get equal ranks and share the gradient, -0 equals +0") {
  const Result result = run("soft_rank", {1, 1, 1, 2}, {1, 2, 3, 4}, {.regularization_strength = 0.1}, DType::float64);
  CHECK(largest_difference(result.output, {2, 2, 2, 4}) < 1e-14);
  CHECK(largest_difference(result.gradient, {-10, 0, 10, 0}) < 1e-13);
  const Tensor zeros = soft_rank(tests::from({0, -0.0, 5}), {.regularization_strength = 1e-3});
  CHECK(zeros.to_vector<double>() == std::vector<double>{1.5, 1.5, 3});
}

TEST_CASE("soft_rank: ragged groups are as their lists alone, empty and single lists included") {
  Random random(5);
  const Tensor values = tests::randn(Shape{60}, random, float64_parameter);
  const Tensor cotangent = tests::randn(Shape{60}, random, {.dtype = DType::float64});
  const std::vector<std::int64_t> sizes = {0, 7, 1, 0, 30, 2, 20, 0};
  const Groups groups = Groups::from_sizes(sizes);
  for (const char* operation : {"soft_rank", "soft_sort"}) {
    for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
      for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
        const SoftRankOptions options = {
            .regularization_strength = 2, .regularization = regularization, .strength_unit = unit};
        const Tape tape;
        const bool ranks = std::string(operation) == "soft_rank";
        const Tensor output = ranks ? soft_rank(values, groups, options) : soft_sort(values, groups, options);
        const std::vector<double> all = output.to_vector<double>();
        const std::vector<double> gradient = output.backward({.cotangent = cotangent})[values].to_vector<double>();
        const auto part = [&](const std::vector<double>& whole, std::int64_t list) {
          return std::vector<double>(whole.begin() + groups.begin(list), whole.begin() + groups.begin(list + 1));
        };
        for (std::int64_t list = 0; list < groups.count(); ++list) {
          const Result alone = run(operation, part(values.to_vector<double>(), list),
                                   part(cotangent.to_vector<double>(), list), options, DType::float64);
          CHECK(part(all, list) == alone.output);
          CHECK(part(gradient, list) == alone.gradient);
        }
      }
    }
  }
}

TEST_CASE("soft_rank: strength units") {
  const Tensor values = tests::from({2.9, 0.1, 1.2, -0.7, 1.25}, {.dtype = DType::float64});
  const auto with = [&](double strength, StrengthUnit unit) {
    return soft_rank(values, {.regularization_strength = strength, .strength_unit = unit}).to_vector<double>();
  };
  CHECK(largest_difference(with(5, StrengthUnit::per_item), with(1, StrengthUnit::absolute)) < 1e-14);
  double squares = 0;
  for (const double value : values.to_vector<double>()) {
    squares += (value - 0.95) * (value - 0.95);
  }
  CHECK(largest_difference(with(5, StrengthUnit::spread), with(std::sqrt(squares / 5), StrengthUnit::absolute)) <
        1e-12);
  const Tensor constant = tests::ones(Shape{4});
  CHECK(soft_rank(constant, {.strength_unit = StrengthUnit::spread}).to_vector<double>() ==
        std::vector<double>(4, 2.5));
}

TEST_CASE("soft_rank: far outliers and offsets cost no digits") {
  // Exact ranks by construction: every gap is far above the strength, but the two close values pool.
  const std::vector<double> values = {1e30, 3e15, 1.5, 1.5 - 5e-5, -2e20};
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    const SoftRankOptions options = {.regularization_strength = 1e-4, .regularization = regularization};
    const Tensor x = tests::from(values, {.dtype = DType::float64});
    const std::vector<double> r = soft_rank(x, options).to_vector<double>();
    CHECK(r[0] == 5);
    CHECK(r[1] == 4);
    CHECK(r[4] == 1);
    if (regularization == Regularization::l2) {
      CHECK(r[2] == doctest::Approx(2.75).epsilon(1e-9));
      CHECK(r[3] == doctest::Approx(2.25).epsilon(1e-9));
    }
    CHECK(r[2] + r[3] == doctest::Approx(5).epsilon(1e-12));
  }
  const Tensor offset = tests::from({1e6, 1e6 + 0.25, 1e6 + 2}, {.dtype = DType::float64});
  CHECK(largest_difference(soft_rank(offset, {.regularization_strength = 0.5}).to_vector<double>(),
                           soft_rank(offset - 1e6, {.regularization_strength = 0.5}).to_vector<double>()) < 1e-12);
}

TEST_CASE("soft_rank and soft_sort: float32 agrees with float64 on the same values, with the same blocks") {
  Random random(11);
  for (const std::int64_t n : {2, 100, 10'000}) {
    const Tensor values = tests::randn(Shape{n}, random);
    const std::vector<double> x = values.to_vector<double>();
    const std::vector<double> g = tests::randn(Shape{n}, random).to_vector<double>();
    for (const char* operation : {"soft_rank", "soft_sort"}) {
      for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
        for (const double strength : {1e-4, 1e-2, 1.0, 1e2, 1e4}) {
          const SoftRankOptions options = {.regularization_strength = strength, .regularization = regularization};
          const Result narrow = run(operation, x, g, options, DType::float32);
          const Result wide = run(operation, x, g, options, DType::float64);
          CAPTURE(operation);
          CAPTURE(n);
          CAPTURE(strength);
          CHECK(narrow.blocks == wide.blocks);
          CHECK(largest_difference(narrow.output, wide.output) <= 2e-7 * largest(wide.output));
          CHECK(largest_difference(narrow.gradient, wide.gradient) <= 5e-7 * largest(wide.gradient));
        }
      }
    }
  }
}

TEST_CASE("soft_rank: a million documents") {
  Random random(13);
  const Tensor values = tests::randn(Shape{1'000'000}, random, {.requires_grad = true});
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    const Tape tape;
    const Tensor ranks = soft_rank(values, {.regularization_strength = 4e-6, .regularization = regularization});
    const std::vector<double> r = ranks.to_vector<double>();
    CHECK(std::accumulate(r.begin(), r.end(), 0.0) == doctest::Approx(500'000'500'000.0).epsilon(1e-9));
    const Gradients gradients = ranks.backward({.cotangent = ranks.detach()});
    const std::vector<double> g = gradients[values].to_vector<double>();
    CHECK(std::all_of(g.begin(), g.end(), [](double value) { return std::isfinite(value); }));
    CHECK(rank_diagnostics().blocks_per_document() > 0.03);
  }
}

TEST_CASE("soft_rank: exact error texts") {
  using tests::error_text;
  const Tensor scores = tests::from({1, std::numeric_limits<float>::quiet_NaN(), 3}).named("scores");
  CHECK(
      error_text<NumericError>([&] { soft_rank(scores); }) ==
      "soft_rank: element 1 of 'scores' [3] float32 is nan; values must be finite to be ranked: look at what computed "
      "them");
  const Tensor fine = tests::from({1, 2, 3});
  CHECK(error_text<NumericError>([&] { soft_rank(fine, {.regularization_strength = 0}); }) ==
        "soft_rank: regularization_strength is 0, which makes hard ranks with no gradient; call rank or sort for "
        "those, or give a positive strength");
  CHECK(error_text<NumericError>([&] { soft_rank(fine, {.regularization_strength = -2}); }) ==
        "soft_rank: regularization_strength is -2; it must be positive and finite");
  const Groups four = Groups::from_sizes({2, 2});
  CHECK(error_text<ShapeError>([&] { soft_rank(fine, four); }) ==
        "soft_rank: the groups hold 4 documents, but the values [3] float32 hold 3");
  const Tensor column = tests::ones(Shape{3, 1});
  CHECK(error_text<ShapeError>([&] { soft_rank(column); }) ==
        "soft_rank: each row of [3, 1] float32 would be a list of one document; give a tensor of shape [documents] "
        "with Groups, or reshape it so that the last dimension is a list");
  const Groups three = Groups::from_sizes({3});
  CHECK(error_text<ShapeError>([&] { soft_rank(column, three); }) ==
        "soft_rank: with Groups the values must be of shape [documents], not [3, 1] float32");
}

TEST_CASE("soft_rank: empty tensors and lists of one") {
  CHECK(soft_rank(tests::zeros(Shape{0})).size() == 0);
  CHECK(soft_rank(tests::zeros(Shape{0}), Groups::from_sizes({0, 0})).size() == 0);
  CHECK(soft_rank(tests::from({7})).to_vector<double>() == std::vector<double>{1});
  CHECK(soft_sort(tests::from({7})).to_vector<double>() == std::vector<double>{7});
  CHECK(soft_rank(tests::zeros(Shape{0, 4})).shape() == Shape{0, 4});
}
