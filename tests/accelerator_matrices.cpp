#include "relaxations.hpp"
#include "support.hpp"

#include <ranktape/ops/rank/network_layout.hpp>

#include <bit>
#include <set>
#include <span>

using namespace ranktape;
using namespace ranktape::tests;

// The relaxations of O(n^2) on the accelerator beside the CPU: what the operations' own examples (accelerator.cpp) are
// too small, too smooth or too regular to see.
namespace {

using Function = std::function<Tensor(const Tensor&)>;

struct Found {
  Numbers output;
  Numbers gradient;
};

Found run_on(Device device, const Function& function, const Tensor& input) {
  const Tensor values = Tensor::from(input.to_vector<double>(), input.shape(),
                                     {.dtype = input.dtype(), .device = device, .requires_grad = true});
  const Tape tape;
  const Tensor output = function(values);
  CHECK(output.device() == device);
  Random random(17);
  const Tensor cotangent = Tensor::randn(output.shape(), random, {.dtype = DType::float64}).to(output.dtype());
  const Gradients gradients = output.backward({.cotangent = cotangent.to(device)});
  CHECK(gradients[values].device() == device);
  return {output.to_vector<double>(), gradients[values].to_vector<double>()};
}

/// Largest difference relative to the largest number of either output or gradient, as a fraction of what is allowed.
void compare(const Function& function, const Tensor& input, double tolerance, double gradient_tolerance) {
  const Found expected = run_on(Device::cpu, function, input);
  const Found found = run_on(Device::accelerator, function, input);
  CHECK(largest_difference(expected.output, found.output) <= tolerance * largest(expected.output));
  CHECK(largest_difference(expected.gradient, found.gradient) <= gradient_tolerance * largest(expected.gradient));
}

/// Rounding of the type's own digits, or that of `digits` of double's.
double tolerance_of(DType dtype, double in_double) { return dtype == DType::float32 ? 2.5e-7 : in_double; }

/// For what is found by iterations until a sum is right to 1e-9: on hosts those are the same, but for the last bit of a
/// list's spread. The gradient is off by that over the temperature.
void compare_solutions(const Function& function, const Tensor& input) {
  const bool same_library = std::string(detail::accelerator_system()) != "cuda";
  const double tolerance = same_library ? 1e-11 : 1e-8 + tolerance_of(input.dtype(), 0);
  compare(function, input, tolerance, 1e3 * tolerance);
}

Tensor rounded(const Tensor& values, double step) {
  Numbers numbers = values.to_vector<double>();
  for (double& number : numbers) {
    number = std::round(number / step) * step;
  }
  return Tensor::from(numbers, values.shape(), {.dtype = values.dtype()});
}

}  // namespace

TEST_CASE("sigmoid_rank on the accelerator: rows and ragged groups, either type, direction and every unit") {
  if (!accelerator_present()) {
    return;
  }
  Random random(23);
  const Groups groups = Groups::from_sizes({0, 1, 300, 0, 2, 695, 1, 1, 0});
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
        for (const double temperature : {1e-4, 0.03, 1.0, 1e3}) {
          CAPTURE(temperature);
          const RelaxationOptions options = {temperature, direction, unit};
          const double tolerance = tolerance_of(dtype, 1e-13);
          const Tensor rows = Tensor::randn(Shape{7, 83}, random, {.dtype = dtype});
          compare([&](const Tensor& x) { return sigmoid_rank(x, options); }, rows, tolerance, tolerance);
          const Tensor ragged = rounded(Tensor::randn(Shape{1000}, random, {.dtype = dtype}), 0.01);
          compare([&](const Tensor& x) { return sigmoid_rank(x, groups, options); }, ragged, tolerance, tolerance);
        }
      }
    }
  }
}

