// soft_rank and soft_sort on both devices: what accuracy.cpp, which compares them with their definition, does not see.

#include "sanitizers.hpp"
#include "support.hpp"

#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

using namespace ranktape;

namespace {

using Numbers = std::vector<double>;
using Operation = std::function<Tensor(const Tensor&)>;

struct Outcome {
  Numbers output;
  Numbers gradient;
  RankDiagnostics diagnostics;
};

Outcome run(const Operation& operation, const Tensor& values, const Tensor& cotangent, Device device) {
  const Tensor x = Tensor::from(values.to_vector<double>(), values.shape(),
                                {.dtype = values.dtype(), .device = device, .requires_grad = true});
  const Tape tape;
  const Tensor output = operation(x);
  CHECK(output.device() == device);
  const Gradients gradients = output.backward({.cotangent = cotangent.to(device)});
  return {output.to_vector<double>(), gradients[x].to_vector<double>(), rank_diagnostics()};
}

/// Rounding of the type, for numbers up to `largest`.
bool close(const Numbers& a, const Numbers& b, DType dtype) {
  double largest = 0;
  for (const double value : a) {
    largest = std::max(largest, std::abs(value));
  }
  const double tolerance = (dtype == DType::float32 ? 2e-7 : 1e-12) * largest;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](double x, double y) { return std::abs(x - y) <= tolerance; });
}

void compare(const Operation& operation, const Tensor& values, const Tensor& cotangent) {
  const Outcome expected = run(operation, values, cotangent, Device::cpu);
  const Outcome found = run(operation, values, cotangent, Device::accelerator);
  CHECK(close(expected.output, found.output, values.dtype()));
  CHECK(close(expected.gradient, found.gradient, values.dtype()));
  CHECK(found.diagnostics.lists == expected.diagnostics.lists);
  CHECK(found.diagnostics.documents == expected.diagnostics.documents);
  CHECK(found.diagnostics.blocks == expected.diagnostics.blocks);
  CHECK(found.diagnostics.single_block_lists == expected.diagnostics.single_block_lists);
  CHECK(found.diagnostics.single_documents == expected.diagnostics.single_documents);
}

/// Both operations with every option, at strengths that leave all, some and no documents single.
void compare_all(const Tensor& values, const Groups* groups, Random& random) {
  const Tensor cotangent = Tensor::randn(values.shape(), random, {.dtype = values.dtype()});
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
        for (const double strength : {1e-3, 0.3, 7.0, 2000.0}) {
          const SoftRankOptions options = {strength, regularization, direction, unit};
          INFO((regularization == Regularization::l2 ? "l2" : "kl"), ", unit ", static_cast<int>(unit), ", strength ",
               strength);
          compare([&](const Tensor& x) { return groups ? soft_rank(x, *groups, options) : soft_rank(x, options); },
                  values, cotangent);
          compare([&](const Tensor& x) { return groups ? soft_sort(x, *groups, options) : soft_sort(x, options); },
                  values, cotangent);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("soft ranks on the accelerator: rows and groups of every length, all options") {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(3);
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Shape& shape :
         {Shape{0}, Shape{1}, Shape{5}, Shape{2, 3, 40}, Shape{7, 63}, Shape{3, 64}, Shape{2, 700}}) {
      compare_all(Tensor::randn(shape, random, {.dtype = dtype}), nullptr, random);
    }
    const Groups ragged = Groups::from_sizes({0, 1, 64, 0, 0, 300, 2, 63, 1, 129, 0});
    compare_all(Tensor::randn(Shape{560}, random, {.dtype = dtype}) * 3.0 + 1e3, &ragged, random);
    const Groups short_lists = Groups::from_sizes({3, 0, 20, 1, 63});
    compare_all(Tensor::randn(Shape{87}, random, {.dtype = dtype}), &short_lists, random);
    const Groups none = Groups::from_sizes({0, 0});
    compare_all(Tensor::zeros(Shape{0}, {.dtype = dtype}), &none, random);
  }
}

TEST_CASE("soft ranks on the accelerator: ties and constant lists") {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(5);
  Numbers tied(400);
  for (double& value : tied) {
    value = static_cast<double>(random.below(9)) * 0.1;
  }
  std::fill(tied.begin(), tied.begin() + 100, 0.1);
  for (const DType dtype : {DType::float32, DType::float64}) {
    compare_all(Tensor::from(tied, Shape{4, 100}, {.dtype = dtype}), nullptr, random);
  }
}

