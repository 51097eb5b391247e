#include <ranktape/core/gradcheck.hpp>
#include <ranktape/core/gradients.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/layers.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/optim/mlp.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

#include <algorithm>
#include <cmath>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

constexpr TensorOptions constant64 = {.dtype = DType::float64};

struct Spread {
  double largest = 0;
  double deviation = 0;
};

Spread spread_of(const Tensor& tensor) {
  Spread spread;
  for (const double value : tensor.to_vector<double>()) {
    spread.largest = std::max(spread.largest, std::abs(value));
    spread.deviation += value * value / static_cast<double>(tensor.size());
  }
  spread.deviation = std::sqrt(spread.deviation);
  return spread;
}

std::vector<std::string> names_of(const std::vector<Tensor>& tensors) {
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors) {
    names.push_back(std::string(tensor.name()) + " " + to_string(tensor.shape()));
  }
  return names;
}

std::vector<double> all_values(const Mlp& model) {
  std::vector<double> values;
  for (const Tensor& parameter : model.parameters()) {
    const std::vector<double> more = parameter.to_vector<double>();
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

}  // namespace

TEST_CASE("linear layer: each initialization has its bound or deviation") {
  const std::int64_t in = 300;
  const std::int64_t out = 200;
  const auto make = [&](Initialization initialization) {
    Random random(1);
    return Linear(in, out, random, {.initialization = initialization, .dtype = DType::float64});
  };
  const auto check_uniform = [](const Tensor& tensor, double bound) {
    const Spread spread = spread_of(tensor);
    CHECK(spread.largest <= bound);
    CHECK(spread.largest > 0.95 * bound);
    CHECK(spread.deviation == doctest::Approx(bound / std::sqrt(3.0)).epsilon(0.1));
  };
  const Linear usual = make(Initialization::linear_default);
  check_uniform(usual.weight, 1 / std::sqrt(300.0));
  check_uniform(usual.bias, 1 / std::sqrt(300.0));
  check_uniform(make(Initialization::xavier_uniform).weight, std::sqrt(6 / 500.0));
  check_uniform(make(Initialization::he_uniform).weight, std::sqrt(6 / 300.0));
  CHECK(spread_of(make(Initialization::xavier_normal).weight).deviation ==
        doctest::Approx(std::sqrt(2 / 500.0)).epsilon(0.02));
  CHECK(spread_of(make(Initialization::he_normal).weight).deviation ==
        doctest::Approx(std::sqrt(2 / 300.0)).epsilon(0.02));
  for (const Initialization other : {Initialization::xavier_uniform, Initialization::xavier_normal,
                                     Initialization::he_uniform, Initialization::he_normal, Initialization::zeros}) {
    CHECK(spread_of(make(other).bias).largest == 0);
  }
  CHECK(spread_of(make(Initialization::zeros).weight).largest == 0);
}

TEST_CASE("linear layer: computes x W + b, with and without bias") {
  Random random(2);
  const Linear layer(3, 2, random, {.dtype = DType::float64});
  const Tensor x = Tensor::randn(Shape{4, 3}, random, constant64);
  CHECK(layer(x).to_vector<double>() == linear(x, layer.weight, layer.bias).to_vector<double>());
  CHECK(names_of(layer.parameters()) == std::vector<std::string>{"weight [3, 2]", "bias [2]"});
  const Linear without(3, 2, random, {.bias = false, .dtype = DType::float64});
  CHECK(without(x).to_vector<double>() == matmul(x, without.weight).to_vector<double>());
  CHECK(names_of(without.parameters()) == std::vector<std::string>{"weight [3, 2]"});
  CHECK_FALSE(without.clone().bias.defined());
  CHECK(error_text<ShapeError>([&] { Linear(3, 0, random); }) ==
        "Linear: 3 inputs and 0 outputs; there must be at least one of each");
}

TEST_CASE("mlp: names, shapes, and one output as [documents]") {
  Random random(3);
  const Mlp model({5, 4, 3, 1}, random, {.layer_norm = true});
  CHECK(names_of(model.parameters()) == std::vector<std::string>{"layers.0.weight [5, 4]", "layers.0.bias [4]",
                                                                 "norms.0.weight [4]", "norms.0.bias [4]",
                                                                 "layers.1.weight [4, 3]", "layers.1.bias [3]",
                                                                 "norms.1.weight [3]", "norms.1.bias [3]",
                                                                 "layers.2.weight [3, 1]", "layers.2.bias [1]"});
  CHECK(model(Tensor::zeros(Shape{7, 5})).shape() == Shape{7});
  CHECK(model(Tensor::zeros(Shape{0, 5})).shape() == Shape{0});
  CHECK(Mlp({5, 4, 2}, random)(Tensor::zeros(Shape{7, 5})).shape() == Shape{7, 2});
  CHECK(names_of(Mlp({5, 1}, random).parameters()) ==
        std::vector<std::string>{"layers.0.weight [5, 1]", "layers.0.bias [1]"});
}

TEST_CASE("mlp: is its layers, one after the other") {
  for (const Activation activation : {Activation::relu, Activation::leaky_relu, Activation::elu, Activation::gelu,
                                      Activation::silu, Activation::tanh, Activation::sigmoid}) {
    CAPTURE(to_string(activation));
    CHECK(activation_named(to_string(activation)) == activation);
    Random random(4);
    const Mlp model({5, 4, 1}, random, {.activation = activation, .layer_norm = true, .dtype = DType::float64});
    const Tensor x = Tensor::randn(Shape{6, 5}, random, constant64);
    const std::vector<Tensor> p = model.parameters();
    const Tensor hidden = apply(activation, layer_norm(linear(x, p[0], p[1]), p[2], p[3]));
    CHECK(model(x).to_vector<double>() == linear(hidden, p[4], p[5]).to_vector<double>());

    const Mlp plain({5, 4, 1}, random, {.activation = activation, .dtype = DType::float64});
    const std::vector<Tensor> q = plain.parameters();
    const Tensor values = apply(activation, linear(x, q[0], q[1]));
    CHECK(plain(x).to_vector<double>() == linear(values, q[2], q[3]).to_vector<double>());
  }
  CHECK_FALSE(activation_named("swish").has_value());
}

TEST_CASE("mlp: a hidden layer is one record") {
  Random random(9);
  const Mlp model({5, 4, 3, 1}, random);
  const Tape tape;
  static_cast<void>(model(Tensor::zeros(Shape{7, 5})));
  std::vector<std::string> names;
  for (const Record& record : tape.records()) {
    names.emplace_back(record.operation->name());
  }
  CHECK(names == std::vector<std::string>{"activated_linear", "activated_linear", "linear", "reshape"});
}

TEST_CASE("mlp: its gradient") {
  Random random(5);
  const Mlp model({3, 4, 2}, random, {.activation = Activation::gelu, .layer_norm = true, .dtype = DType::float64});
  const auto function = [&](std::span<const Tensor> x) { return model(x[0]); };
  const GradcheckReport report = gradcheck(function, {Tensor::randn(Shape{5, 3}, random, constant64)});
  CHECK_MESSAGE(report.passed, report.message);
  const Tape tape;
  const Gradients gradients = sum(square(model(Tensor::randn(Shape{5, 3}, random, constant64)))).backward();
  CHECK(gradients.size() == model.parameters().size());
}

TEST_CASE("mlp: the same seed gives the same bits, float32 those of float64 rounded") {
  const auto values = [](std::uint64_t seed, DType dtype) {
    Random random(seed);
    return all_values(Mlp({6, 5, 1}, random, {.dtype = dtype}));
  };
  CHECK(values(1, DType::float32) == values(1, DType::float32));
  CHECK(values(1, DType::float32) != values(2, DType::float32));
  std::vector<double> rounded = values(1, DType::float64);
  std::transform(rounded.begin(), rounded.end(), rounded.begin(),
                 [](double value) { return static_cast<double>(static_cast<float>(value)); });
  CHECK(values(1, DType::float32) == rounded);
}

TEST_CASE("mlp: dropout only in training, by the seed") {
  Random random(6);
  const Mlp model({5, 32, 1}, random, {.dropout = 0.5});
  const Tensor x = Tensor::randn(Shape{8, 5}, random);
  Random first(1);
  Random second(1);
  const std::vector<double> trained = model(x, first).to_vector<double>();
  CHECK(trained == model(x, second).to_vector<double>());
  CHECK(trained != model(x, second).to_vector<double>());
  CHECK(trained != model(x).to_vector<double>());
  CHECK(model(x).to_vector<double>() == model(x).to_vector<double>());
  const Mlp plain({5, 32, 1}, random);
  CHECK(plain(x, first).to_vector<double>() == plain(x).to_vector<double>());
}

TEST_CASE("mlp: a copy shares its parameters, a clone has its own") {
  Random random(7);
  const Mlp model({4, 3, 1}, random, {.layer_norm = true});
  const Mlp copy = model;  // NOLINT(performance-unnecessary-copy-initialization): what is tested
  const Mlp clone = model.clone();
  const std::vector<double> before = all_values(model);
  CHECK(all_values(clone) == before);
  CHECK(names_of(clone.parameters()) == names_of(model.parameters()));
  for (Tensor parameter : model.parameters()) {
    for (float& value : parameter.mutable_values<float>()) {
      value += 1;
    }
  }
  CHECK(all_values(copy) == all_values(model));
  CHECK(all_values(clone) == before);
  CHECK(all_values(model) != before);
  for (const Tensor& parameter : clone.parameters()) {
    CHECK(parameter.requires_grad());
  }
}

TEST_CASE("mlp: residual connections between hidden layers of one width") {
  Random random(9);
  const MlpOptions options = {.activation = Activation::tanh, .residual = true, .dtype = DType::float64};
  const Mlp model({3, 3, 3, 2, 2, 1}, random, options);
  const Tensor x = Tensor::randn(Shape{4, 3}, random, {.dtype = DType::float64});
  const std::vector<Tensor> p = model.parameters();
  const auto layer = [&](const Tensor& input, std::size_t i) { return tanh(linear(input, p[2 * i], p[2 * i + 1])); };
  const Tensor first = layer(x, 0);  // the features are not added, though there are as many
  const Tensor second = first + layer(first, 1);
  const Tensor third = layer(second, 2);
  const Tensor fourth = third + layer(third, 3);
  CHECK(model(x).to_vector<double>() == linear(fourth, p[8], p[9]).to_vector<double>());
  Random same(9);
  MlpOptions plain = options;
  plain.residual = false;
  CHECK(Mlp({3, 3, 3, 2, 2, 1}, same, plain)(x).to_vector<double>() != model(x).to_vector<double>());
}

TEST_CASE("mlp: sparse features give what dense ones give") {
  Random random(10);
  const Tensor dense = Tensor::from({0, 1, 0, 2, 0, 0, 0, 0, -3, 0, 0, 0.5}, Shape{4, 3}, {.dtype = DType::float64});
  const SparseMatrix sparse = SparseMatrix::from_dense(dense);
  const std::vector<MlpOptions> variants = {{.dtype = DType::float64},
                                            {.layer_norm = true, .residual = true, .dtype = DType::float64},
                                            {.activation = Activation::silu, .dropout = 0.3, .dtype = DType::float64}};
  for (const MlpOptions& options : variants) {
    for (const std::vector<std::int64_t>& sizes : {std::vector<std::int64_t>{3, 1}, {3, 4, 1}, {3, 4, 4, 2}}) {
      const Mlp model(sizes, random, options);
      Random first(4);
      Random second(4);
      const Tensor expected = model(dense, first);
      const Tensor got = model(sparse, second);
      CHECK(got.shape() == expected.shape());
      const std::vector<double> values = got.to_vector<double>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(values[i] == doctest::Approx(expected.to_vector<double>()[i]).epsilon(1e-13));
      }
      CHECK(model(sparse).shape() == expected.shape());
    }
  }
  const Mlp model({4, 1}, random);
  CHECK(error_text<ShapeError>([&] { static_cast<void>(model(sparse)); }) ==
        "Mlp: sparse features [4, 3] are not of the shape [documents, 4] that the model takes");
}

TEST_CASE("mlp: error texts") {
  Random random(8);
  const Mlp model({4, 3, 1}, random);
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(model(Tensor::zeros(Shape{2, 5}).named("rows")));
        }) == "Mlp: features 'rows' [2, 5] float32 are not of the shape [documents, 4] that the model takes");
  CHECK(error_text<ShapeError>([&] { static_cast<void>(model(Tensor::zeros(Shape{4}))); }) ==
        "Mlp: features [4] float32 are not of the shape [documents, 4] that the model takes");
  CHECK(error_text<DTypeError>([&] {
          static_cast<void>(model(Tensor::zeros(Shape{2, 4}, constant64)));
        }).starts_with("linear: "));
  CHECK(error_text<ShapeError>([&] { Mlp({4}, random); }) ==
        "Mlp: 1 layer sizes [4]; give at least the numbers of features and of outputs");
  CHECK(error_text<ShapeError>([&] {
          Mlp({4, -3, 1}, random);
        }) == "Mlp: layer size -3 of [4, -3, 1]; each must be at least 1");
  CHECK(error_text<NumericError>([&] {
          Mlp({4, 1}, random, {.dropout = 1});
        }) == "Mlp: dropout is 1; it must be at least 0 and below 1");
}
