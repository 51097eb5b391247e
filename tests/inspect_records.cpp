#include "on_device.hpp"

#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/inspection.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/shape_operations.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace ranktape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// An operation of a user's that tells of itself as the test says.
struct Told {
  RecordDetails told;
  void operator()(BackwardPass& pass) const { pass.hand_on(0); }
  void describe(RecordDetails& details) const { details = told; }
};

std::vector<OperationExample> no_examples(Random&) { return {}; }

const Operation& told_operation() {
  static const Operation operation("told", no_examples);
  return operation;
}

Tensor told(Operand x, const RecordDetails& details) {
  Tensor y = x.tensor().clone();
  if (Recorder recorder{told_operation(), {x}}) {
    recorder.record(y, Told{details});
  }
  return y;
}

/// backward multiplies by `factor`, whatever forward did.
Tensor spoil_gradient(Operand x, double factor) {
  Tensor y = x.tensor().clone();
  if (Recorder recorder{told_operation(), {x}}) {
    recorder.record(y, [factor](BackwardPass& pass) { pass.add(0, pass.gradient() * factor); });
  }
  return y;
}

const TensorOptions parameter = {.dtype = DType::float64, .requires_grad = true};

}  // namespace

TEST_CASE("records: the numbers of a tensor at a glance") {
  const ValueSummary summary =
      summarize(tests::from({3, 0, -4, not_a_number, -infinity, 0}, {.dtype = DType::float64}));
  CHECK(summary == ValueSummary{.norm = 5, .largest = 4, .zeros = 2, .non_finite = 2, .first_non_finite = 3});
  CHECK(summarize(tests::from({3, 0, -4})) == ValueSummary{.norm = 5, .largest = 4, .zeros = 1});
  CHECK(summarize(tests::zeros(Shape{0})) == ValueSummary{});
  CHECK(summarize(tests::zeros(Shape{0, 3})) == ValueSummary{});
  CHECK(summarize(tests::scalar(-2)) == ValueSummary{.norm = 2, .largest = 2});
}

TEST_CASE("records: columns that are zero in every row") {
  CHECK(summarize(tests::from({0, 1, 0, 0, 0, 2}, Shape{2, 3})).zero_columns == 1);
  CHECK(summarize(tests::from({0, 1, 0, 0, not_a_number, 0}, Shape{2, 3}, {.dtype = DType::float64})).zero_columns ==
        2);
  CHECK(summarize(tests::from({0, 1, 2, 0}, Shape{2, 2})).zero_columns == 0);
  CHECK(summarize(tests::zeros(Shape{4, 3})).zero_columns == 3);
  CHECK(summarize(tests::zeros(Shape{12})).zero_columns == 0);
}

TEST_CASE("records: as a table shows them") {
  const Tensor w = tests::from({1, 2}, parameter).named("w");
  const Tensor x = tests::from({0, 3}, {.dtype = DType::float64});
  Tape tape;
  const Tensor product = (w * x).named("product");
  const Tensor loss = sum(product * product);
  const Gradients gradients = loss.backward({.keep_intermediate = true});
  const RecordSummary first = summarize(tape, 0, gradients);
  CHECK(first.number == 0);
  CHECK(first.operation == "multiply");
  CHECK(first.name == "product");
  CHECK(first.shape == Shape{2});
  CHECK(first.dtype == DType::float64);
  CHECK(first.value == ValueSummary{.norm = 6, .largest = 6, .zeros = 1});
  CHECK(first.gradient == ValueSummary{.norm = 12, .largest = 12, .zeros = 1});
  REQUIRE(first.inputs.size() == 2);
  CHECK(first.inputs[0].record == -1);
  CHECK(first.inputs[0].tensor == 0);
  CHECK(first.inputs[0].name == "w");
  CHECK(first.inputs[1].record == -1);
  CHECK(first.inputs[1].tensor == -1);
  CHECK(first.where.line == __LINE__ - 17);
  const RecordSummary second = summarize(tape, 1, gradients);
  CHECK(second.inputs[1].record == 0);
  CHECK(second.inputs[1].tensor == 1);
  CHECK(second.inputs[1].name == "product");

  CHECK_FALSE(summarize(tape, 0, loss.backward()).gradient.has_value());
  const std::vector<ParameterSummary> parameters = summarize_parameters(tape, gradients);
  REQUIRE(parameters.size() == 1);
  CHECK(parameters[0].tensor == 0);
  CHECK(parameters[0].name == "w");
  CHECK(parameters[0].value.largest == 2);
  CHECK(parameters[0].gradient == ValueSummary{.norm = 36, .largest = 36, .zeros = 1});
  CHECK_FALSE(summarize_parameters(tape, Gradients())[0].gradient.has_value());
}

