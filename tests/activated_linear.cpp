#include "on_device.hpp"

#include "simd_targets.hpp"

#include <ranktape/core/threads.hpp>
#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ranktape;

namespace {

constexpr Activation activations[] = {Activation::relu, Activation::leaky_relu, Activation::elu,    Activation::gelu,
                                      Activation::silu, Activation::tanh,       Activation::sigmoid};

/// A layer's parameters, inputs and the gradient that comes back to it.
struct Layer {
  Layer(std::int64_t rows, std::int64_t in, std::int64_t out, DType dtype)
      : x(tests::randn(Shape{rows, in}, random, {.dtype = dtype, .requires_grad = true})),
        weight(tests::randn(Shape{in, out}, random, {.dtype = dtype, .requires_grad = true})),
        bias(tests::randn(Shape{out}, random, {.dtype = dtype, .requires_grad = true})),
        cotangent(tests::randn(Shape{rows, out}, random, {.dtype = dtype})) {}

  /// The values, then the gradients of x, weight and bias.
  template <class Function>
  std::vector<std::vector<double>> run(const Function& function) const {
    const Tape tape;
    const Tensor y = function(*this);
    const Gradients gradients = y.backward({.cotangent = cotangent});
    return {y.to_vector<double>(), gradients[x].to_vector<double>(), gradients[weight].to_vector<double>(),
            gradients[bias].to_vector<double>()};
  }

  Random random = Random(1);
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor cotangent;
};

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

}  // namespace

TEST_CASE("activated linear: the same bits as linear and then the activation, for every instruction set") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Activation activation : activations) {
      CAPTURE(to_string(activation));
      const Layer layer(130, 7, 19, dtype);
      tests::for_each_simd_target([&] {
        const auto fused = layer.run([&](const Layer& l) { return linear(l.x, l.weight, l.bias, activation); });
        const auto apart = layer.run([&](const Layer& l) { return apply(activation, linear(l.x, l.weight, l.bias)); });
        CHECK(fused == apart);
      });
    }
  }
}

TEST_CASE("activated linear: is one record, and none under no tape") {
  const Layer layer(3, 2, 4, DType::float32);
  const Tape tape;
  linear(layer.x, layer.weight, layer.bias, Activation::gelu);
  CHECK(tape.records().size() == 1);
  CHECK(std::string(tape.records()[0].operation->name()) == "activated_linear");
  const Tape::Pause pause;
  linear(layer.x, layer.weight, layer.bias, Activation::gelu);
  CHECK(tape.records().size() == 1);
}

TEST_CASE("activated linear: the bits do not depend on the number of threads") {
  const int threads = num_threads();
  for (const std::int64_t out : {1, 24, 31}) {
    const Layer layer(5000, 40, out, DType::float32);
    const auto run = [&](int count) {
      set_num_threads(count);
      return layer.run([](const Layer& l) { return linear(l.x, l.weight, l.bias, Activation::relu); });
    };
    const auto alone = run(1);
    CHECK(run(2) == alone);
    CHECK(run(3) == alone);
  }
  set_num_threads(threads);
}

TEST_CASE("activated linear: gradients of many rows are those of float64, in float32") {
  for (const std::int64_t out : {1, 16, 33}) {
    const Layer layer(4000, 20, out, DType::float32);
    Layer exact = layer;
    for (Tensor* tensor : {&exact.x, &exact.weight, &exact.bias, &exact.cotangent}) {
      *tensor = tests::from(tensor->to_vector<double>(), tensor->shape(), {.dtype = float64, .requires_grad = true});
    }
    const auto layer_of = [](const Layer& l) { return linear(l.x, l.weight, l.bias, Activation::tanh); };
    const auto expected = exact.run(layer_of);
    const auto found = layer.run(layer_of);
    CHECK(largest_difference(found[0], expected[0]) < 4e-6);
    CHECK(largest_difference(found[1], expected[1]) < 1e-5);
    CHECK(largest_difference(found[2], expected[2]) < 1e-4);
    CHECK(largest_difference(found[3], expected[3]) < 2e-5);
  }
}

TEST_CASE("activated linear: no rows, and gradients nobody needs") {
  const Tensor weight = tests::ones(Shape{3, 2}, {.requires_grad = true});
  const Tensor bias = tests::from({1, -2});
  const Tape tape;
  const Tensor none = linear(tests::zeros(Shape{0, 3}), weight, bias, Activation::relu);
  CHECK(none.shape() == Shape{0, 2});
  CHECK(sum(none).backward()[weight].to_vector<double>() == std::vector<double>(6, 0.0));
  const Tensor y = linear(tests::ones(Shape{1, 3}), weight, bias, Activation::relu);
  CHECK(y.to_vector<double>() == std::vector<double>{4, 1});
  const Gradients gradients = sum(y).backward();
  CHECK(gradients.size() == 1);
  CHECK(gradients[weight].to_vector<double>() == std::vector<double>(6, 1.0));
}

TEST_CASE("activated linear: a gradient asked for keeps its value") {
  const Layer layer(50, 3, 4, DType::float64);
  const Tape tape;
  const Tensor y = linear(layer.x, layer.weight, layer.bias, Activation::sigmoid);
  const Tensor loss = sum(square(y));
  const Gradients gradients = loss.backward({.keep_intermediate = true});
  CHECK(gradients[y].to_vector<double>() == (2.0 * y).to_vector<double>());
}
