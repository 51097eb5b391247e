#include "sanitizers.hpp"
#include "support.hpp"

#include <ranktape/core/deferred_checks.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace ranktape;

namespace {

struct Outcome {
  std::vector<double> output;
  std::vector<std::vector<double>> gradients;
};

Outcome run(const OperationExample& example, Device device) {
  std::vector<Tensor> inputs;
  for (const Tensor& input : example.inputs) {
    inputs.push_back(Tensor::from(input.to_vector<double>(), input.shape(),
                                  {.dtype = DType::float64, .device = device, .requires_grad = true}));
  }
  const Tape tape;
  const Tensor output = example.function(inputs);
  Random random(3);
  const Tensor cotangent = Tensor::randn(output.shape(), random, {.dtype = DType::float64, .device = device});
  const Gradients gradients = output.backward({.cotangent = cotangent});
  Outcome outcome = {output.to_vector<double>(), {}};
  for (const Tensor& input : inputs) {
    outcome.gradients.push_back(gradients.contains(input) ? gradients[input].to_vector<double>()
                                                          : std::vector<double>());
  }
  return outcome;
}

bool close(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double tolerance = 1e-13;
  double largest = 0;
  for (const double value : a) {
    largest = std::max(largest, std::abs(value));
  }
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](double x, double y) { return std::abs(x - y) <= tolerance * largest; });
}

}  // namespace

// No operation is listed here: one that can be recorded has entered itself, with its examples.
TEST_CASE("accelerator: every operation gives what it gives on the CPU") {
  if (!tests::accelerator_present()) {
    return;
  }
  std::size_t compared = 0;
  for (const Operation* operation : Operation::all()) {
    Random random(7);
    for (const OperationExample& example : operation->examples(random)) {
      CAPTURE(operation->name());
      const Outcome expected = run(example, Device::cpu);
      const Outcome found = run(example, Device::accelerator);
      CHECK(close(expected.output, found.output));
      for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
        CAPTURE(i);
        CHECK(close(expected.gradients[i], found.gradients[i]));
      }
      ++compared;
    }
  }
  CHECK(compared > 250);
}

TEST_CASE("accelerator: tensors go there and back, as either type") {
  if (!tests::accelerator_present()) {
    return;
  }
  const Tensor here = Tensor::from({1.5, -2, 0, 4}, Shape{2, 2}).named("here");
  const Tensor there = here.to(Device::accelerator);
  CHECK(there.device() == Device::accelerator);
  CHECK(there.to(DType::float64).to(Device::cpu).to_vector<double>() == std::vector<double>{1.5, -2, 0, 4});
  CHECK(there.to_vector<float>() == here.to_vector<float>());
  CHECK(Tensor::full(Shape{}, 3, {.device = Device::accelerator}).item() == 3);
  CHECK(tests::error_text<DeviceError>([&] { static_cast<void>(there.values<float>()); }) ==
        "values: tensor [2, 2] float32 is on the accelerator; use to(Device::cpu) or to_vector");
  CHECK(tests::error_text<DeviceError>([&] { static_cast<void>(here + there); }) ==
        "add: 'here' [2, 2] float32 is on cpu and [2, 2] float32 on accelerator; move one with to(Device)");
}

TEST_CASE("accelerator: a value that is not finite is found, and norms are the CPU's") {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(5);
  const TensorOptions there = {.device = Device::accelerator, .requires_grad = true};
  const Tensor x = Tensor::randn(Shape{5000}, random, there).named("x");
  const Tape tape;
  const Gradients gradients = (x * x).backward({.cotangent = Tensor::ones(Shape{5000}, {.device = there.device})});
  const Tensor local = x.detach().to(Device::cpu) * 2.0;
  double squares = 0;
  for (const float value : local.to_vector<float>()) {
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  CHECK(gradients.norm() == doctest::Approx(std::sqrt(squares)).epsilon(1e-12));
  const Tensor zero = Tensor::zeros(Shape{3000}, there);
  const std::string text = tests::error_text<NumericError>([&] {
    const Tape inner;
    log(zero).backward({.cotangent = Tensor::ones(Shape{3000}, {.device = there.device}), .check_finite = true});
  });
  CHECK(text.find("element 0") != std::string::npos);
}

TEST_CASE("accelerator: checks need not wait for it, and speak up at the next read") {
  if (!tests::accelerator_present()) {
    return;
  }
  const bool before = std::exchange(detail::checks_are_deferred(), true);
  std::vector<float> numbers(3000, 1.0F);
  const Tensor good = Tensor::from(numbers, {.device = Device::accelerator});
  numbers[2500] = std::numeric_limits<float>::quiet_NaN();
  numbers[2900] = std::numeric_limits<float>::infinity();
  const Tensor bad = Tensor::from(numbers, {.device = Device::accelerator}).named("scores");
  static_cast<void>(rank(good));
  CHECK(good.to_vector<float>()[0] == 1);
  static_cast<void>(rank(bad));
  const std::string expected =
      "rank: element 2500 of 'scores' [3000] float32 is nan; values must be finite to be ranked: look at what computed "
      "them";
  CHECK(tests::error_text<NumericError>([&] { static_cast<void>(good.to_vector<float>()); }) == expected);
  CHECK(good.to_vector<float>()[0] == 1);
  for (int i = 0; i < 300; ++i) {  // more than are kept
    static_cast<void>(rank(good));
  }
  detail::checks_are_deferred() = false;
  CHECK(tests::error_text<NumericError>([&] { static_cast<void>(rank(bad)); }) == expected);
  detail::checks_are_deferred() = before;
}

TEST_CASE("accelerator: a tensor that it has no room for is an error, and all goes on" *
          doctest::skip(tests::address_sanitizer || tests::thread_sanitizer)) {
  if (!tests::accelerator_present()) {
    return;
  }
  const Tensor kept = Tensor::ones(Shape{3}, {.device = Device::accelerator});
  const std::string text = tests::error_text<DeviceError>(
      [] { static_cast<void>(Tensor::zeros(Shape{std::int64_t{1} << 52}, {.device = Device::accelerator})); }, false);
  CHECK(
      text ==
      "the accelerator has no room for 18014398509481984 bytes more; work in smaller batches, or free tensors that are "
      "no longer needed");
  CHECK((kept + kept).to_vector<float>() == std::vector<float>{2, 2, 2});
}

TEST_CASE("build_info names the version, the accelerator and the compiler") {
  const std::string info = build_info();
  CHECK(info.find(std::string("ranktape ") + version) == 0);
  CHECK(info.find(std::string("accelerator ") + detail::accelerator_system()) != std::string::npos);
}