TEST_CASE("sigmoid_rank on the accelerator: a long list, far values, equal ranks of equal values") {
  if (!accelerator_present()) {
    return;
  }
  Random random(29);
  for (const double temperature : {1e-5, 0.5}) {
    const Tensor row = Tensor::randn(Shape{3000}, random, {.dtype = DType::float64});
    compare([&](const Tensor& x) { return sigmoid_rank(x, {.temperature = temperature}); }, row, 1e-13, 1e-13);
  }
  const Tensor far = doubles({1e30, -3, 1e300, -2, -1e300, -2, 1.7e308, -1.7e308}).to(Device::accelerator);
  CHECK(sigmoid_rank(far, {.temperature = 1e-4}).to_vector<double>() == Numbers{6, 3, 7, 4.5, 2, 4.5, 8, 1});
  const Tensor tied = rounded(Tensor::randn(Shape{700}, random, {.dtype = DType::float64}), 0.05);
  const Numbers x = tied.to_vector<double>();
  const Numbers ranks = sigmoid_rank(tied.to(Device::accelerator), {.temperature = 0.3}).to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.size(); ++j) {
      CHECK((x[i] == x[j]) == (ranks[i] == ranks[j]));
    }
  }
}

TEST_CASE("neural_sort on the accelerator: both types, directions and every unit; ties; rows of one and none") {
  if (!accelerator_present()) {
    return;
  }
  Random random(31);
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
        for (const double temperature : {0.3, 5.0, 1e4}) {
          CAPTURE(temperature);
          const RelaxationOptions options = {temperature, direction, unit};
          const auto sort = [&](const Tensor& x) { return neural_sort(x, options); };
          for (const Shape& shape : {Shape{2, 3, 41}, Shape{1}, Shape{3, 2}}) {
            // A logit of up to n^2 temperatures has lost as many digits.
            const double tolerance = tolerance_of(dtype, 2e-12);
            compare(sort, Tensor::randn(shape, random, {.dtype = dtype}), tolerance, 8 * tolerance);
            compare(sort, rounded(Tensor::randn(shape, random, {.dtype = dtype}), 0.5), tolerance, 8 * tolerance);
          }
        }
      }
    }
  }
  const Tensor row = Tensor::randn(Shape{700}, random, {.dtype = DType::float64});
  compare([](const Tensor& x) { return neural_sort(x, {.temperature = 50}); }, row, 1e-12, 1e-12);
  const Tensor shifted = Tensor::randn(Shape{4, 60}, random, {.dtype = DType::float64}) + 1e6;
  compare([](const Tensor& x) { return neural_sort(x, {.temperature = 0.5}); }, shifted, 1e-12, 1e-12);
  const Tensor far = doubles({1e30, -3, 1e300, -2, -1e300});
  compare([](const Tensor& x) { return neural_sort(x, {.temperature = 1e290}); }, far, 1e-13, 1e-13);
  const Tensor none = Tensor::zeros(Shape{0, 3}, {.device = Device::accelerator});
  CHECK(neural_sort(none).shape() == Shape{0, 3, 3});
}

TEST_CASE("soft_sort_matrix on the accelerator: both types, directions and powers, every unit; ties") {
  if (!accelerator_present()) {
    return;
  }
  Random random(37);
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
        for (const int power : {1, 2}) {
          for (const double temperature : {0.01, 1.0, 100.0}) {
            CAPTURE(temperature);
            const SoftSortMatrixOptions options = {temperature, direction, unit, power};
            const auto sort = [&](const Tensor& x) { return soft_sort_matrix(x, options); };
            for (const Shape& shape : {Shape{2, 3, 41}, Shape{1}, Shape{3, 2}}) {
              const double tolerance = tolerance_of(dtype, 1e-13);
              compare(sort, Tensor::randn(shape, random, {.dtype = dtype}), tolerance, 8 * tolerance);
              compare(sort, rounded(Tensor::randn(shape, random, {.dtype = dtype}), 0.5), tolerance, 8 * tolerance);
            }
          }
        }
      }
    }
  }
  const Tensor row = Tensor::randn(Shape{700}, random, {.dtype = DType::float64});
  compare([](const Tensor& x) { return soft_sort_matrix(x, {.temperature = 0.1}); }, row, 1e-13, 1e-13);
  const Tensor far = doubles({1e30, -3, 1e300, -2, -1e300});
  compare([](const Tensor& x) { return soft_sort_matrix(x, {.temperature = 0.5, .power = 2}); }, far, 1e-13, 1e-13);
  CHECK(error_text<NumericError>([&] {
          static_cast<void>(soft_sort_matrix(far.to(Device::accelerator), {.power = 3}));
        }) == "soft_sort_matrix: power is 3; it must be 1 or 2");
}

