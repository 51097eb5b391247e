#include <ranktape/core/random.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/sgd.hpp>
#include <doctest/doctest.h>

#include "simd_targets.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

const TensorOptions parameter64 = {.dtype = DType::float64, .requires_grad = true};
constexpr double infinity = std::numeric_limits<double>::infinity();

std::unique_ptr<Optimizer> make_optimizer(const nlohmann::json& row, const std::vector<Tensor>& parameters) {
  const nlohmann::json& o = row["options"];
  if (row["optimizer"] == "sgd") {
    return std::make_unique<Sgd>(parameters, SgdOptions{.learning_rate = o["learning_rate"],
                                                        .momentum = o["momentum"],
                                                        .dampening = o["dampening"],
                                                        .nesterov = o["nesterov"],
                                                        .weight_decay = o["weight_decay"]});
  }
  return std::make_unique<Adam>(parameters, AdamOptions{.learning_rate = o["learning_rate"],
                                                        .beta1 = o["beta1"],
                                                        .beta2 = o["beta2"],
                                                        .epsilon = o["epsilon"],
                                                        .weight_decay = o["weight_decay"],
                                                        .decoupled_weight_decay = o["decoupled_weight_decay"],
                                                        .amsgrad = o["amsgrad"]});
}

// The largest difference from a golden trajectory, relative to max(1, |value|).
double trajectory_error(const nlohmann::json& row, DType dtype) {
  std::vector<Tensor> parameters;
  for (const nlohmann::json& start : row["parameters"]) {
    parameters.push_back(tests::golden_tensor(start, {.dtype = dtype, .requires_grad = true}));
  }
  const auto optimizer = make_optimizer(row, parameters);
  double error = 0;
  for (std::size_t t = 0; t < row["gradients"].size(); ++t) {
    Gradients gradients;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      gradients.add(parameters[i], tests::from(row["gradients"][t][i].get<std::vector<double>>(), parameters[i].shape(),
                                               {.dtype = dtype}));
    }
    optimizer->set_learning_rate(row["learning_rates"][t]);
    optimizer->step(gradients);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto expected = row["parameters_after"][t][i].get<std::vector<double>>();
      const auto values = parameters[i].to_vector<double>();
      for (std::size_t j = 0; j < values.size(); ++j) {
        error = std::max(error, std::abs(values[j] - expected[j]) / std::max(1.0, std::abs(expected[j])));
      }
    }
  }
  return error;
}

Gradients gradients_of(const std::vector<Tensor>& parameters, Random& random) {
  Gradients gradients;
  for (const Tensor& parameter : parameters) {
    gradients.add(parameter, tests::randn(parameter.shape(), random, {.dtype = parameter.dtype()}));
  }
  return gradients;
}

std::vector<Tensor> named_parameters(DType dtype) {
  Random random(3);
  const TensorOptions options = {.dtype = dtype, .requires_grad = true};
  return {tests::randn(Shape{3, 2}, random, options).named("w"), tests::randn(Shape{2}, random, options).named("b")};
}

std::vector<std::vector<double>> values_of(const std::vector<Tensor>& tensors) {
  std::vector<std::vector<double>> values;
  for (const Tensor& tensor : tensors) {
    values.push_back(tensor.to_vector<double>());
  }
  return values;
}

// A rule of one's own: the sign of the mean gradient.
class SignDescent final : public Optimizer {
 public:
  explicit SignDescent(std::vector<Tensor> parameters, double rate, SourceLocation where = SourceLocation::current())
      : Optimizer("SignDescent", std::move(parameters), rate, {"mean"}, where) {}

 private:
  void update(Tensor& parameter, const Tensor& gradient, Slot& slot) override {
    const std::span<double> p = parameter.mutable_values<double>();
    const std::span<double> mean = slot.buffers[0].mutable_values<double>();
    const std::span<const double> g = gradient.values<double>();
    for (std::size_t i = 0; i < p.size(); ++i) {
      mean[i] += (g[i] - mean[i]) / static_cast<double>(slot.steps);
      p[i] -= learning_rate() * static_cast<double>((mean[i] > 0) - (mean[i] < 0));
    }
  }
};

}  // namespace

