// Losses over lists on the accelerator: what the examples of tests/accelerator.cpp are too short to see.

#include "list_losses.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace ranktape;

namespace {

using Values = std::vector<double>;

struct Found {
  Values result;
  Values gradient;
};

Found evaluate(const tests::ListLoss& loss, const Tensor& predictions, const Tensor& targets, const Groups& groups,
               const LossWeights& weights, DType dtype, Device device) {
  const auto there = [&](const Tensor& x) { return x.to(dtype).to(device); };
  const Tensor x = Tensor::from(predictions.to_vector<double>(), predictions.shape(),
                                {.dtype = dtype, .device = device, .requires_grad = true});
  const Tape tape;
  const Tensor result = loss(x, there(targets), groups, {there(weights.queries), there(weights.documents)});
  const Tensor cotangent = Tensor::ones(result.shape(), {.dtype = dtype, .device = device});
  return {result.to_vector<double>(), result.backward({.cotangent = cotangent})[x].to_vector<double>()};
}

void check_close(const Values& found, const Values& expected, double bound) {
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  double apart = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    apart = std::max(apart, std::abs(found[i] - expected[i]));
  }
  CHECK(apart <= bound * largest);
}

}  // namespace

TEST_CASE("accelerator: losses over ragged lists, long ones among them") {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(9);
  const Groups groups = Groups::from_sizes({700, 0, 1, 64, 65, 2, 129, 1500, 17, 1, 300});
  const TensorOptions f64 = {.dtype = DType::float64};
  const std::int64_t n = groups.documents();
  Values labels(static_cast<std::size_t>(n));
  for (double& label : labels) {
    label = static_cast<double>(random.below(5));
  }
  const Tensor targets = Tensor::from(labels, f64);
  const LossWeights weights = {Tensor::uniform(Shape{groups.count()}, 0.5, 2, random, f64),
                               Tensor::uniform(Shape{n}, 0, 2, random, f64)};
  for (const std::string& name : tests::list_loss_names()) {
    const Tensor predictions = Tensor::randn(name == "ordinal" ? Shape{n, 4} : Shape{n}, random, f64);
    std::vector<nlohmann::json> all_options = {nlohmann::json::object()};
    if (name == "lambda_loss") {
      all_options = {{{"scheme", "ndcg_loss1"}, {"k", 100}}, {{"scheme", "ndcg_loss2pp"}}};
    } else if (name == "lambdarank") {
      all_options = {nlohmann::json::object(),
                     {{"k", 100}, {"truncation", "both"}},
                     {{"score_normalized", true}, {"log_normalized", true}}};
    } else if (name == "listmle") {
      all_options.push_back({{"place_weights", "exponential"}});
    } else if (name == "pairwise_squared") {
      all_options.push_back({{"equal_targets", false}});
    }
    for (const nlohmann::json& options : all_options) {
      for (const char* reduction : {"mean", "none"}) {
        CAPTURE(name + options.dump() + reduction);
        const tests::ListLoss loss = tests::list_loss(name, options, "mean", reduction);
        for (const DType dtype : {DType::float64, DType::float32}) {
          const double bound = dtype == DType::float64 ? 1e-12 : 3e-7;
          const Found here = evaluate(loss, predictions, targets, groups, weights, dtype, Device::cpu);
          const Found there = evaluate(loss, predictions, targets, groups, weights, dtype, Device::accelerator);
          check_close(there.result, here.result, bound);
          check_close(there.gradient, here.gradient, bound);
        }
      }
    }
  }
}
