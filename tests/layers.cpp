#include "support.hpp"

#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <cmath>

using namespace ranktape;
using tests::error_text;

namespace {

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("layers: dropout drops the right share, keeps the mean, and masks the gradient alike") {
  constexpr std::int64_t count = 100'000;
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const double probability : {0.1, 0.5, 0.9}) {
      Random random(11);
      const Tensor w = tests::full(Shape{count}, 3, {.dtype = dtype, .requires_grad = true});
      const Tape tape;
      const Tensor y = dropout(w, probability, random);
      const std::vector<double> output = values(y);
      const auto dropped = static_cast<double>(std::count(output.begin(), output.end(), 0.0));
      // Binomial: within five standard deviations.
      const double deviation = std::sqrt(probability * (1 - probability) / count);
      CHECK(std::abs(dropped / count - probability) <= 5 * deviation);
      CHECK(std::abs(mean(y).item() / 3 - 1) <= 5 * deviation / (1 - probability));
      const std::vector<double> gradient = values(sum(y).backward()[w]);
      bool same_mask = true;
      for (std::size_t i = 0; i < output.size(); ++i) {
        same_mask = same_mask && std::abs(output[i] - 3 * gradient[i]) <= 1e-5;
      }
      CHECK(same_mask);
    }
  }
}

TEST_CASE("layers: dropout keeps what the numbers of its own stream say, one after the other") {
  Random random(8);
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t size : {1, 3, 64, 1003}) {
      const Tensor x = tests::randn(Shape{size}, random, {.dtype = dtype});
      const Random::State state = Random(random).split().state();
      const std::vector<double> dropped = values(dropout(x, 0.25, random));
      const std::vector<double> all = values(x);
      for (std::size_t i = 0; i < all.size(); ++i) {
        const bool kept = Random::block(state.seed, state.stream, i / 4)[i % 4] >= 0x40000000;
        CHECK(dropped[i] == doctest::Approx(kept ? all[i] / 0.75 : 0).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("layers: dropout is a function of the generator's state alone, and moves it by as much at any size") {
  Random first(3);
  Random second(3);
  const Tensor x = tests::ones(Shape{37});
  const std::vector<double> mask = values(dropout(x, 0.5, first));
  CHECK(values(dropout(x.to(float64), 0.5, second)) == mask);
  CHECK(values(dropout(x, 0.5, first)) != mask);
  dropout(tests::ones(Shape{3}), 0.5, second);
  CHECK(first.state().position == second.state().position);
  const std::uint64_t position = first.state().position;
  CHECK(dropout(x, 0, first).node() == x.node());
  CHECK(first.state().position == position);
}

TEST_CASE("layers: layer_norm agrees with standardise, weight and bias, with its gradients") {
  Random random(8);
  const TensorOptions parameter = {.dtype = DType::float64, .requires_grad = true};
  const Tensor x = tests::randn(Shape{2, 3, 11}, random, parameter);
  const Tensor weight = tests::randn(Shape{11}, random, parameter);
  const Tensor bias = tests::randn(Shape{11}, random, parameter);
  const Tensor cotangent = tests::randn(x.shape(), random, {.dtype = DType::float64});
  const Tape tape;
  const Tensor one = layer_norm(x, weight, bias, {.epsilon = 0.1});
  const Tensor other = standardise(x, {.epsilon = 0.1}) * weight + bias;
  const auto agree = [](const Tensor& a, const Tensor& b) {
    CHECK(a.shape() == b.shape());
    CHECK(max(abs(a - b)).item() <= 1e-13);
  };
  agree(one, other);
  const Gradients of_one = one.backward({.cotangent = cotangent});
  const Gradients of_other = other.backward({.cotangent = cotangent});
  for (const Tensor& input : {x, weight, bias}) {
    agree(of_one[input], of_other[input]);
  }
}

TEST_CASE("layers: layer_norm of rows of one element, and of none") {
  const Tensor weight = tests::full(Shape{1}, 2);
  const Tensor bias = tests::full(Shape{1}, 5);
  CHECK(values(layer_norm(tests::from({3, 4}, Shape{2, 1}), weight, bias)) == std::vector<double>{5, 5});
  CHECK(layer_norm(tests::zeros(Shape{0, 1}), weight, bias).shape() == Shape{0, 1});
  const Tensor none = tests::zeros(Shape{0});
  CHECK(layer_norm(tests::zeros(Shape{2, 0}), none, none).size() == 0);
}

TEST_CASE("layers: what does not fit is refused") {
  Random random(1);
  const Tensor x = tests::zeros(Shape{2, 3}).named("x");
  const Tensor three = tests::ones(Shape{3});
  const Tensor two = tests::ones(Shape{2});
  CHECK(error_text<NumericError>([&] { dropout(x, 1, random); }) ==
        "dropout: probability 1 is not in [0, 1); 0 keeps everything");
  CHECK(error_text<NumericError>([&] { dropout(x, -0.5, random); }) ==
        "dropout: probability -0.5 is not in [0, 1); 0 keeps everything");
  CHECK(error_text<NumericError>([&] { dropout(x, std::nan(""), random); }) ==
        "dropout: probability nan is not in [0, 1); 0 keeps everything");
  CHECK(error_text<ShapeError>([&] { layer_norm(x, three, two); }) ==
        "layer_norm: the weight [3] float32 and the bias [2] float32 must both have the shape of the last axis of x "
        "'x' [2, 3] float32");
  CHECK(error_text<ShapeError>([&] { layer_norm(tests::scalar(1), two, two); }).starts_with("layer_norm: the weight"));
  CHECK(error_text<DTypeError>([&] { layer_norm(x, three.to(float64), three); }) ==
        "layer_norm: 'x' [2, 3] float32 and [3] float64 are of different types; convert one with to(float32)");
  CHECK(error_text<NumericError>([&] { layer_norm(x, three, three, {.epsilon = 0}); }) ==
        "layer_norm: epsilon 0 is not a positive number; 1e-5 is usual");
}