TEST_CASE("optimizers: ten steps are those of PyTorch") {
  const nlohmann::json rows = tests::golden("optimizers.json");
  CHECK(rows.size() == 21);
  for (const nlohmann::json& row : rows) {
    CAPTURE(row["name"].get<std::string>());
    CHECK(trajectory_error(row, DType::float64) < 1e-12);
    CHECK(trajectory_error(row, DType::float32) < 2e-6);
  }
}

TEST_CASE("optimizers: Adam's bits are the same for every instruction set") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const bool amsgrad : {false, true}) {
      std::vector<std::vector<double>> results;
      tests::for_each_simd_target([&] {
        Random random(10);
        const Tensor w = tests::randn(Shape{1003}, random, {.dtype = dtype, .requires_grad = true});
        Adam optimizer({w}, {.weight_decay = 0.1, .amsgrad = amsgrad});
        for (int t = 0; t < 3; ++t) {
          optimizer.step(gradients_of({w}, random));
        }
        results.push_back(w.to_vector<double>());
      });
      CHECK(std::all_of(results.begin(), results.end(), [&](const auto& result) { return result == results[0]; }));
    }
  }
}

TEST_CASE("optimizers: wrong options") {
  const std::vector<Tensor> p = {tests::zeros(Shape{2}, parameter64).named("w")};
  const auto sgd = [&](const SgdOptions& options) { return error_text<NumericError>([&] { Sgd(p, options); }); };
  CHECK(sgd({.learning_rate = -0.1}) == "Sgd: learning_rate is -0.1; it must be finite and at least 0");
  CHECK(sgd({.learning_rate = infinity}) == "Sgd: learning_rate is inf; it must be finite and at least 0");
  CHECK(sgd({.momentum = 1}) == "Sgd: momentum is 1; it must be at least 0 and below 1");
  CHECK(sgd({.dampening = -1}) == "Sgd: dampening is -1; it must be at least 0 and below 1");
  CHECK(sgd({.weight_decay = -1e-4}) == "Sgd: weight_decay is -0.0001; it must be finite and at least 0");
  CHECK(sgd({.nesterov = true}) ==
        "Sgd: nesterov with momentum 0 and dampening 0; it wants momentum above 0 and dampening 0");
  CHECK(sgd({.momentum = 0.9, .dampening = 0.5, .nesterov = true}) ==
        "Sgd: nesterov with momentum 0.9 and dampening 0.5; it wants momentum above 0 and dampening 0");
  const auto adam = [&](const AdamOptions& options) { return error_text<NumericError>([&] { Adam(p, options); }); };
  CHECK(adam({.learning_rate = std::nan("")}) == "Adam: learning_rate is nan; it must be finite and at least 0");
  CHECK(adam({.beta1 = 1}) == "Adam: beta1 is 1; it must be at least 0 and below 1");
  CHECK(adam({.beta2 = -0.5}) == "Adam: beta2 is -0.5; it must be at least 0 and below 1");
  CHECK(adam({.epsilon = 0}) == "Adam: epsilon is 0; it must be finite and above 0");
  CHECK(adam({.weight_decay = -1}) == "Adam: weight_decay is -1; it must be finite and at least 0");
  Adam optimizer(p);
  CHECK(error_text<NumericError>([&] { optimizer.set_learning_rate(-1); }) ==
        "Adam: learning_rate is -1; it must be finite and at least 0");
  CHECK(optimizer.learning_rate() == 0.001);
}

TEST_CASE("optimizers: only parameters, each once") {
  const Tensor w = tests::zeros(Shape{2}, parameter64).named("w");
  CHECK(error_text<TapeError>([&] {
          Sgd({w, w.detach()});
        }) == "Sgd: tensor 'w' [2] float64 at index 1 is no parameter; make it with requires_grad = true");
  CHECK(error_text<TapeError>([&] {
          Sgd({w, w});
        }) == "Sgd: parameter 'w' [2] float64 at index 1 came before; each must be given once");
  CHECK(error_text<TapeError>([&] { Adam({Tensor()}); }) ==
        "Adam: tensor (undefined tensor) at index 0 is no parameter; make it with requires_grad = true");
  const Tape tape;
  CHECK_THROWS_AS(Adam({w * 2}), TapeError);
}

