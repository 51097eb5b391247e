#include "relaxations.hpp"
#include "support.hpp"

using namespace ranktape;
using namespace ranktape::tests;

namespace {

/// P x.
Tensor product(const Tensor& p, const Tensor& x) { return sum(p * x, -1); }

/// P, or P x for the rows of soft_sort.
Tensor of_row(const nlohmann::json& row, const Tensor& x, const Tensor& p) {
  return row["op"] == "soft_sort" ? product(p, x) : p;
}

Numbers row_sums(const Numbers& p, std::size_t n, bool columns) {
  Numbers sums(n, 0.0);
  for (std::size_t i = 0; i < n * n; ++i) {
    sums[columns ? i % n : i / n] += p[i];
  }
  return sums;
}

}  // namespace

TEST_CASE("neural_sort: every golden row") {
  CHECK(check_golden("neural_sort", [](const nlohmann::json& row, const Tensor& x) {
          return of_row(row, x, neural_sort(x, options_of(row)));
        }) == 28);
}

TEST_CASE("neural_sort: the numbers of the reference implementation, largest first") {
  const Tensor x = doubles(x0);
  const Tensor p = neural_sort(x, {.direction = Direction::descending});
  CHECK(largest_difference(product(p, x).to_vector<double>(),
                           {2.458336443815, 1.354506727592, 1.042950619985, .262600746157, -.418611324384}) < 1e-11);
  CHECK(largest_difference(row_sums(p.to_vector<double>(), 5, true), {.827438, .947235, 1.161214, .906722, 1.157390}) <
        1e-6);
}

TEST_CASE("neural_sort and soft_sort_matrix: rows sum to 1, shifts, scale, permutations, direction, the hard limit") {
  Random random(5);
  const Numbers x = tests::randn(Shape{20}, random).to_vector<double>();
  const auto matrices = std::vector<std::function<Numbers(const Numbers&, double, Direction)>>{
      [](const Numbers& v, double t, Direction d) {
        return neural_sort(doubles(v), {.temperature = t, .direction = d}).to_vector<double>();
      },
      [](const Numbers& v, double t, Direction d) {
        return soft_sort_matrix(doubles(v), {.temperature = t, .direction = d}).to_vector<double>();
      },
      [](const Numbers& v, double t, Direction d) {
        return soft_sort_matrix(doubles(v), {.temperature = t * t, .direction = d, .power = 2}).to_vector<double>();
      }};
  for (const auto& matrix : matrices) {
    for (const double temperature : {1e-7, 0.3, 5.0, 1e9}) {
      CAPTURE(temperature);
      const Numbers p = matrix(x, temperature, Direction::ascending);
      CHECK(largest_difference(row_sums(p, 20, false), Numbers(20, 1.0)) < 1e-14);
      Numbers turned = matrix(x, temperature, Direction::descending);
      std::reverse(turned.begin(), turned.end());
      Numbers moved(x.rbegin(), x.rend());
      for (double& value : moved) {
        value = 3 * (value + 7);
      }
      const Numbers scaled = matrix(moved, 3 * temperature, Direction::ascending);
      for (std::size_t i = 0; i < 20; ++i) {
        for (std::size_t j = 0; j < 20; ++j) {
          // a row reversed from the other direction, a column from the other end
          CHECK(turned[20 * i + (19 - j)] == doctest::Approx(p[20 * i + j]).epsilon(1e-12));
          CHECK(std::abs(scaled[20 * i + (19 - j)] - p[20 * i + j]) < 1e-11 + 1e-13 / temperature);
        }
      }
      if (temperature == 1e-7) {
        Numbers sorted = x;
        std::sort(sorted.begin(), sorted.end());
        const Tensor square = tests::from(p, Shape{20, 20}, {.dtype = DType::float64});
        CHECK(largest_difference(product(square, doubles(x)).to_vector<double>(), sorted) < 1e-12);
      }
    }
    const Numbers far = matrix({1e150, -1e150, 3, 1e-150}, 1e-150, Direction::ascending);
    CHECK(std::isfinite(largest(far)));
    CHECK(far[1] == 1);
    CHECK(far[12] == 1);
  }
}

