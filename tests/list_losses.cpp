#include "list_losses.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace ranktape;

namespace {

using Values = std::vector<double>;

struct Outcome {
  Values result;
  Values gradient;
};

Tensor optional_tensor(const nlohmann::json& values, DType dtype) {
  return values.is_null() ? Tensor() : tests::from(values.get<Values>(), {.dtype = dtype});
}

Outcome run(const nlohmann::json& row, DType dtype) {
  const tests::ListLoss loss = tests::list_loss(row["loss"], row["options"], row["terms"], row["reduction"]);
  const auto targets = row["targets"].get<Values>();
  const auto values = row["predictions"].get<Values>();
  const auto documents = static_cast<std::int64_t>(targets.size());
  const auto width = static_cast<std::int64_t>(values.size()) / documents;
  const Tensor predictions = tests::from(values, width == 1 ? Shape{documents} : Shape{documents, width},
                                         {.dtype = dtype, .requires_grad = true});
  const LossWeights weights = {optional_tensor(row["query_weights"], dtype),
                               optional_tensor(row["document_weights"], dtype)};
  const Groups groups = Groups::from_sizes(row["sizes"].get<std::vector<std::int64_t>>());
  const Tape tape;
  const Tensor result = loss(predictions, tests::from(targets, {.dtype = dtype}), groups, weights);
  const Tensor cotangent = tests::from(row["cotangent"].get<Values>(), result.shape(), {.dtype = dtype});
  return {result.to_vector<double>(), result.backward({.cotangent = cotangent})[predictions].to_vector<double>()};
}

double largest(const Values& values) {
  double most = 0;
  for (const double value : values) {
    most = std::max(most, std::abs(value));
  }
  return most;
}

void check_close(const Values& found, const Values& expected, double bound) {
  REQUIRE(found.size() == expected.size());
  const double scale = std::max(1.0, largest(expected));
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(std::abs(found[i] - expected[i]) <= bound * scale);
  }
}

}  // namespace

TEST_CASE("list losses: every golden row") {
  const nlohmann::json rows = tests::golden("list_losses.json.gz");
  CHECK(rows.size() == 364);
  for (const nlohmann::json& row : rows) {
    CAPTURE(row["loss"].dump() + row["options"].dump() + row["terms"].dump() + row["reduction"].dump());
    const auto result = row["result"].get<Values>();
    const auto gradient = row["gradient"].get<Values>();
    const Outcome exact = run(row, DType::float64);
    check_close(exact.result, result, 1e-9);
    check_close(exact.gradient, gradient, 1e-9);
    // Predictions and targets are exact in float32 and sums are in double: what is rounded is the result, the factor
    // from the result back, and the gradient.
    const Outcome rounded = run(row, DType::float32);
    check_close(rounded.result, result, 1.5e-7);
    check_close(rounded.gradient, gradient, 3e-7);
  }
}
