#include "relaxations.hpp"
#include "support.hpp"

using namespace ranktape;
using namespace ranktape::tests;

namespace {

constexpr Comparator comparators[] = {Comparator::logistic,   Comparator::logistic_phi, Comparator::gaussian,
                                      Comparator::reciprocal, Comparator::cauchy,       Comparator::optimal};

Numbers sums(const Numbers& p, std::size_t n, bool columns) {
  Numbers result(n, 0.0);
  for (std::size_t i = 0; i < n * n; ++i) {
    result[columns ? i % n : i / n] += p[i];
  }
  return result;
}

Tensor product(const Tensor& p, const Tensor& x) { return sum(p * x, -1); }

}  // namespace

TEST_CASE("sorting_network: a comparator of two values, by its definition") {
  const double a = 0.3;
  const double b = 1.1;
  const double v = (b - a) / 0.5;
  const auto keep = [&](Comparator comparator) {
    const Numbers p =
        sorting_network(doubles({a, b}), {.temperature = 0.5, .comparator = comparator}).to_vector<double>();
    CHECK(p[0] == p[3]);
    CHECK(p[1] == p[2]);
    return p[0];
  };
  CHECK(keep(Comparator::logistic) == doctest::Approx(1 / (1 + std::exp(-v))).epsilon(1e-14));
  CHECK(keep(Comparator::logistic_phi) ==
        doctest::Approx(1 / (1 + std::exp(-v / std::pow(b - a + 1e-10, 0.25)))).epsilon(1e-14));
  CHECK(keep(Comparator::gaussian) == doctest::Approx(0.5 * (1 + std::erf(v / std::sqrt(2)))).epsilon(1e-14));
  CHECK(keep(Comparator::reciprocal) == doctest::Approx(0.5 * (v / (2 + v) + 1)).epsilon(1e-14));
  CHECK(keep(Comparator::cauchy) == doctest::Approx(std::atan(v) / std::acos(-1) + 0.5).epsilon(1e-14));
  CHECK(keep(Comparator::optimal) == doctest::Approx(1 - 1 / (16 * v)).epsilon(1e-14));
  const Numbers close = sorting_network(doubles({0, 0.1}), {.comparator = Comparator::optimal}).to_vector<double>();
  CHECK(close[0] == doctest::Approx(0.6).epsilon(1e-14));
}

// Three values, odd-even: three layers of one comparator each, multiplied out.
TEST_CASE("sorting_network: odd-even transposition of three values is the product of its comparators") {
  const auto f = [](double a, double b) { return std::atan(b - a) / std::acos(-1) + 0.5; };
  Numbers x = {1.5, -0.2, 0.9};
  Numbers p = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  for (const std::size_t i : std::vector<std::size_t>{0, 1, 0}) {
    const double keep = f(x[i], x[i + 1]);
    const auto mix = [&](double& a, double& b) {
      const double was = a;
      a = keep * was + (1 - keep) * b;
      b = (1 - keep) * was + keep * b;
    };
    mix(x[i], x[i + 1]);
    for (std::size_t column = 0; column < 3; ++column) {
      mix(p[3 * i + column], p[3 * (i + 1) + column]);
    }
  }
  const Tensor matrix = sorting_network(doubles({1.5, -0.2, 0.9}), {.network = SortingNetwork::odd_even});
  CHECK(largest_difference(matrix.to_vector<double>(), p) < 1e-14);
  CHECK(largest_difference(product(matrix, doubles({1.5, -0.2, 0.9})).to_vector<double>(), x) < 1e-14);
}

TEST_CASE("sorting_network: sorts lists of every length, by either network, in both directions") {
  Random random(2);
  for (std::int64_t n = 1; n <= 40; ++n) {
    const Tensor x = tests::randn(Shape{n}, random, {.dtype = DType::float64});
    for (const SortingNetwork network : {SortingNetwork::bitonic, SortingNetwork::odd_even}) {
      for (const Direction direction : {Direction::ascending, Direction::descending}) {
        CAPTURE(n);
        const Tensor p = sorting_network(
            x, {.temperature = 1e-9, .direction = direction, .network = network, .comparator = Comparator::logistic});
        CHECK(largest_difference(product(p, x).to_vector<double>(), sort(x, direction).to_vector<double>()) < 1e-4);
      }
    }
  }
}

