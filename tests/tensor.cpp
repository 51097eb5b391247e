#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

const TensorOptions float64_options = {.dtype = DType::float64};
const TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};

using Doubles = std::vector<double>;

template <class T>
Doubles through(const std::vector<T>& values) {
  const Tensor made = Tensor::from(values, float64_options);
  return made.to_vector<double>();
}

}  // namespace

TEST_CASE("tensor: made from every kind of range") {
  const Doubles expected = {3, 1, 2};
  CHECK(Tensor({3.F, 1.F, 2.F}).to_vector<double>() == expected);
  CHECK(Tensor::from({3, 1, 2}).to_vector<double>() == expected);
  CHECK(Tensor::from(std::array<float, 3>{3, 1, 2}).to_vector<double>() == expected);
  CHECK(Tensor::from(std::array<double, 3>{3, 1, 2}).to_vector<double>() == expected);
  const float array[] = {3, 1, 2};
  CHECK(Tensor::from(array).to_vector<double>() == expected);
  std::vector<float> writable = {3, 1, 2};
  CHECK(Tensor::from(std::span(writable)).to_vector<double>() == expected);
  CHECK(Tensor::from(std::span<const float>(writable), Shape{1, 3}).shape() == Shape{1, 3});
}

TEST_CASE("tensor: made from every type of number") {
  const Doubles expected = {3, 0, 120};
  CHECK(through<float>({3, 0, 120}) == expected);
  CHECK(through<double>({3, 0, 120}) == expected);
  CHECK(through<signed char>({3, 0, 120}) == expected);
  CHECK(through<unsigned char>({3, 0, 120}) == expected);
  CHECK(through<short>({3, 0, 120}) == expected);
  CHECK(through<unsigned short>({3, 0, 120}) == expected);
  CHECK(through<int>({3, 0, 120}) == expected);
  CHECK(through<unsigned>({3, 0, 120}) == expected);
  CHECK(through<long>({3, 0, 120}) == expected);
  CHECK(through<unsigned long>({3, 0, 120}) == expected);
  CHECK(through<long long>({3, 0, 120}) == expected);
  CHECK(through<unsigned long long>({3, 0, 120}) == expected);
  CHECK(through<std::int64_t>({-(std::int64_t{1} << 53)}) == Doubles{-0x1p53});
}

TEST_CASE("tensor: a count that does not fill the shape") {
  CHECK(error_text<ShapeError>([] {
          Tensor::from({1, 2, 3}, Shape{2, 2});
        }) == "Tensor::from: 3 values do not fill shape [2, 2], which has 4 elements");
  CHECK(error_text<ShapeError>([] {
          Tensor::from(std::vector<int>{1, 2}, Shape{});
        }) == "Tensor::from: 2 values do not fill shape [], which has 1 elements");
}

TEST_CASE("tensor: options, and what they are when not given") {
  const Tensor plain = Tensor::zeros(Shape{2});
  CHECK(plain.dtype() == DType::float32);
  CHECK(plain.device() == Device::cpu);
  CHECK_FALSE(plain.requires_grad());
  const Tensor given = Tensor::ones(Shape{2}, float64_parameter);
  CHECK(given.dtype() == DType::float64);
  CHECK(given.requires_grad());
  Random random(1);
  for (const Tensor& made :
       {Tensor::from({1}, float64_parameter), Tensor::from(std::vector<int>{1}, float64_parameter),
        Tensor::from({1}, Shape{1, 1}, float64_parameter), Tensor::full(Shape{}, 2, float64_parameter),
        Tensor::scalar(2, float64_parameter), Tensor::arange(2, 0, 1, float64_parameter),
        Tensor::randn(Shape{1}, random, float64_parameter),
        Tensor::uniform(Shape{1}, 0, 1, random, float64_parameter)}) {
    CHECK(made.dtype() == DType::float64);
    CHECK(made.requires_grad());
  }
}

TEST_CASE("tensor: makers") {
  CHECK(Tensor::zeros(Shape{2, 2}).to_vector<double>() == Doubles{0, 0, 0, 0});
  CHECK(Tensor::ones(Shape{2}).to_vector<double>() == Doubles{1, 1});
  CHECK(Tensor::full(Shape{2}, -2.5).to_vector<double>() == Doubles{-2.5, -2.5});
  CHECK(Tensor::full(Shape{1}, 0.1).to_vector<double>() == Doubles{static_cast<double>(0.1F)});
  CHECK(Tensor::full(Shape{1}, 0.1, float64_options).to_vector<double>() == Doubles{0.1});
  CHECK(Tensor::arange(4).to_vector<double>() == Doubles{0, 1, 2, 3});
  CHECK(Tensor::arange(3, 1, -0.5).to_vector<double>() == Doubles{1, 0.5, 0});
  CHECK(Tensor::scalar(7).shape() == Shape{});
  Random random(4);
  const Tensor uniform = Tensor::uniform(Shape{1000}, -3, -1, random);
  for (const float value : uniform.values<float>()) {
    CHECK((value >= -3 && value <= -1));
  }
}

