#include "relaxations.hpp"
#include "support.hpp"

using namespace ranktape;
using namespace ranktape::tests;

namespace {

/// The largest difference of a row's or column's sum from 1.
double marginal_error(const Numbers& p, std::size_t n) {
  Numbers rows(n, -1.0);
  Numbers columns(n, -1.0);
  for (std::size_t i = 0; i < n * n; ++i) {
    rows[i / n] += p[i];
    columns[i % n] += p[i];
  }
  return std::max(largest(rows), largest(columns));
}

Numbers sorted_by(const Tensor& p, const Tensor& x) { return sum(p * x, -1).to_vector<double>(); }

}  // namespace

// OTT stops at its tolerance of 1e-3, up to 4e-3 from the solution; the exact numbers are those of 200,000 plain
// iterations.
TEST_CASE("sinkhorn_sort: OTT's soft ranks and soft sort at its defaults, and where its iterations would lead") {
  const Tensor x = doubles(x0);
  const Tensor p = sinkhorn_sort(x);
  const Numbers places = sorted_by(p, x);
  CHECK(largest_difference(places, {-.6680269709, .0716211192, 1.2186346518, 1.2330451612, 2.8947260387}) < 4e-3);
  CHECK(largest_difference(places, {-.6681631, .0723027, 1.2176932, 1.2298911, 2.8982761}) < 1e-7);
  const Tensor positions = tests::arange(5, 0, 1, {.dtype = DType::float64});
  const Numbers ranks = sum(p * reshape(positions, Shape{5, 1}), 0).to_vector<double>();
  CHECK(largest_difference(ranks, {3.9974720072, .9642338379, 2.4340074354, .0399076103, 2.5620352436}) < 2e-3);
  CHECK(largest_difference(ranks, {3.9989652, .963913, 2.4344557, .0397964, 2.5628697}) < 1e-7);
}

TEST_CASE("sinkhorn_sort: the conditions that define it") {
  Random random(3);
  for (const std::int64_t n : {2, 5, 30, 100}) {
    for (const double temperature : {1e-4, 1e-3, 1e-2, 1.0, 1e3}) {
      CAPTURE(n);
      CAPTURE(temperature);
      const Tensor x = tests::randn(Shape{n}, random, {.dtype = DType::float64});
      const Numbers p = sinkhorn_sort(x, {.temperature = temperature}).to_vector<double>();
      const auto count = static_cast<std::size_t>(n);
      CHECK(sinkhorn_diagnostics().error <= 1e-9);
      CHECK(marginal_error(p, count) < 3e-9);
      CHECK(sinkhorn_diagnostics().iterations <= 8);
      // t log P + cost is a sum of a row's and a column's number: its cross differences vanish.
      const Numbers values = x.to_vector<double>();
      double mean = 0;
      double squares = 0;
      for (const double value : values) {
        mean += value / static_cast<double>(n);
      }
      for (const double value : values) {
        squares += (value - mean) * (value - mean) / static_cast<double>(n);
      }
      const auto term = [&](std::size_t i, std::size_t j) {
        const double z = 1 / (1 + std::exp(-(values[j] - mean) / std::sqrt(squares)));
        const double difference = static_cast<double>(i) / static_cast<double>(n - 1) - z;
        return temperature * std::log(p[count * i + j]) + difference * difference;
      };
      for (std::size_t i = 1; i < count; ++i) {
        if (p[count * i] > 1e-300 && p[0] > 1e-300 && p[count * i + i] > 1e-300 && p[i] > 1e-300) {
          CHECK(std::abs(term(i, i) - term(0, i) - term(i, 0) + term(0, 0)) < 1e-11 * (1 + temperature));
        }
      }
    }
  }
}

TEST_CASE("sinkhorn_sort: hard at a small temperature; shifts, scale, permutations and direction") {
  Random random(4);
  const Tensor x = tests::randn(Shape{12}, random, {.dtype = DType::float64});
  CHECK(largest_difference(sorted_by(sinkhorn_sort(x, {.temperature = 1e-6}), x), sort(x).to_vector<double>()) < 1e-9);
  const Numbers p = sinkhorn_sort(x).to_vector<double>();
  CHECK(largest_difference(sinkhorn_sort(x * 5.0 + 3.0).to_vector<double>(), p) < 1e-7);
  const Numbers down = sinkhorn_sort(-x, {.direction = Direction::descending}).to_vector<double>();
  CHECK(largest_difference(down, p) < 1e-12);
  Numbers values = x.to_vector<double>();
  std::reverse(values.begin(), values.end());
  const Numbers moved = sinkhorn_sort(doubles(values)).to_vector<double>();
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t j = 0; j < 12; ++j) {
      CHECK(std::abs(moved[12 * i + (11 - j)] - p[12 * i + j]) < 1e-7);
    }
  }
}