TEST_CASE("neural_sort and soft_sort_matrix: ties are finite") {
  const Numbers tied = {1, 1, 2, 1, 2};
  const Numbers g = {1, -2, 3, 1, 0, 4, 1, 1, 2, 5, 1, 0, 3, 2, 1, 1, 4, 2, 2, 3, 1, 0, 1, 0, 1};
  CHECK(std::isfinite(largest(run([](const Tensor& x) { return neural_sort(x); }, tied, g).gradient)));
  CHECK(std::isfinite(largest(run([](const Tensor& x) { return soft_sort_matrix(x); }, tied, g).gradient)));
  const Numbers p = neural_sort(doubles({4, 4, 4})).to_vector<double>();
  CHECK(largest_difference(p, Numbers(9, 1.0 / 3)) < 1e-15);
}

TEST_CASE("neural_sort and soft_sort_matrix: units, batches, empty lists and error texts") {
  Random random(8);
  const Tensor x = tests::randn(Shape{2, 3, 4}, random, {.dtype = DType::float64});
  const RelaxationOptions spread = {.temperature = 3, .temperature_unit = StrengthUnit::spread};
  CHECK(neural_sort(x).shape() == Shape{2, 3, 4, 4});
  CHECK(largest_difference(neural_sort(x, spread).to_vector<double>(),
                           neural_sort(x * 9.0, spread).to_vector<double>()) < 1e-13);
  for (const int power : {1, 2}) {
    const SoftSortMatrixOptions options = {.temperature = 3, .temperature_unit = StrengthUnit::spread, .power = power};
    CHECK(largest_difference(soft_sort_matrix(x, options).to_vector<double>(),
                             soft_sort_matrix(x * 9.0, options).to_vector<double>()) < 1e-13);
    const SoftSortMatrixOptions per_item = {
        .temperature = 4, .temperature_unit = StrengthUnit::per_item, .power = power};
    CHECK(largest_difference(soft_sort_matrix(x, per_item).to_vector<double>(),
                             soft_sort_matrix(x, {.temperature = 1, .power = power}).to_vector<double>()) < 1e-14);
  }
  CHECK(neural_sort(tests::zeros(Shape{0})).shape() == Shape{0, 0});
  CHECK(neural_sort(tests::zeros(Shape{3, 0})).shape() == Shape{3, 0, 0});
  CHECK(soft_sort_matrix(tests::zeros(Shape{0})).shape() == Shape{0, 0});
  CHECK(neural_sort(tests::from({7})).to_vector<double>() == Numbers{1});
  CHECK(soft_sort_matrix(tests::from({7})).to_vector<double>() == Numbers{1});
  const Tensor fine = tests::from({1, 2, 3});
  CHECK(error_text<NumericError>([&] { neural_sort(fine, {.temperature = -1}); }) ==
        "neural_sort: temperature is -1; it must be positive and finite");
  CHECK(error_text<NumericError>([&] { soft_sort_matrix(fine, {.power = 3}); }) ==
        "soft_sort_matrix: power is 3; it must be 1 or 2");
  CHECK(error_text<NumericError>([&] { soft_sort_matrix(tests::from({std::numeric_limits<float>::quiet_NaN()})); }) ==
        "soft_sort_matrix: element 0 of [1] float32 is nan; values must be finite to be ranked: look at what computed "
        "them");
  CHECK(error_text<ShapeError>([&] {
          neural_sort(tests::ones(Shape{1, 1, 2, 3}));
        }) ==
        "neural_sort: [1, 1, 2, 3] float32 would give matrices of shape [..., 3, 3], five dimensions; reshape it to "
        "[lists, 3]");
  CHECK(error_text<ShapeError>([&] {
          soft_sort_matrix(tests::ones(Shape{3, 1}));
        }) ==
        "soft_sort_matrix: each row of [3, 1] float32 would be a list of one document; give a tensor of shape "
        "[documents] with Groups, or reshape it so that the last dimension is a list");
}