TEST_CASE("tensor: its elements as each type") {
  const Tensor x = Tensor::from({1.75, -2, 0.1});
  CHECK(x.to_vector<float>() == std::vector<float>{1.75F, -2, 0.1F});
  CHECK(x.to_vector<double>() == Doubles{1.75, -2, static_cast<double>(0.1F)});
  CHECK(x.to_vector<std::int64_t>() == std::vector<std::int64_t>{1, -2, 0});
  CHECK(Tensor::from({1e300, 0.1}, float64_options).to_vector<float>() ==
        std::vector<float>{std::numeric_limits<float>::infinity(), 0.1F});
  CHECK(x.values<float>().size() == 3);
  CHECK(x.values<float>()[1] == -2);
}

TEST_CASE("tensor: elements asked as another type than theirs") {
  const Tensor x = Tensor::zeros(Shape{2, 3}).named("scores");
  Tensor y = Tensor::zeros(Shape{}, float64_options);
  CHECK(error_text<DTypeError>([&] { static_cast<void>(x.values<double>()); }) ==
        "values: tensor 'scores' [2, 3] float32 is not float64; ask for its own type, or convert with to(float64) or "
        "to_vector");
  CHECK(error_text<DTypeError>([&] { static_cast<void>(y.mutable_values<float>()); }) ==
        "mutable_values: tensor [] float64 is not float32; ask for its own type, or convert with to(float32) or "
        "to_vector");
}

TEST_CASE("tensor: item") {
  CHECK(Tensor::scalar(0.1).item() == static_cast<double>(0.1F));
  CHECK(Tensor::full(Shape{1, 1}, 0.1, float64_options).item() == 0.1);
  CHECK(error_text<ShapeError>([] { static_cast<void>(Tensor::zeros(Shape{2}).named("loss").item()); }) ==
        "item: tensor 'loss' [2] float32 does not have exactly one element");
  CHECK(error_text<ShapeError>([] { static_cast<void>(Tensor::zeros(Shape{0}).item()); }) ==
        "item: tensor [0] float32 does not have exactly one element");
}

TEST_CASE("tensor: conversion of type is differentiable") {
  const Tensor w = Tensor::from({1, 2, 3}, {.requires_grad = true});
  CHECK(w.to(DType::float32).node() == w.node());
  const Tape tape;
  const Tensor wide = w.to(DType::float64);
  CHECK(wide.dtype() == DType::float64);
  CHECK(wide.requires_grad());
  const Gradients gradients = (wide * wide).backward({.cotangent = Tensor::from({1, 10, 100}, float64_options)});
  CHECK(gradients[w].dtype() == DType::float32);
  CHECK(gradients[w].to_vector<double>() == Doubles{2, 40, 600});
}

TEST_CASE("tensor: detach shares the elements, clone does not, and neither is followed") {
  Tensor w = Tensor::from({1, 2}, float64_parameter).named("w");
  const Tape tape;
  const Tensor detached = w.detach();
  const Tensor cloned = w.clone();
  const Tensor copy = w;  // NOLINT(performance-unnecessary-copy-initialization): that copies share is what is tested
  w.mutable_values<double>()[0] = 5;
  CHECK(detached.to_vector<double>() == Doubles{5, 2});
  CHECK(copy.to_vector<double>() == Doubles{5, 2});
  CHECK(cloned.to_vector<double>() == Doubles{1, 2});
  CHECK(detached.name() == "w");
  CHECK_FALSE(detached.requires_grad());
  CHECK_FALSE(cloned.requires_grad());
  CHECK(copy.requires_grad());
  static_cast<void>(detached * cloned);
  CHECK(tape.records().empty());
}

TEST_CASE("tensor: a name is seen by all handles") {
  const Tensor x = Tensor::zeros(Shape{1});
  const Tensor other = x;
  CHECK(x.name().empty());
  CHECK(x.named("features").node() == x.node());
  CHECK(other.name() == "features");
  x.named("");
  CHECK(other.name().empty());
}

TEST_CASE("tensor: writing counts as a version, on every handle to the elements") {
  Tensor x = Tensor::zeros(Shape{2});
  const Tensor detached = x.detach();
  const std::uint64_t before = x.node()->storage->version;
  static_cast<void>(x.values<float>());
  CHECK(x.node()->storage->version == before);
  x.mutable_values<float>()[1] = 1;
  x.mutable_values<float>()[1] = 2;
  CHECK(x.node()->storage->version == before + 2);
  CHECK(detached.node()->storage->version == before + 2);
  CHECK(x.clone().node()->storage->version != before + 2);
}