TEST_CASE("sinkhorn_sort: ties and constant lists are differentiable") {
  const SinkhornOptions options = {.temperature = 0.05, .tolerance = 1e-13};
  const auto function = [options](std::span<const Tensor> x) { return sinkhorn_sort(x[0], options); };
  const GradcheckReport report =
      gradcheck(function, {doubles({1, 2, 1, 1, 3})}, {.step = 1e-5, .absolute_tolerance = 1e-6});
  CHECK_MESSAGE(report.passed, report.message);
  const Result constant =
      run([&](const Tensor& x) { return sum(sinkhorn_sort(x, options) * x, -1); }, {4, 4, 4}, {1, 2, 3});
  CHECK(largest_difference(constant.output, {4, 4, 4}) < 1e-12);
  CHECK(std::isfinite(largest(constant.gradient)));
}

TEST_CASE("sinkhorn_sort: gradients of hard and of long lists are finite, float32 agrees with float64") {
  Random random(5);
  const Numbers x = tests::randn(Shape{80}, random).to_vector<double>();
  const Numbers g = tests::randn(Shape{6400}, random).to_vector<double>();
  for (const double temperature : {1e-6, 1e-4, 1e-2, 1.0}) {
    CAPTURE(temperature);
    const auto function = [&](const Tensor& v) { return sinkhorn_sort(v, {.temperature = temperature}); };
    const Result wide = run(function, x, g);
    const Result narrow = run(function, x, g, DType::float32);
    CHECK(largest_difference(narrow.output, wide.output) < 1e-7);
    CHECK(largest_difference(narrow.gradient, wide.gradient) <= 1e-6 * largest(wide.gradient));
  }
}

TEST_CASE("sinkhorn_sort: units, batches, empty lists and error texts") {
  Random random(8);
  const Tensor x = tests::randn(Shape{2, 3, 4}, random);
  CHECK(sinkhorn_sort(x).shape() == Shape{2, 3, 4, 4});
  CHECK(largest_difference(
            sinkhorn_sort(x, {.temperature = 0.04, .temperature_unit = StrengthUnit::per_item}).to_vector<double>(),
            sinkhorn_sort(x, {.temperature = 0.01}).to_vector<double>()) < 1e-7);
  CHECK(marginal_error(sinkhorn_sort(doubles(x0), {.temperature = 0.5, .temperature_unit = StrengthUnit::spread})
                           .to_vector<double>(),
                       5) < 1e-8);
  CHECK(sinkhorn_sort(tests::zeros(Shape{0})).shape() == Shape{0, 0});
  CHECK(sinkhorn_sort(tests::zeros(Shape{3, 0})).shape() == Shape{3, 0, 0});
  CHECK(run([](const Tensor& v) { return sinkhorn_sort(v); }, {7}, {2}).gradient == Numbers{0});
  const Tensor fine = tests::from({1, 2, 3.5});
  CHECK(error_text<NumericError>([&] { sinkhorn_sort(fine, {.temperature = -1}); }) ==
        "sinkhorn_sort: temperature is -1; it must be positive and finite");
  CHECK(error_text<NumericError>([&] { sinkhorn_sort(fine, {.tolerance = 0}); }) ==
        "sinkhorn_sort: tolerance is 0; it must be positive");
  const std::string text =
      error_text<NumericError>([&] { sinkhorn_sort(fine, {.temperature = 0.1, .max_iterations = 1}); });
  CHECK(
      text.starts_with("sinkhorn_sort: list 0 of [3] float32 has not converged: after 1 iterations a row or column "
                       "sums to 1 only within 0.0"));
  CHECK(
      text.ends_with("and the tolerance is 1e-09; raise max_iterations, the tolerance or the temperature, which is "
                     "0.1"));
  CHECK(error_text<ShapeError>([&] {
          sinkhorn_sort(tests::ones(Shape{3, 1}));
        }) ==
        "sinkhorn_sort: each row of [3, 1] float32 would be a list of one document; give a tensor of shape [documents] "
        "with Groups, or reshape it so that the last dimension is a list");
}