TEST_CASE("sorting_network on the accelerator: every comparator, both networks, types and directions") {
  if (!accelerator_present()) {
    return;
  }
  Random random(41);
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const SortingNetwork network : {SortingNetwork::bitonic, SortingNetwork::odd_even}) {
      for (const Comparator comparator : {Comparator::logistic, Comparator::logistic_phi, Comparator::gaussian,
                                          Comparator::reciprocal, Comparator::cauchy, Comparator::optimal}) {
        for (const Direction direction : {Direction::ascending, Direction::descending}) {
          CAPTURE(static_cast<int>(comparator));
          const StrengthUnit unit = direction == Direction::ascending ? StrengthUnit::absolute : StrengthUnit::spread;
          const SortingNetworkOptions options = {0.7, direction, unit, network, comparator};
          const auto sort = [&](const Tensor& x) { return sorting_network(x, options); };
          for (const Shape& shape : {Shape{2, 1, 27}, Shape{1}, Shape{3, 2}, Shape{2, 16}}) {
            const double tolerance = tolerance_of(dtype, 1e-13);
            compare(sort, Tensor::randn(shape, random, {.dtype = dtype}), tolerance, 8 * tolerance);
            compare(sort, rounded(Tensor::randn(shape, random, {.dtype = dtype}), 0.5), tolerance, 8 * tolerance);
          }
        }
      }
    }
  }
  const Tensor none = Tensor::zeros(Shape{0, 3}, {.device = Device::accelerator, .requires_grad = true});
  const Tape tape;
  const Tensor matrix = sorting_network(none);
  CHECK(matrix.shape() == Shape{0, 3, 3});
  CHECK(matrix.backward({.cotangent = Tensor::zeros(matrix.shape(), {.device = Device::accelerator})})[none].size() ==
        0);
}

// On a host a wrong layer may come out right, for the order in which its comparators happen to be done.
TEST_CASE("sorting_network: comparators of a layer share no wire, and layers are no more than they need be") {
  for (const SortingNetwork network : {SortingNetwork::bitonic, SortingNetwork::odd_even}) {
    for (std::uint32_t n = 0; n < 70; ++n) {
      CAPTURE(n);
      const detail::NetworkLayout layout(network, n);
      REQUIRE(layout.layer_starts.front() == 0);
      REQUIRE(layout.layer_starts.back() == static_cast<std::int64_t>(layout.steps.size()));
      const auto doublings = static_cast<std::size_t>(n < 2 ? 0 : std::bit_width(n - 1));
      CHECK(layout.layers() <= (network == SortingNetwork::bitonic ? doublings * (doublings + 1) / 2 : n));
      for (std::size_t k = 0; k < layout.layers(); ++k) {
        std::set<std::uint32_t> wires;
        for (std::int64_t s = layout.layer_starts[k]; s < layout.layer_starts[k + 1]; ++s) {
          wires.insert(layout.steps[static_cast<std::size_t>(s)].first);
          wires.insert(layout.steps[static_cast<std::size_t>(s)].second);
        }
        CHECK(wires.size() == 2 * static_cast<std::size_t>(layout.layer_starts[k + 1] - layout.layer_starts[k]));
      }
    }
  }
}

