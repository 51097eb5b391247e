// LapSum on the accelerator: what the examples of tests/accelerator.cpp are too short and too few to see.

#include "relaxations.hpp"
#include "support.hpp"

#include <ranktape/core/random.hpp>

#include <algorithm>
#include <utility>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

using Inputs = std::vector<Tensor>;
using Function = std::function<Tensor(const Inputs&)>;

struct Found {
  Numbers output;
  std::vector<Numbers> gradients;
};

/// Output and gradients of all inputs, which are brought to the device in the given type.
Found evaluate(const Function& function, const std::vector<Numbers>& inputs, const Shape& shape, DType dtype,
               Device device) {
  Inputs there;
  for (const Numbers& input : inputs) {
    const Shape own = there.empty() ? shape : Shape{static_cast<std::int64_t>(input.size())};
    there.push_back(Tensor::from(input, own, {.dtype = dtype, .device = device, .requires_grad = true}));
  }
  const Tape tape;
  const Tensor output = function(there);
  CHECK(output.device() == device);
  CHECK(output.dtype() == dtype);
  Random random(17);
  const Tensor cotangent = Tensor::randn(output.shape(), random, {.dtype = dtype, .device = device});
  const Gradients gradients = output.backward({.cotangent = cotangent});
  Found found = {output.to_vector<double>(), {}};
  for (const Tensor& input : there) {
    found.gradients.push_back(gradients[input].to_vector<double>());
  }
  return found;
}

/// What the gradient of a temperature is a sum of, each term without its sign, for in the sum nearly all may cancel.
double scale_of_temperature(const Found& found, const std::vector<Numbers>& inputs) {
  double sum = 0;
  for (const double gradient : found.gradients[0]) {
    sum += std::abs(gradient);
  }
  return sum * largest(inputs[0]) / *std::min_element(inputs[1].begin(), inputs[1].end());
}

/// On both devices and in both types: the same but for the last digits.
void compare(const Function& function, const std::vector<Numbers>& inputs, const Shape& shape) {
  for (const DType dtype : {DType::float64, DType::float32}) {
    CAPTURE(static_cast<int>(dtype));
    const double tolerance = dtype == DType::float64 ? 2e-13 : 1.2e-7;
    const Found here = evaluate(function, inputs, shape, dtype, Device::cpu);
    const Found there = evaluate(function, inputs, shape, dtype, Device::accelerator);
    CHECK(largest_difference(here.output, there.output) <= tolerance * largest(here.output));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      CAPTURE(i);
      const double scale = i == 1 ? scale_of_temperature(here, inputs) : largest(here.gradients[i]);
      CHECK(largest_difference(here.gradients[i], there.gradients[i]) <= tolerance * scale);
    }
  }
}

struct Named {
  std::string name;
  Function rows;                                               ///< of values and one temperature
  std::function<Tensor(const Inputs&, const Groups&)> groups;  ///< of values and a temperature for each list
};

/// Every operation that takes lists of any length. k and q are fractions, for some lists are of one document.
std::vector<Named> operations(const RelaxationOptions& options) {
  return {{"lapsum_rank", [=](const Inputs& x) { return lapsum_rank(x[0], x[1], options); },
           [=](const Inputs& x, const Groups& groups) { return lapsum_rank(x[0], groups, x[1], options); }},
          {"lapsum_sort", [=](const Inputs& x) { return lapsum_sort(x[0], x[1], options); },
           [=](const Inputs& x, const Groups& groups) { return lapsum_sort(x[0], groups, x[1], options); }},
          {"lapsum_top_k", [=](const Inputs& x) { return lapsum_top_k(x[0], x[2], x[1], options); },
           [=](const Inputs& x, const Groups& groups) { return lapsum_top_k(x[0], groups, x[2], x[1], options); }},
          {"lapsum_log_top_k", [=](const Inputs& x) { return lapsum_log_top_k(x[0], x[2], x[1], options); },
           [=](const Inputs& x, const Groups& groups) { return lapsum_log_top_k(x[0], groups, x[2], x[1], options); }}};
}

std::size_t inputs_of(const Named& operation) { return operation.name.find("top_k") == std::string::npos ? 2 : 3; }

Numbers normal(std::int64_t n, std::uint64_t seed) {
  Random random(seed);
  return Tensor::randn(Shape{n}, random).to_vector<double>();
}

/// Lists that end before, at and behind a tile, a tile of tiles and more, with empty and single ones in between.
const std::vector<std::int64_t> sizes = {0,    1, 63,   64, 65,   0, 0,      127, 128, 129,
                                         4096, 2, 4097, 1,  5000, 0, 300000, 7,   0};

struct Ragged {
  Groups groups = Groups::from_sizes(sizes);
  Numbers values = normal(groups.documents(), 3);
  Numbers temperatures;
  Numbers k;

  Ragged() {
    for (std::size_t list = 0; list < sizes.size(); ++list) {
      temperatures.push_back(0.3 + 0.2 * static_cast<double>(list % 5));
      k.push_back(sizes[list] == 0 ? 1 : 0.375 * static_cast<double>(sizes[list]));
    }
  }
  [[nodiscard]] std::vector<Numbers> inputs(std::size_t count) const {
    return count == 2 ? std::vector<Numbers>{values, temperatures} : std::vector<Numbers>{values, temperatures, k};
  }
};

}  // namespace

