#include "on_device.hpp"

// Every relaxation takes its strength or temperature in the same three units.

#include "relaxations.hpp"

#include <cmath>
#include <numeric>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

using Unit = StrengthUnit;

void set(SoftRankOptions& options, double strength, Unit unit) {
  options.regularization_strength = strength;
  options.strength_unit = unit;
}

template <class Options>
void set(Options& options, double temperature, Unit unit) {
  options.temperature = temperature;
  options.temperature_unit = unit;
}

struct Relaxation {
  const char* name;
  std::function<Tensor(const Tensor&, double, Unit)> call;
  bool on_the_scale;  ///< whether the result is on the scale of the values: sorted ones, not ranks or matrices
  int power;          ///< of the differences that are divided
};

template <class Options>
Relaxation relaxation(const char* name, Tensor (*function)(Operand, const Options&), Options options = {},
                      bool on_the_scale = false, int power = 1) {
  const auto call = [=](const Tensor& x, double strength, Unit unit) {
    Options own = options;
    set(own, strength, unit);
    return function(x, own);
  };
  return {name, call, on_the_scale, power};
}

Tensor top_two(Operand x, const RelaxationOptions& options) { return lapsum_top_k(x, 2, options); }
Tensor log_top_two(Operand x, const RelaxationOptions& options) { return lapsum_log_top_k(x, 2, options); }

const std::vector<Relaxation> relaxations = {
    relaxation("soft_rank l2", soft_rank),
    relaxation("soft_rank kl", soft_rank, {.regularization = Regularization::kl}),
    relaxation("lapsum_rank", lapsum_rank),
    relaxation("lapsum_sort", lapsum_sort, {}, true),
    relaxation("lapsum_top_k", top_two),
    relaxation("lapsum_log_top_k", log_top_two),
    relaxation("lapsum_median", lapsum_median, {}, true),
    relaxation("lapsum_permutation", lapsum_permutation),
    relaxation("sigmoid_rank", sigmoid_rank),
    relaxation("neural_sort", neural_sort),
    relaxation("soft_sort_matrix, power 1", soft_sort_matrix),
    relaxation("soft_sort_matrix, power 2", soft_sort_matrix, {.power = 2}, false, 2),
    relaxation("sorting_network, bitonic", sorting_network),
    relaxation("sorting_network, odd-even", sorting_network, {.network = SortingNetwork::odd_even}),
};

const double n = static_cast<double>(x0.size());

double deviation(const Numbers& values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  return std::sqrt(std::transform_reduce(values.begin(), values.end(), 0.0, std::plus<>(),
                                         [&](double x) { return (x - mean) * (x - mean); }) /
                   n);
}

}  // namespace

TEST_CASE("strength units: of every relaxation, per_item is 1 / n and spread the standard deviation over n") {
  for (const Relaxation& relaxation : relaxations) {
    CAPTURE(relaxation.name);
    const auto result = [&](double t, Unit unit) {
      const Shape shape = relaxation.call(doubles(x0), t, unit).shape();
      Random random(7);
      const Numbers cotangent = tests::randn(shape, random, {.dtype = DType::float64}).to_vector<double>();
      return run([&](const Tensor& x) { return relaxation.call(x, t, unit); }, x0, cotangent);
    };
    const Result absolute = result(1.5, Unit::absolute);
    const double spread = std::pow(deviation(x0), relaxation.power);
    // The gradient is that at the same absolute strength: the spread is held constant.
    for (const Result& same : {result(1.5 * n, Unit::per_item), result(1.5 * n / spread, Unit::spread)}) {
      CHECK(largest_difference(same.output, absolute.output) < 1e-13);
      CHECK(largest_difference(same.gradient, absolute.gradient) < 1e-13);
    }
  }
}

TEST_CASE("strength units: in spread, scaling and shifting the values change nothing") {
  for (const Relaxation& relaxation : relaxations) {
    CAPTURE(relaxation.name);
    const Tensor before = relaxation.call(doubles(x0), 4, Unit::spread);
    const Tensor after = relaxation.call(doubles(x0) * 50.0 + 3.0, 4, Unit::spread);
    const Numbers expected = (relaxation.on_the_scale ? before * 50.0 + 3.0 : before).to_vector<double>();
    CHECK(largest_difference(after.to_vector<double>(), expected) < 1e-12 * std::max(1.0, largest(expected)));
  }
}

// Its strength divides a bonus for order, not the values: w = (n, ..., 1) / strength.
TEST_CASE("strength units: soft_sort has them, too, but is blind to the scale in none") {
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    const auto sorted = [&](double t, Unit unit) {
      const SoftRankOptions options = {
          .regularization_strength = t, .regularization = regularization, .strength_unit = unit};
      return soft_sort(doubles(x0), options).to_vector<double>();
    };
    const Numbers absolute = sorted(1.5, Unit::absolute);
    CHECK(largest_difference(sorted(1.5 * n, Unit::per_item), absolute) < 1e-13);
    CHECK(largest_difference(sorted(1.5 * n / deviation(x0), Unit::spread), absolute) < 1e-13);
  }
}

// Sinkhorn's values are squashed first, to a scale of their own: the spread is of what comes of that, and squared.
TEST_CASE("strength units: sinkhorn_sort, blind to the scale in all of them") {
  Numbers squashed = x0;
  const double mean = std::accumulate(x0.begin(), x0.end(), 0.0) / n;
  for (double& value : squashed) {
    value = 1 / (1 + std::exp(-(value - mean) / deviation(x0)));
  }
  const auto sorted = [](const Tensor& x, double t, Unit unit) {
    return sinkhorn_sort(x, {.temperature = t, .temperature_unit = unit}).to_vector<double>();
  };
  const Numbers absolute = sorted(doubles(x0), 0.01, Unit::absolute);
  CHECK(largest_difference(sorted(doubles(x0), 0.01 * n, Unit::per_item), absolute) < 1e-13);
  const double variance = deviation(squashed) * deviation(squashed);
  CHECK(largest_difference(sorted(doubles(x0), 0.01 * n / variance, Unit::spread), absolute) < 1e-12);
  for (const Unit unit : {Unit::absolute, Unit::per_item, Unit::spread}) {
    CHECK(largest_difference(sorted(doubles(x0) * 50.0 + 3.0, 1, unit), sorted(doubles(x0), 1, unit)) < 1e-9);
  }
}