TEST_CASE("optimizers: a parameter without gradient is left out, and does not count the step") {
  for (const bool adaptive : {false, true}) {
    CAPTURE(adaptive);
    const auto train = [&](const std::vector<Tensor>& parameters, bool alone) {
      Random random(9);
      const Tensor& w = parameters[0];
      std::unique_ptr<Optimizer> optimizer;
      if (adaptive) {
        optimizer = std::make_unique<Adam>(parameters);
      } else {
        optimizer = std::make_unique<Sgd>(parameters, SgdOptions{.momentum = 0.9});
      }
      for (int t = 0; t < 6; ++t) {
        Gradients gradients;
        const Tensor gradient = tests::randn(w.shape(), random, {.dtype = DType::float64});
        if (t % 2 == 1) {
          gradients.add(w, gradient);
        } else if (alone) {
          continue;
        }
        if (!alone) {
          gradients.add(parameters[1], tests::ones(parameters[1].shape(), {.dtype = DType::float64}));
        }
        optimizer->step(gradients);
      }
      return w.to_vector<double>();
    };
    CHECK(train(named_parameters(DType::float64), false) == train({named_parameters(DType::float64)[0]}, true));
  }
}

TEST_CASE("optimizers: a tape notices the step") {
  const Tensor w = tests::from({1, 2}, parameter64).named("w");
  Sgd optimizer({w});
  const Tape tape;
  const Tensor y = square(w);
  const BackwardOptions ones = {.cotangent = tests::ones(Shape{2}, {.dtype = DType::float64})};
  optimizer.step(y.backward(ones));
  CHECK_THROWS_AS(y.backward(ones), TapeError);
  CHECK(w.to_vector<double>() == std::vector<double>{1 - 0.01 * 2, 2 - 0.01 * 4});
}

TEST_CASE("optimizers: a copy goes on from a state of its own") {
  Random random(4);
  const std::vector<Tensor> parameters = named_parameters(DType::float64);
  Adam first(parameters, {.amsgrad = true});
  first.step(gradients_of(parameters, random));
  Adam second = first;
  second.set_learning_rate(0);
  second.step(gradients_of(parameters, random));
  CHECK(first.learning_rate() == 0.001);
  CHECK(first.state()[1].tensor.item() == 1);
  CHECK(second.state()[1].tensor.item() == 2);
  CHECK(first.state()[2].tensor.to_vector<double>() != second.state()[2].tensor.to_vector<double>());
  second = first;
  CHECK(first.state()[2].tensor.to_vector<double>() == second.state()[2].tensor.to_vector<double>());
  second.step(gradients_of(parameters, random));
  CHECK(first.state()[2].tensor.to_vector<double>() != second.state()[2].tensor.to_vector<double>());
}

TEST_CASE("optimizers: a restored state goes on bit for bit") {
  using Make = std::function<std::unique_ptr<Optimizer>(const std::vector<Tensor>&)>;
  const std::vector<Make> makers = {
      [](const auto& p) { return std::make_unique<Sgd>(p); },
      [](const auto& p) { return std::make_unique<Sgd>(p, SgdOptions{.momentum = 0.9, .dampening = 0.1}); },
      [](const auto& p) { return std::make_unique<Adam>(p, AdamOptions{.weight_decay = 0.1}); },
      [](const auto& p) {
        return std::make_unique<Adam>(p, AdamOptions{.decoupled_weight_decay = true, .amsgrad = true});
      }};
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (std::size_t kind = 0; kind < makers.size(); ++kind) {
      CAPTURE(kind);
      Random random(5);
      const std::vector<Tensor> parameters = named_parameters(dtype);
      const auto optimizer = makers[kind](parameters);
      for (int t = 0; t < 3; ++t) {
        optimizer->set_learning_rate(0.1 / (t + 1));
        optimizer->step(gradients_of(parameters, random));
      }
      std::vector<Tensor> copies;
      for (const Tensor& tensor : parameters) {
        copies.push_back(
            tests::from(tensor.to_vector<double>(), tensor.shape(), {.dtype = dtype, .requires_grad = true})
                .named(tensor.name()));
      }
      const auto restored = makers[kind](copies);
      // Through a file, in which the tensors come in another order.
      SafetensorsFile file;
      file.tensors = optimizer->state();
      restored->restore(parse_safetensors(format_safetensors(file), "state").tensors);
      Random other = random;
      for (int t = 0; t < 4; ++t) {
        optimizer->step(gradients_of(parameters, random));
        restored->step(gradients_of(copies, other));
      }
      CHECK(values_of(parameters) == values_of(copies));
      CHECK(restored->learning_rate() == optimizer->learning_rate());
    }
  }
}