TEST_CASE("records: options, and units at a limit") {
  const Tensor x = tests::from({0, 1, -1, 0, 1, 0.5}, Shape{2, 3}, parameter);
  Tape tape;
  told(x, {.options = {{"strength", "0.5"}, {"direction", "descending"}}, .limits = {0}});
  told(x, {.limits = {-1, 1}});
  told(x, {});
  const RecordSummary one = summarize(tape, 0, {});
  CHECK(one.options == "strength=0.5, direction=descending");
  REQUIRE(one.units.has_value());
  CHECK(one.units->limits == std::vector<double>{0});
  CHECK(one.units->at_limit == 2);
  CHECK(one.units->stuck_columns == 1);
  const RecordSummary two = summarize(tape, 1, {});
  REQUIRE(two.units.has_value());
  CHECK(two.units->at_limit == 3);
  CHECK(two.units->stuck_columns == 1);
  CHECK_FALSE(summarize(tape, 2, {}).units.has_value());
}

TEST_CASE("records: an inspection of an empty tape, and of a short one") {
  Tape tape;
  const Inspection nothing = inspect(tape, {});
  CHECK(nothing.records_in_all == 0);
  CHECK(nothing.records.empty());
  CHECK(nothing.parameters.empty());
  CHECK_FALSE(nothing.has_intermediate_gradients);

  const Tensor x = tests::from({1, 2}, parameter);
  const Tensor loss = sum(exp(x));
  const Inspection inspection = inspect(tape, loss.backward({.keep_intermediate = true}), {.metric_name = "ndcg"});
  CHECK(inspection.records_in_all == 2);
  CHECK(inspection.records.size() == 2);
  CHECK(inspection.parameters.size() == 1);
  CHECK(inspection.has_intermediate_gradients);
  CHECK(inspection.history.metric_name == "ndcg");
  CHECK_FALSE(inspection.non_finite_value.has_value());
  CHECK_FALSE(inspection.non_finite_gradient.has_value());
  CHECK_FALSE(inspect(tape, loss.backward()).has_intermediate_gradients);
}

TEST_CASE("records: the first value that is not finite, and who passes it on") {
  const Tensor x = tests::from({4, -0.5, 1}, parameter);
  Tape tape;
  const Tensor root = exp(sqrt(x)) + 1;      // records 0, 1, 2
  const Tensor carried = sum(root);          // 3
  const Tensor loss = carried + sum(x * x);  // 4, 5, 6
  const Inspection inspection = inspect(tape, loss.backward({.keep_intermediate = true}));
  REQUIRE(inspection.non_finite_value.has_value());
  const NonFiniteOrigin origin = *inspection.non_finite_value;
  CHECK(origin.record == 0);
  CHECK(origin.tensor == 1);
  CHECK(origin.element == 1);
  CHECK(std::isnan(origin.value));
  CHECK(origin.input == -0.5);
  CHECK(origin.carriers == 4);  // exp, +, sum, +; not x * x and its sum
  CHECK_FALSE(origin.given);
}

TEST_CASE("records: a value that is not finite, of a record without an input of its shape, and of two producers") {
  const Tensor x = tests::from({1e200, 1e200}, parameter);
  const Tensor y = tests::from({-1.0}, parameter);
  Tape tape;
  const Tensor overflow = sum(x * 1e150);
  const Tensor outside = log(y);
  const Tensor loss = sum(overflow + outside + 1);
  const Inspection inspection = inspect(tape, {});
  REQUIRE(inspection.non_finite_value.has_value());
  CHECK(inspection.non_finite_value->record == 0);
  CHECK(inspection.non_finite_value->value == infinity);
  CHECK(inspection.non_finite_value->carriers == 4);  // sum, +, +, sum; log is a producer itself
  CHECK(loss.size() == 1);

  const Tensor huge = tests::from({1e308, 1e308}, parameter);
  Tape other;
  const Tensor total = sum(huge);
  const NonFiniteOrigin origin = inspect(other, {}).non_finite_value.value();
  CHECK(origin.value == infinity);
  CHECK(origin.element == 0);
  CHECK_FALSE(origin.input.has_value());
  CHECK(origin.carriers == 0);
  CHECK(total.size() == 1);
}

TEST_CASE("records: a parameter that is not finite is blamed, not the record that reads it") {
  const Tensor x = tests::from({1, 2}, parameter);
  const Tensor w = tests::from({1, not_a_number}, parameter);
  Tape tape;
  const Tensor loss = sum(exp(x) * w);  // tensors: x, exp, w, product, sum
  const NonFiniteOrigin origin = inspect(tape, {}).non_finite_value.value();
  CHECK(origin.given);
  CHECK(origin.record == 1);
  CHECK(origin.tensor == 2);
  CHECK(origin.element == 1);
  CHECK_FALSE(origin.input.has_value());
  CHECK(origin.carriers == 1);
  CHECK(loss.size() == 1);
}