TEST_CASE("tensor: printing") {
  CHECK(to_string(Tensor({0.5F, 1, 2}).named("scores")) == "Tensor 'scores' [3] float32 {0.5, 1, 2}");
  CHECK(to_string(Tensor::scalar(-0.25, float64_options)) == "Tensor [] float64 {-0.25}");
  CHECK(to_string(Tensor::arange(8)) == "Tensor [8] float32 {0, 1, 2, 3, 4, 5, 6, 7}");
  CHECK(to_string(Tensor::arange(9)) == "Tensor [9] float32 {0, 1, 2, 3, 4, 5, 6, 7, ...}");
  CHECK(to_string(Tensor::zeros(Shape{0, 4})) == "Tensor [0, 4] float32 {}");
  CHECK(to_string(Tensor()) == "Tensor (undefined tensor)");
  std::ostringstream stream;
  stream << Tensor({1.F / 3, NAN, INFINITY});
  CHECK(stream.str() == "Tensor [3] float32 {0.333333, nan, inf}");
}

TEST_CASE("tensor: an undefined one is refused by name, everywhere") {
  Tensor undefined;
  const Tensor x = Tensor::zeros(Shape{2});
  const std::string text = "input: the tensor is undefined (default-constructed); assign it first";
  CHECK_FALSE(undefined.defined());
  CHECK_FALSE(undefined.requires_grad());
  CHECK(error_text<ShapeError>([&] { exp(undefined); }) == text);
  CHECK(error_text<ShapeError>([&] { undefined + x; }) == text);
  CHECK(error_text<ShapeError>([&] { x* undefined; }) == text);
  CHECK(error_text<ShapeError>([&] { static_cast<void>(undefined.to(DType::float64)); }) == text);
  CHECK(error_text<ShapeError>([&] { soft_rank(undefined); }) == text);
  CHECK(error_text<ShapeError>([&] { static_cast<void>(undefined.values<float>()); }) ==
        "values: the tensor is undefined; assign one first");
  CHECK(error_text<ShapeError>([&] { static_cast<void>(undefined.mutable_values<float>()); }) ==
        "mutable_values: the tensor is undefined; assign one first");
  CHECK(error_text<ShapeError>([&] { static_cast<void>(undefined.item()); }) ==
        "item: tensor (undefined tensor) does not have exactly one element");
  CHECK(error_text<TapeError>([&] {
          undefined.backward();
        }).starts_with("backward: tensor (undefined tensor) was not recorded"));
}

TEST_CASE("tensor: without elements") {
  const Tensor empty = Tensor::from(std::vector<float>(), Shape{0, 3}, {.requires_grad = true});
  CHECK(empty.size() == 0);
  CHECK(empty.to_vector<double>().empty());
  CHECK(empty.values<float>().empty());
  const Tape tape;
  const Tensor y = exp(empty * 2) + Tensor({1, 2, 3});
  CHECK(y.shape() == Shape{0, 3});
  const Gradients gradients = y.backward({.cotangent = Tensor::zeros(Shape{0, 3})});
  CHECK(gradients[empty].shape() == Shape{0, 3});
  CHECK(gradients.norm() == 0);
}

TEST_CASE("tensor: a parameter broadcast to no elements gets a gradient of zero") {
  const Tensor w = Tensor::from({1, 2, 3}, float64_parameter);
  const Tape tape;
  const Tensor y = w * Tensor::zeros(Shape{0, 3}, float64_options);
  CHECK(y.backward({.cotangent = y.detach()})[w].to_vector<double>() == Doubles{0, 0, 0});
}

TEST_CASE("tensor: more elements than memory has bytes for") {
  // 2^62 elements of 4 bytes are 2^64 bytes, which a careless product takes for none.
  CHECK_THROWS_AS(Tensor::zeros(Shape{std::int64_t{1} << 31, std::int64_t{1} << 31}), ShapeError);
  CHECK_THROWS_AS(Tensor::zeros(Shape{std::int64_t{1} << 61}), ShapeError);
  CHECK_THROWS_AS(Tensor::zeros(Shape{std::int64_t{1} << 60}, float64_options), std::bad_alloc);
}

TEST_CASE("tensor: the accelerator, where this build has none") {
  if (std::string_view(detail::accelerator_system()) != "none") {
    return;
  }
  const std::string text = "this build of ranktape has no accelerator (RANKTAPE_DEVICE=none); use Device::cpu";
  CHECK(error_text<DeviceError>([] { Tensor::zeros(Shape{1}, {.device = Device::accelerator}); }, false) == text);
  CHECK(error_text<DeviceError>([] { static_cast<void>(Tensor({1}).to(Device::accelerator)); }, false) == text);
}