TEST_CASE("sorting_network: doubly stochastic; shifts, scale and direction") {
  Random random(3);
  for (const std::int64_t n : {2, 7, 16, 21}) {
    const Tensor x = tests::randn(Shape{n}, random, {.dtype = DType::float64});
    const auto count = static_cast<std::size_t>(n);
    for (const SortingNetwork network : {SortingNetwork::bitonic, SortingNetwork::odd_even}) {
      for (const Comparator comparator : comparators) {
        const SortingNetworkOptions options = {.temperature = 0.4, .network = network, .comparator = comparator};
        const Tensor p = sorting_network(x, options);
        for (const bool columns : {false, true}) {
          CHECK(largest_difference(sums(p.to_vector<double>(), count, columns), Numbers(count, 1.0)) < 1e-13);
        }
        SortingNetworkOptions turned = options;
        turned.direction = Direction::descending;
        CHECK(largest_difference(sorting_network(-x, turned).to_vector<double>(), p.to_vector<double>()) == 0);
        if (comparator != Comparator::logistic_phi) {  // which has no scale of its own
          SortingNetworkOptions scaled = options;
          scaled.temperature *= 3;
          CHECK(largest_difference(sorting_network(x * 3.0 + 6.0, scaled).to_vector<double>(), p.to_vector<double>()) <
                1e-11);
        }
      }
    }
  }
}

TEST_CASE("sorting_network: far values, ties and small temperatures stay finite; no padding leaks in") {
  for (const Comparator comparator : comparators) {
    for (const double temperature : {1e-300, 1e-3, 1.0, 1e300}) {
      const SortingNetworkOptions options = {.temperature = temperature, .comparator = comparator};
      const Result result = run([&](const Tensor& x) { return sum(sorting_network(x, options) * x, -1); },
                                {1e150, 2, -1e150, 2, 2.5}, {1, 2, 3, 4, 5});
      CHECK(std::isfinite(largest(result.output)));
      CHECK(std::isfinite(largest(result.gradient)));
    }
  }
  // A list of 5 in the sorter of 8: every number in the matrix is a mean of the five, so all-equal values stay.
  const Tensor p = sorting_network(tests::ones(Shape{5}, {.dtype = DType::float64}));
  CHECK(largest_difference(product(p, tests::full(Shape{5}, 3, {.dtype = DType::float64})).to_vector<double>(),
                           Numbers(5, 3.0)) < 1e-15);
}

TEST_CASE("sorting_network: float32 agrees with float64; batches are their rows") {
  Random random(4);
  const Tensor x = tests::randn(Shape{2, 3, 30}, random);
  const Tensor wide = x.to(DType::float64);
  const Numbers narrow = sorting_network(x).to_vector<double>();
  CHECK(sorting_network(x).shape() == Shape{2, 3, 30, 30});
  CHECK(largest_difference(narrow, sorting_network(wide).to_vector<double>()) < 1e-7);
  const Numbers all = wide.to_vector<double>();
  const Numbers row(all.begin() + 60, all.begin() + 90);
  const Numbers alone = sorting_network(doubles(row)).to_vector<double>();
  const Numbers batch = sorting_network(wide).to_vector<double>();
  CHECK(Numbers(batch.begin() + 1800, batch.begin() + 2700) == alone);
}

TEST_CASE("sorting_network: empty lists, lists of one and error texts") {
  CHECK(sorting_network(tests::zeros(Shape{0})).shape() == Shape{0, 0});
  CHECK(sorting_network(tests::zeros(Shape{3, 0})).shape() == Shape{3, 0, 0});
  CHECK(sorting_network(tests::from({7})).to_vector<double>() == Numbers{1});
  const Tensor fine = tests::from({1, 2, 3});
  CHECK(error_text<NumericError>([&] { sorting_network(fine, {.temperature = 0}); }) ==
        "sorting_network: temperature is 0, which makes hard ranks with no gradient; call rank or sort for those, or "
        "give a positive temperature");
  CHECK(error_text<NumericError>([&] {
          sorting_network(tests::from({1, -std::numeric_limits<float>::infinity()}));
        }) ==
        "sorting_network: element 1 of [2] float32 is -inf; values must be finite to be ranked: look at what computed "
        "them");
  CHECK(error_text<ShapeError>([&] {
          sorting_network(tests::ones(Shape{4, 1}));
        }) ==
        "sorting_network: each row of [4, 1] float32 would be a list of one document; give a tensor of shape "
        "[documents] with Groups, or reshape it so that the last dimension is a list");
}