TEST_CASE("accelerator lapsum: ragged lists past every size of a tile, in both directions and every unit") {
  if (!accelerator_present()) {
    return;
  }
  const Ragged ragged;
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
      const double temperature = unit == StrengthUnit::absolute ? 0.5 : 20;
      for (const Named& operation : operations({temperature, direction, unit})) {
        CAPTURE(operation.name);
        CAPTURE(static_cast<int>(unit));
        compare([&](const Inputs& x) { return operation.groups(x, ragged.groups); },
                ragged.inputs(inputs_of(operation)), Shape{ragged.groups.documents()});
      }
    }
  }
}

TEST_CASE("accelerator lapsum: rows, from hard to soft") {
  if (!accelerator_present()) {
    return;
  }
  for (const Shape& shape : {Shape{1}, Shape{2, 3, 50}, Shape{70, 64}, Shape{3, 1000}, Shape{2, 20000}}) {
    const Numbers values = normal(shape.size(), 5);
    for (const double temperature : {1e-4, 0.1, 1.0, 100.0}) {
      CAPTURE(temperature);
      CAPTURE(shape.size());
      for (const Named& operation : operations({})) {
        CAPTURE(operation.name);
        const std::vector<Numbers> all = {values, {temperature}, {0.3 * static_cast<double>(shape.last()) + 0.25}};
        compare(operation.rows, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(inputs_of(operation))}, shape);
      }
    }
  }
}

TEST_CASE("accelerator lapsum: ties, constant lists and far values") {
  if (!accelerator_present()) {
    return;
  }
  constexpr std::int64_t n = 6000;
  std::vector<std::pair<std::string, Numbers>> kinds = {
      {"constant", Numbers(n, 0.1)}, {"small integers", Numbers(n)}, {"far", Numbers(n)}, {"two clusters", Numbers(n)}};
  for (std::size_t i = 0; i < n; ++i) {
    const auto place = static_cast<double>(i * 7919 % n);
    kinds[1].second[i] = std::fmod(place, 13) - 6;
    kinds[2].second[i] = (place - n / 2.0) * 1e30;
    kinds[3].second[i] = (i % 3 == 0 ? 40 : -40) + place * 1e-6;
  }
  for (const auto& kind : kinds) {
    const Numbers& values = kind.second;
    CAPTURE(kind.first);
    for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::spread}) {
      for (const Named& operation : operations({.temperature = 0.25, .temperature_unit = unit})) {
        CAPTURE(operation.name);
        const std::vector<Numbers> all = {values, {2}, {1234.5}};
        compare(operation.rows, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(inputs_of(operation))},
                Shape{n});
      }
    }
  }
  const Tensor tied = Tensor::from(kinds[1].second, {.dtype = DType::float64, .device = Device::accelerator});
  const Numbers ranks = lapsum_rank(tied, {.temperature = 0.7}).to_vector<double>();
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t other = i * 31 % n;
    if (kinds[1].second[i] == kinds[1].second[other]) {
      CHECK(ranks[i] == ranks[other]);
    }
  }
}

TEST_CASE("accelerator lapsum: quantiles of long lists and short") {
  if (!accelerator_present()) {
    return;
  }
  Numbers values = normal(20011, 7);
  const Groups groups = Groups::from_sizes({1, 64, 2, 10000, 9944});
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const double q : {0.001, 0.25, 0.5, 0.9}) {
      CAPTURE(q);
      const RelaxationOptions options = {2, direction, StrengthUnit::spread};
      compare([&](const Inputs& x) { return lapsum_quantile(x[0], groups, q, options); }, {values}, Shape{20011});
      compare([&](const Inputs& x) { return lapsum_median(x[0], {.temperature = 0.01}); },
              {Numbers(values.begin(), values.begin() + 20000)}, Shape{4, 5000});
    }
  }
}

TEST_CASE("accelerator lapsum: permutation matrices of several rows, ties and a far value among them") {
  if (!accelerator_present()) {
    return;
  }
  Numbers values = normal(3 * 150, 9);
  values[7] = values[8] = values[20];
  values[200] = 1e20;
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const double temperature : {1e-3, 0.4, 30.0}) {
      CAPTURE(temperature);
      const RelaxationOptions options = {temperature, direction, StrengthUnit::absolute};
      compare([&](const Inputs& x) { return lapsum_permutation(x[0], options); }, {values}, Shape{3, 150});
    }
  }
  compare([](const Inputs& x) { return lapsum_permutation(x[0]); }, {{3}}, Shape{1});
}

