#include "support.hpp"

#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

using namespace ranktape;
using nlohmann::json;

namespace {

using Inputs = std::vector<Tensor>;
using Call = std::function<Tensor(const Inputs&, const json& options)>;

// The operations of golden/operations.json by their names there.
const std::map<std::string, Call> calls = {
    {"gelu", [](const Inputs& x, const json&) { return gelu(x[0]); }},
    {"silu", [](const Inputs& x, const json&) { return silu(x[0]); }},
    {"softplus", [](const Inputs& x, const json&) { return softplus(x[0]); }},
    {"elu", [](const Inputs& x, const json& options) { return elu(x[0], options["alpha"].get<double>()); }},
    {"leaky_relu",
     [](const Inputs& x, const json& options) { return leaky_relu(x[0], options["slope"].get<double>()); }},
    {"log_softmax",
     [](const Inputs& x, const json& options) {
       CHECK(options["axis"] == x[0].shape().rank() - 1);
       return log_softmax(x[0]);
     }},
    {"logsumexp",
     [](const Inputs& x, const json& options) {
       return options["axis"].is_null() ? logsumexp(x[0]) : logsumexp(x[0], options["axis"].get<int>());
     }},
    {"variance",
     [](const Inputs& x, const json& options) {
       const VarianceOptions how = {.unbiased = options["unbiased"].get<bool>()};
       return options["axis"].is_null() ? variance(x[0], how) : variance(x[0], options["axis"].get<int>(), how);
     }},
    {"cumulative_sum",
     [](const Inputs& x, const json& options) { return cumulative_sum(x[0], options["axis"].get<int>()); }},
    {"standardise",
     [](const Inputs& x, const json& options) {
       return standardise(x[0], {.epsilon = options["epsilon"].get<double>()});
     }},
    {"layer_norm",
     [](const Inputs& x, const json& options) {
       return layer_norm(x[0], x[1], x[2], {.epsilon = options["epsilon"].get<double>()});
     }},
    {"matmul",
     [](const Inputs& x, const json& options) {
       return matmul(
           x[0], x[1],
           {.transpose_a = options["transpose_a"].get<bool>(), .transpose_b = options["transpose_b"].get<bool>()});
     }},
    {"linear", [](const Inputs& x, const json&) { return linear(x[0], x[1], x[2]); }},
};

// The output, then the gradient of each input.
std::vector<Tensor> run(const json& row, const Inputs& values, DType dtype) {
  Inputs inputs;
  for (const Tensor& value : values) {
    inputs.push_back(tests::from(value.to_vector<double>(), value.shape(), {.dtype = dtype, .requires_grad = true}));
  }
  const Tape tape;
  std::vector<Tensor> results = {calls.at(row["op"])(inputs, row["options"])};
  const Gradients gradients =
      results[0].backward({.cotangent = tests::golden_tensor(row["cotangent"], {.dtype = dtype})});
  for (const Tensor& input : inputs) {
    results.push_back(gradients[input]);
  }
  return results;
}

std::vector<Tensor> expected(const json& row) {
  std::vector<Tensor> results = {tests::golden_tensor(row["output"])};
  for (const json& gradient : row["input_gradients"]) {
    results.push_back(tests::golden_tensor(gradient));
  }
  return results;
}

// The largest difference, as a part of max(1, |b|).
double difference(const Tensor& a, const Tensor& b) {
  CHECK(a.shape() == b.shape());
  const std::vector<double> x = a.to_vector<double>();
  const std::vector<double> y = b.to_vector<double>();
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = std::abs(x[i] - y[i]) / std::max(1.0, std::abs(y[i]));
    largest = error <= largest ? largest : error;  // a NaN shows
  }
  return largest;
}

Inputs inputs_of(const json& row) {
  Inputs inputs;
  for (const json& input : row["inputs"]) {
    inputs.push_back(tests::golden_tensor(input));
  }
  return inputs;
}

}  // namespace

TEST_CASE("golden operations: values and gradients in float64 are PyTorch's to 1e-9") {
  std::size_t rows = 0;
  for (const json& row : tests::golden("operations.json")) {
    CAPTURE(row["op"].get<std::string>());
    CAPTURE(row["options"].dump());
    const std::vector<Tensor> found = run(row, inputs_of(row), DType::float64);
    const std::vector<Tensor> right = expected(row);
    REQUIRE(found.size() == right.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(difference(found[i], right[i]) <= 1e-9);
    }
    ++rows;
  }
  CHECK(rows == 94);
}

// Both start from numbers that float32 holds. What is left is the rounding of a few float32 operations (2^-24, 6e-8,
// each) on numbers of the size of the inputs' largest, where the result itself may be smaller: at most 16 of them.
TEST_CASE("golden operations: float32 differs from float64 by a few roundings") {
  for (const json& row : tests::golden("operations.json")) {
    CAPTURE(row["op"].get<std::string>());
    CAPTURE(row["options"].dump());
    Inputs inputs;
    json rounded = row;
    for (const Tensor& input : inputs_of(row)) {
      inputs.push_back(input.to(DType::float32).to(DType::float64));
    }
    for (json& value : rounded["cotangent"]["values"]) {
      value = static_cast<double>(static_cast<float>(value.get<double>()));
    }
    const std::vector<Tensor> found = run(rounded, inputs, DType::float32);
    const std::vector<Tensor> right = run(rounded, inputs, DType::float64);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(found[i].dtype() == DType::float32);
      CHECK(difference(found[i], right[i]) <= 16 * 0x1p-24);
    }
  }
}