TEST_CASE("records: the first gradient that is not finite") {
  const Tensor x = tests::from({4, 0, 1}, parameter);
  Tape tape;
  const Tensor root = sqrt(exp(x) * 0 + x);  // 0, 1, 2, 3: the derivative of the root of 0 is infinite
  const Tensor loss = sum(root);
  const Inspection inspection = inspect(tape, loss.backward({.keep_intermediate = true}));
  CHECK_FALSE(inspection.non_finite_value.has_value());
  REQUIRE(inspection.non_finite_gradient.has_value());
  const NonFiniteOrigin origin = *inspection.non_finite_gradient;
  CHECK(origin.record == 3);
  CHECK(origin.tensor == 3);  // the output of +
  CHECK(origin.element == 1);
  CHECK(origin.value == infinity);
  CHECK(origin.input == 0);
  CHECK(origin.carriers == 3);  // +, * and exp
  CHECK_FALSE(origin.given);
  // Without the gradients between nobody can be blamed.
  CHECK_FALSE(inspect(tape, loss.backward()).non_finite_gradient.has_value());
}

TEST_CASE("records: a gradient that is not finite at a parameter, and one that backward began with") {
  const Tensor x = tests::from({1, 2}, parameter);
  Tape tape;
  const Tensor y = spoil_gradient(x, infinity);
  const Tensor z = y + 1;
  const NonFiniteOrigin made = inspect(tape, sum(z).backward({.keep_intermediate = true})).non_finite_gradient.value();
  CHECK(made.record == 0);
  CHECK(made.tensor == 0);
  CHECK(made.input == 1);
  CHECK(made.carriers == 0);

  const Tensor cotangent = tests::from({0, not_a_number}, {.dtype = DType::float64});
  const Gradients gradients = z.backward({.cotangent = cotangent, .keep_intermediate = true});
  const NonFiniteOrigin given = inspect(tape, gradients).non_finite_gradient.value();
  CHECK(given.given);
  CHECK(given.record == 1);
  CHECK(given.tensor == 2);
  CHECK(given.element == 1);
  CHECK(given.carriers == 1);
}

TEST_CASE("records: of a long tape a sample, with both ends, rankings, parameters and the first NaN") {
  const Tensor x = tests::from({1}, parameter);
  Tape tape;
  Tensor y = x;
  constexpr int records = 20'000;
  for (int i = 0; i < records; ++i) {
    y = i == 7013    ? told(y, {.list_loss = ListLossDetails{}})
        : i == 7014  ? exp(y) + x  // two records
        : i == 15001 ? log(y * 0 - 1)
                     : y * 0.999;
  }
  const std::int64_t count = std::ssize(tape.records());
  CHECK(count == records + 3);
  const Inspection inspection = inspect(tape, {}, {}, {.max_records = 1000});
  CHECK(inspection.records_in_all == count);
  CHECK(inspection.records.size() <= 1000);
  CHECK(inspection.records.size() >= 900);
  std::vector<std::int64_t> numbers;
  for (const RecordSummary& record : inspection.records) {
    numbers.push_back(record.number);
  }
  CHECK(std::ranges::is_sorted(numbers, std::ranges::less_equal{}));
  const auto has = [&](std::int64_t number) { return std::ranges::binary_search(numbers, number); };
  for (std::int64_t i = 0; i < 100; ++i) {
    CHECK(has(i));
    CHECK(has(count - 1 - i));
  }
  CHECK(has(7013));
  CHECK(has(7015));
  CHECK(inspection.non_finite_value.value().record == 15004);
  CHECK(has(15004));
  std::int64_t largest_gap = 0;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    largest_gap = std::max(largest_gap, numbers[i] - numbers[i - 1]);
  }
  CHECK(largest_gap <= 30);

  CHECK(inspect(tape, {}, {}, {.max_records = 1}).records.size() <= 100);
  CHECK(inspect(tape, {}, {}, {.max_records = count}).records.size() == static_cast<std::size_t>(count));
}

TEST_CASE("records: where every record reads a parameter or ranks, the sample is no larger") {
  const Tensor x = tests::from({1}, parameter);
  Tape tape;
  for (int i = 0; i < 3000; ++i) {
    told(x * 2, {.ranking = i % 2 == 0 ? std::optional(RankingDetails{}) : std::nullopt});
  }
  const Inspection inspection = inspect(tape, {}, {}, {.max_records = 500});
  CHECK(inspection.records.size() <= 500);
  CHECK(inspection.records.size() > 300);
}

TEST_CASE("records: a million") {
  const Tensor x = tests::ones(Shape{1}, {.requires_grad = true});
  Tape tape;
  Tensor y = x;
  for (int i = 0; i < 1'000'000; ++i) {
    y = y + 1e-9;
  }
  const Gradients gradients = y.backward({.keep_intermediate = true});
  const Inspection inspection = inspect(tape, gradients);
  CHECK(inspection.records_in_all == 1'000'000);
  CHECK(inspection.records.size() <= 10'000);
}