TEST_CASE("accelerator lapsum: a list among others is as alone, to the last digit") {
  if (!accelerator_present()) {
    return;
  }
  const Ragged ragged;
  for (const Named& operation : operations({.temperature = 3, .temperature_unit = StrengthUnit::per_item})) {
    CAPTURE(operation.name);
    const Found together = evaluate([&](const Inputs& x) { return operation.groups(x, ragged.groups); },
                                    ragged.inputs(inputs_of(operation)), Shape{ragged.groups.documents()},
                                    DType::float64, Device::accelerator);
    Random random(17);
    const Numbers g =
        Tensor::randn(Shape{ragged.groups.documents()}, random, {.dtype = DType::float64}).to_vector<double>();
    for (std::size_t list = 0; list < sizes.size(); ++list) {
      CAPTURE(list);
      const auto begin = ragged.groups.begin(static_cast<std::int64_t>(list));
      const auto part = [&](const Numbers& of) {
        return Numbers(of.begin() + begin, of.begin() + begin + sizes[list]);
      };
      const auto tensor = [](const Numbers& numbers) {
        return Tensor::from(numbers, {.dtype = DType::float64, .device = Device::accelerator, .requires_grad = true});
      };
      const Inputs inputs = {tensor(part(ragged.values)), tensor({ragged.temperatures[list]}),
                             tensor({ragged.k[list]})};
      const Tape tape;
      const Tensor output = operation.rows(inputs);
      CHECK(output.to_vector<double>() == part(together.output));
      if (sizes[list] > 0) {
        const Gradients gradients = output.backward({.cotangent = tensor(part(g)).detach()});
        CHECK(gradients[inputs[0]].to_vector<double>() == part(together.gradients[0]));
        for (std::size_t i = 1; i < inputs_of(operation); ++i) {
          CHECK(gradients[inputs[i]].item() == together.gradients[i][list]);
        }
      }
    }
  }
}

TEST_CASE("accelerator: a temperature on the CPU, and one for all of many lists") {
  if (!accelerator_present()) {
    return;
  }
  const std::vector<std::int64_t> many(70000, 3);
  const Groups groups = Groups::from_sizes(many);
  const Numbers values = normal(groups.documents(), 11);
  compare([&](const Inputs& x) { return lapsum_rank(x[0], groups, x[1]); }, {values, {0.7}}, Shape{groups.documents()});

  const Tensor x = Tensor::from(x0, {.device = Device::accelerator, .requires_grad = true});
  const Tensor temperature = Tensor::scalar(0.5, {.requires_grad = true});
  const Tensor same = Tensor::scalar(0.5, {.device = Device::accelerator, .requires_grad = true});
  const auto gradient = [&](const Tensor& t) {
    const Tape tape;
    const Tensor ranks = lapsum_rank(x, t);
    return ranks.backward({.cotangent = Tensor::from(g0, {.device = Device::accelerator})})[t];
  };
  CHECK(gradient(temperature).device() == Device::cpu);
  CHECK(gradient(same).device() == Device::accelerator);
  CHECK(gradient(temperature).item() == gradient(same).item());
}

TEST_CASE("accelerator lapsum: a temperature for each of lists of one document and of none") {
  if (!accelerator_present()) {
    return;
  }
  const Groups groups = Groups::from_sizes({1, 0, 0, 1, 0});
  for (const Device device : {Device::cpu, Device::accelerator}) {
    const TensorOptions options = {.device = device, .requires_grad = true};
    const Tensor x = Tensor::from({2, -1}, options);
    const Tensor temperatures = Tensor::ones(Shape{5}, options);
    const Tape tape;
    const Gradients gradients = sum(lapsum_rank(x, groups, temperatures)).backward();
    CHECK(gradients[temperatures].to_vector<double>() == std::vector<double>(5, 0.0));
  }
}

TEST_CASE("accelerator lapsum: empty tensors, and errors are those of the CPU") {
  if (!accelerator_present()) {
    return;
  }
  const TensorOptions options = {.device = Device::accelerator, .requires_grad = true};
  for (const Named& operation : operations({})) {
    const Tensor none = Tensor::zeros(Shape{0}, options);
    const Tensor one = Tensor::ones(Shape{1}, options);
    const Tape tape;
    CHECK(operation.rows({none, one, one}).size() == 0);
    const Tensor output = operation.groups({none, one, one}, Groups::from_sizes({0, 0, 0}));
    const Gradients gradients = output.backward({.cotangent = Tensor::zeros(Shape{0}, {.device = options.device})});
    CHECK(gradients[one].item() == 0);
  }
  CHECK(lapsum_permutation(Tensor::zeros(Shape{0, 4}, options)).shape() == Shape{0, 4, 4});
  const Tensor x = Tensor::from(x0, options);
  const Tensor here = Tensor::from(x0);
  const auto same_error = [](const auto& one, const auto& other) {
    const auto text = error_text<NumericError>(one);
    CHECK(text == error_text<NumericError>(other));
    CHECK(text.find("must") != std::string::npos);
  };
  same_error([&] { lapsum_top_k(x, 5.0); }, [&] { lapsum_top_k(here, 5.0); });
  same_error([&] { lapsum_sort(x, Tensor::scalar(-1, options)); }, [&] { lapsum_sort(here, Tensor::scalar(-1)); });
  same_error([&] { lapsum_rank(x / 0.0); }, [&] { lapsum_rank(here / 0.0); });
}