TEST_CASE("optimizers: one of one's own") {
  const Tensor w = Tensor::from({1, 1}, parameter64).named("w");
  SignDescent optimizer({w}, 0.25);
  Gradients gradients;
  gradients.add(w, Tensor::from({3, -2}, {.dtype = DType::float64}));
  optimizer.step(gradients);
  gradients *= -0.5;
  optimizer.step(gradients);
  CHECK(w.to_vector<double>() == std::vector<double>{0.5, 1.5});
  CHECK(optimizer.state()[2].name == "w.mean");
  CHECK(optimizer.state()[2].tensor.to_vector<double>() == std::vector<double>{0.75, -0.5});
  CHECK(error_text<TapeError>([&] {
          SignDescent({w.detach()}, 0.25);
        }).starts_with("SignDescent: tensor 'w' [2] float64 at index 0 is no parameter"));
}

TEST_CASE("optimizers: the state names what it holds") {
  const Tensor w = tests::zeros(Shape{2}, parameter64).named("w");
  const Tensor same = tests::zeros(Shape{3}, parameter64).named("w");
  const Tensor unnamed = tests::zeros(Shape{}, parameter64);
  std::vector<std::string> names;
  for (const NamedTensor& entry : Sgd({w, same, unnamed}, {.momentum = 0.5}).state()) {
    names.push_back(entry.name + " " + to_string(entry.tensor.shape()));
  }
  CHECK(names == std::vector<std::string>{"learning_rate []", "w.steps []", "w.momentum [2]", "w#1.steps []",
                                          "w#1.momentum [3]", "#2.steps []", "#2.momentum []"});
}

TEST_CASE("optimizers: a state of something else is refused, and changes nothing") {
  Random random(6);
  const std::vector<Tensor> parameters = named_parameters(DType::float64);
  Adam optimizer(parameters);
  optimizer.step(gradients_of(parameters, random));
  const std::vector<NamedTensor> before = optimizer.state();
  const auto refused = [&]<class Kind>(const std::vector<NamedTensor>& state) {
    return error_text<Kind>([&] { optimizer.restore(state); });
  };
  const auto changed = [&](std::size_t index, const Tensor& tensor) {
    std::vector<NamedTensor> state = before;
    state[index].tensor = tensor;
    return state;
  };
  const TensorOptions constant = {.dtype = DType::float64};
  CHECK(refused.operator()<FormatError>(Sgd(parameters, {.momentum = 0.9}).state()) ==
        "Adam::restore: the state has no tensor 'w.first_moment' [3, 2] float64; it is of another optimizer or other "
        "parameters");
  CHECK(refused.operator()<FormatError>(Adam(parameters, {.amsgrad = true}).state()) ==
        "Adam::restore: the state has a tensor [3, 2] float64 'w.largest_second_moment', and this optimizer none of "
        "that name; it is of another optimizer or other parameters");
  CHECK(refused.operator()<ShapeError>(changed(2, tests::zeros(Shape{2, 3}, constant))) ==
        "Adam::restore: the state's 'w.first_moment' is [2, 3] float64, and this optimizer's [3, 2] float64");
  CHECK(refused.operator()<DTypeError>(changed(2, tests::zeros(Shape{3, 2}))) ==
        "Adam::restore: the state's 'w.first_moment' is [3, 2] float32, and this optimizer's [3, 2] float64");
  CHECK(refused.operator()<FormatError>(changed(4, tests::scalar(1.5, constant))) ==
        "Adam::restore: the state's 'b.steps' is 1.5, no count of steps");
  CHECK(refused.operator()<NumericError>(changed(0, tests::scalar(-1, constant))) ==
        "Adam::restore: learning_rate is -1; it must be finite and at least 0");
  std::vector<NamedTensor> twice = before;
  twice.push_back(before[0]);
  CHECK(refused.operator()<FormatError>(twice) == "Adam::restore: the state has two tensors 'learning_rate'");
  const std::vector<NamedTensor> after = optimizer.state();
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(before[i].tensor.to_vector<double>() == after[i].tensor.to_vector<double>());
  }
}