TEST_CASE("sorting_network on the accelerator: more columns, and more lists, than are taken at once") {
  if (!accelerator_present()) {
    return;
  }
  Random random(43);
  const Tensor row = Tensor::randn(Shape{270}, random, {.dtype = DType::float64});
  compare([](const Tensor& x) { return sorting_network(x, {.network = SortingNetwork::odd_even}); }, row, 1e-13, 1e-13);
  const Tensor lists = Tensor::randn(Shape{6000, 16}, random);
  compare([](const Tensor& x) { return sorting_network(x); }, lists, 2.5e-7, 2.5e-7);
}

TEST_CASE("sinkhorn_sort on the accelerator: both types and directions, every unit, from nearly hard to soft; ties") {
  if (!accelerator_present()) {
    return;
  }
  Random random(47);
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
        for (const double temperature : {2e-3, 1e-2, 1.0}) {
          CAPTURE(temperature);
          const double scale = unit == StrengthUnit::absolute ? 1 : 20;
          const SinkhornOptions options = {temperature * scale, direction, unit};
          const auto sort = [&](const Tensor& x) { return sinkhorn_sort(x, options); };
          for (const Shape& shape : {Shape{2, 3, 21}, Shape{1}, Shape{3, 2}}) {
            compare_solutions(sort, Tensor::randn(shape, random, {.dtype = dtype}));
            compare_solutions(sort, rounded(Tensor::randn(shape, random, {.dtype = dtype}), 0.5));
          }
        }
      }
    }
  }
  const Tensor row = Tensor::randn(Shape{150}, random, {.dtype = DType::float64});
  compare_solutions([](const Tensor& x) { return sinkhorn_sort(x, {.temperature = 1e-3}); }, row);
  const Tensor none = Tensor::zeros(Shape{0, 3}, {.device = Device::accelerator, .requires_grad = true});
  const Tape tape;
  const Tensor matrix = sinkhorn_sort(none);
  CHECK(matrix.shape() == Shape{0, 3, 3});
  CHECK(matrix.backward({.cotangent = Tensor::zeros(matrix.shape(), {.device = Device::accelerator})})[none].size() ==
        0);
}

TEST_CASE("sinkhorn_sort on the accelerator: many lists, each until it has converged, and more than fit at once") {
  if (!accelerator_present()) {
    return;
  }
  Random random(53);
  const auto sort = [](const Tensor& x) { return sinkhorn_sort(x, {.temperature = 2e-3}); };
  const Tensor hard = Tensor::randn(Shape{900, 5}, random, {.dtype = DType::float64});
  compare_solutions(sort, hard);
  const SinkhornDiagnostics there = sinkhorn_diagnostics();
  static_cast<void>(sinkhorn_sort(hard, {.temperature = 2e-3}));
  CHECK(std::abs(there.iterations - sinkhorn_diagnostics().iterations) <= 1);
  CHECK(there.iterations > 1);
  CHECK(there.error <= 1e-9);
  Numbers late(std::size_t{600} * 6, 1.0);  // of lists that begin converged; the 256th does not
  const Numbers close = {0.1, -2, 3, 0.3, 0.2, 7};
  std::copy(close.begin(), close.end(), late.begin() + 255 * 6);
  compare_solutions(sort, Tensor::from(late, Shape{600, 6}, {.dtype = DType::float64}));
  const Tensor many = Tensor::randn(Shape{46000, 16}, random);
  compare_solutions([](const Tensor& x) { return sinkhorn_sort(x, {.temperature = 1}); }, many);
}

TEST_CASE("sinkhorn_sort on the accelerator: the first list that has not converged is named") {
  if (!accelerator_present()) {
    return;
  }
  const Tensor x = Tensor::from({1, 1, 1, 1, 1, 1, 0.1, -2, 3, 0.3, 0.2, 7}, Shape{2, 6}, {.dtype = DType::float64});
  const auto text = [&](const Tensor& values) {
    return error_text<NumericError>(
        [&] { static_cast<void>(sinkhorn_sort(values, {.temperature = 2e-3, .max_iterations = 1})); });
  };
  const std::string there = text(x.to(Device::accelerator));
  CHECK(there.find("list 1 of [2, 6] float64 has not converged: after 1 iterations") != std::string::npos);
  CHECK(there == text(x));
}
