#include "support.hpp"

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/threads.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/shape_operations.hpp>
#include <ranktape/optim/attention_scorer.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

AttentionScorer make_scorer(std::int64_t features, Random& random, const AttentionScorerOptions& options) {
  return AttentionScorer(features, random, options).to(device_under_test);
}

void check_close(const Tensor& got, const nlohmann::json& expected, double tolerance) {
  const std::vector<double> values = got.to_vector<double>();
  const auto wanted = expected["values"].get<std::vector<double>>();
  REQUIRE(values.size() == wanted.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(std::abs(values[i] - wanted[i]) <= tolerance * (1 + std::abs(wanted[i])));
  }
}

void check_golden_row(const nlohmann::json& row, DType dtype, double tolerance) {
  Random random(1);
  const auto features = row["features"]["shape"][1].get<std::int64_t>();
  const AttentionScorer made(features, random,
                             {.width = row["width"],
                              .heads = row["heads"],
                              .blocks = row["blocks"],
                              .feed_forward = row["feed_forward"],
                              .activation = activation_named(row["activation"].get<std::string>()).value(),
                              .dtype = dtype});
  for (Tensor parameter : made.parameters()) {
    const nlohmann::json& given = row["parameters"][std::string(parameter.name())];
    CHECK(Shape(given["shape"].get<std::vector<std::int64_t>>()) == parameter.shape());
    const auto values = given["values"].get<std::vector<double>>();
    detail::dispatch(dtype, [&]<class Scalar>() {
      std::transform(values.begin(), values.end(), parameter.mutable_values<Scalar>().begin(),
                     [](double value) { return static_cast<Scalar>(value); });
    });
  }
  CHECK(made.parameters().size() == row["parameters"].size());
  const AttentionScorer scorer = made.to(device_under_test);
  const Groups groups = Groups::from_sizes(row["sizes"].get<std::vector<std::int64_t>>());
  const Tensor x = golden_tensor(row["features"], {.dtype = dtype, .requires_grad = true});
  const Tape tape;
  const Tensor scores = scorer(x, groups);
  check_close(scores, row["scores"], tolerance);
  const Gradients gradients = scores.backward({.cotangent = golden_tensor(row["cotangent"], {.dtype = dtype})});
  check_close(gradients[x], row["features_gradient"], tolerance);
  for (const Tensor& parameter : scorer.parameters()) {
    CAPTURE(parameter.name());
    check_close(gradients[parameter], row["gradients"][std::string(parameter.name())], tolerance);
  }
}

}  // namespace

TEST_CASE("attention scorer: PyTorch's encoder, query by query") {
  for (const nlohmann::json& row : golden("attention_scorer.json")) {
    check_golden_row(row, DType::float64, 1e-11);
    check_golden_row(row, DType::float32, 2e-4);
  }
}

TEST_CASE("attention scorer: another order of a query's documents is the same order of its scores") {
  Random random(41);
  const AttentionScorer scorer = make_scorer(4, random, {.width = 8, .heads = 2, .dtype = DType::float64});
  const Groups groups = Groups::from_sizes({6, 0, 5});
  const Tensor features = randn(Shape{11, 4}, random, {.dtype = DType::float64});
  std::vector<std::int64_t> order(11);
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span(order).first(6));
  random.shuffle(std::span(order).last(5));
  const std::vector<double> scores = scorer(features, groups).to_vector<double>();
  const std::vector<double> permuted = scorer(gather_rows(features, order), groups).to_vector<double>();
  for (std::size_t i = 0; i < order.size(); ++i) {
    CHECK(permuted[i] == doctest::Approx(scores[static_cast<std::size_t>(order[i])]).epsilon(1e-12).scale(1));
  }
}

TEST_CASE("attention scorer: a document's score depends on its own query, and on all of it") {
  Random random(42);
  const AttentionScorer scorer = make_scorer(3, random, {.width = 8, .heads = 4, .blocks = 1});
  const Groups groups = Groups::from_sizes({3, 4});
  const Tensor features = randn(Shape{7, 3}, random);
  std::vector<float> changed = features.to_vector<float>();
  changed[2] += 1;
  const std::vector<double> before = scorer(features, groups).to_vector<double>();
  const std::vector<double> after = scorer(from(changed, Shape{7, 3}), groups).to_vector<double>();
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK((before[i] == after[i]) == (i >= 3));
  }
  CHECK(scorer(zeros(Shape{0, 3}), Groups()).shape() == Shape{0});
  CHECK(scorer(features, Groups::from_sizes({1, 0, 1, 5})).shape() == Shape{7});
}