TEST_CASE("soft ranks on the accelerator: a gradient that is constant over a block is nothing, bit for bit") {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(7);
  for (const std::int64_t n : {2, 40, 64, 1000, 10'000}) {
    const Tensor values = Tensor::randn(Shape{n}, random);
    const Tensor ones = Tensor::full(Shape{n}, 0.1);
    for (const double strength : {1e-3, 1.0, 1e3}) {
      const Outcome found = run([&](const Tensor& x) { return soft_rank(x, {.regularization_strength = strength}); },
                                values, ones, Device::accelerator);
      CHECK(std::all_of(found.gradient.begin(), found.gradient.end(), [](double g) { return g == 0; }));
    }
  }
}

TEST_CASE("soft ranks on the accelerator: long lists, past every level of the sums" *
          doctest::skip(tests::address_sanitizer)) {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(11);
  for (const Shape& shape : {Shape{300'001}, Shape{80, 7000}}) {
    const Tensor values = Tensor::randn(shape, random);
    const Tensor cotangent = Tensor::randn(shape, random);
    for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
      for (const double strength : {1.0, 200.0}) {  // in ranks: some blocks, and one block
        const SoftRankOptions options = {.regularization_strength = strength,
                                         .regularization = regularization,
                                         .strength_unit = StrengthUnit::spread};
        compare([&](const Tensor& x) { return soft_rank(x, options); }, values, cotangent);
        compare([&](const Tensor& x) { return soft_sort(x, options); }, values, cotangent);
      }
    }
  }
}

TEST_CASE("soft ranks on the accelerator: ranks in double of float32 scores, as spearman_loss wants them") {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(13);
  const Groups groups = Groups::from_sizes({0, 30, 200, 1, 69});
  const Tensor values = Tensor::randn(Shape{300}, random);
  const Tensor gradient = Tensor::randn(Shape{300}, random, {.dtype = DType::float64});
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    const SoftRankOptions options = {.regularization_strength = 0.1, .regularization = regularization};
    const auto pool = [&](Device device) {
      const Tensor x = values.to(device);
      Tensor ranks;
      const auto lists = detail::Lists::of("test", x, groups);
      const detail::Pooling pooling = detail::pool_ranks(x, lists, options, DType::float64, ranks);
      const Tensor result = detail::ranks_backward(pooling, ranks, gradient.to(device), DType::float32);
      CHECK(result.dtype() == DType::float32);
      return Outcome{ranks.to_vector<double>(), result.to_vector<double>(), {}};
    };
    const Outcome expected = pool(Device::cpu);
    const Outcome found = pool(Device::accelerator);
    CHECK(close(expected.output, found.output, DType::float64));
    CHECK(close(expected.gradient, found.gradient, DType::float32));
  }
}

TEST_CASE("soft ranks on the accelerator: diagnostics of the last call, whichever device it was on") {
  if (!tests::accelerator_present()) {
    return;
  }
  const Tensor here = Tensor({0.f, 10.f, 20.f, 5.f, 1.f, 1.f});
  const Groups groups = Groups::from_sizes({3, 1, 2});
  soft_rank(here.to(Device::accelerator), groups, {.regularization_strength = 1});
  CHECK(rank_diagnostics().blocks == 4);
  CHECK(rank_diagnostics().single_documents == 3);
  soft_rank(here.to(Device::accelerator), groups, {.regularization_strength = 1});
  soft_rank(here, {.regularization_strength = 1e6});
  CHECK(rank_diagnostics().blocks == 1);
  const SoftRankOptions options = {.regularization_strength = 2, .strength_unit = StrengthUnit::spread};
  CHECK(effective_strength(here.to(Device::accelerator), groups, options).absolute ==
        effective_strength(here, groups, options).absolute);
}

TEST_CASE("soft ranks on the accelerator: errors name the operation and the caller's line") {
  if (!tests::accelerator_present()) {
    return;
  }
  const Tensor x = Tensor({1.f, 2.f}).to(Device::accelerator);
  const std::string refused = tests::error_text<NumericError>([&] { soft_rank(x, {.regularization_strength = 0}); });
  CHECK(refused.find("soft_rank: regularization_strength is 0") == 0);
  const Tensor bad = Tensor({1.f, std::nanf("")}).to(Device::accelerator);
  CHECK(tests::error_text<NumericError>([&] { soft_sort(bad); }).find("soft_sort: element 1 of [2] float32 is nan") ==
        0);
  CHECK(tests::error_text<NumericError>([&] { effective_strength(bad); }).find("effective_strength: element 1") == 0);
}