TEST_CASE("attention scorer: sparse features as dense ones") {
  Random random(43);
  const AttentionScorer scorer = make_scorer(4, random, {.width = 6, .heads = 3, .dtype = DType::float64});
  const Groups groups = Groups::from_sizes({2, 3});
  const Tensor dense =
      from({0, 1, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, -1, 0, 4, 0, 0, 0, 0, 5}, Shape{5, 4}, {.dtype = DType::float64});
  const std::vector<double> expected = scorer(dense, groups).to_vector<double>();
  const std::vector<double> got = scorer(SparseMatrix::from_dense(dense), groups).to_vector<double>();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-13));
  }
}

TEST_CASE("attention scorer: names, copies and dropout") {
  Random random(44);
  const AttentionScorer scorer = make_scorer(3, random, {.width = 4, .heads = 2, .blocks = 2, .dropout = 0.4});
  std::set<std::string> names;
  for (const Tensor& parameter : scorer.parameters()) {
    names.insert(std::string(parameter.name()));
    CHECK(parameter.requires_grad());
    CHECK(parameter.device() == device_under_test);
  }
  CHECK(names.size() == 4 + 2 * 16 + 2);
  CHECK(names.contains("blocks.1.feed_forward_norm.bias"));
  CHECK(scorer.parameters().front().name() == "input.weight");
  CHECK(scorer.feature_count() == 3);
  const Groups groups = Groups::from_sizes({4});
  const Tensor features = randn(Shape{4, 3}, random);
  const AttentionScorer copy = scorer.clone();
  CHECK(copy.parameters().front().node() != scorer.parameters().front().node());
  CHECK(copy(features, groups).to_vector<double>() == scorer(features, groups).to_vector<double>());
  Random first(3);
  Random second(3);
  const std::vector<double> dropped = scorer(features, groups, first).to_vector<double>();
  CHECK(dropped == scorer(features, groups, second).to_vector<double>());
  CHECK(dropped != scorer(features, groups, second).to_vector<double>());
  CHECK(dropped != scorer(features, groups).to_vector<double>());
}

TEST_CASE("attention scorer: the same bits from any number of threads") {
  Random random(45);
  const AttentionScorer scorer = make_scorer(20, random, {.width = 32, .heads = 4});
  const Groups groups = Groups::from_sizes({120, 80, 0, 1, 150});
  const Tensor features = randn(Shape{351, 20}, random);
  const Tensor targets = randn(Shape{351}, random);
  const auto step = [&] {
    const Tape tape;
    const Gradients gradients = spearman_loss(scorer(features, groups), targets, groups).backward();
    std::vector<std::vector<double>> values;
    for (const Tensor& parameter : scorer.parameters()) {
      values.push_back(gradients[parameter].to_vector<double>());
    }
    return values;
  };
  const int before = num_threads();
  set_num_threads(1);
  const auto alone = step();
  set_num_threads(4);
  const auto shared = step();
  set_num_threads(before);
  CHECK(alone == shared);
}

TEST_CASE("attention scorer: what does not fit") {
  Random random(46);
  CHECK(error_text<ShapeError>([&] { AttentionScorer(3, random, {.width = 6, .heads = 4}); }) ==
        "AttentionScorer: 4 heads do not divide the width 6 into equal parts");
  CHECK(error_text<ShapeError>([&] { AttentionScorer(0, random); }) ==
        "AttentionScorer: 0 features, width 64, feed_forward 128 and 2 blocks; each must be at least 1");
  CHECK_THROWS_AS(AttentionScorer(3, random, {.blocks = 0}), ShapeError);
  CHECK_THROWS_AS(AttentionScorer(3, random, {.feed_forward = 0}), ShapeError);
  CHECK_THROWS_AS(AttentionScorer(3, random, {.heads = 0}), ShapeError);
  CHECK(error_text<NumericError>([&] { AttentionScorer(3, random, {.dropout = 1}); }) ==
        "AttentionScorer: dropout is 1; it must be at least 0 and below 1");
  const AttentionScorer scorer = make_scorer(3, random, {.width = 4, .heads = 2});
  const Groups groups = Groups::from_sizes({2});
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(scorer(zeros(Shape{2, 4}), groups));
        }) == "AttentionScorer: features [2, 4] float32 are not of the shape [documents, 3] that the model takes");
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(scorer(zeros(Shape{3, 3}), groups));
        }) == "grouped_attention: the groups hold 2 documents, but the first axis of [3, 4] float32 holds 3");
  CHECK(error_text<ShapeError>([&] { static_cast<void>(scorer(SparseMatrix::from(2, {0}, {}, {}), groups)); }) ==
        "AttentionScorer: sparse features [0, 2] are not of the shape [documents, 3] that the model takes");
}
