#include <ranktape/core/inspect/inspection.hpp>
#include <doctest/doctest.h>

#include "inspections.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::verdict_text;

namespace {

Inspection with_units(const UnitSummary& units, const Shape& shape) {
  Inspection inspection;
  inspection.records = {
      {.number = 2, .operation = "activated_linear", .shape = shape, .units = units, .where = {"model.cpp", 7}}};
  return inspection;
}

ParameterSummary matrix(const std::string& name, double gradient_norm) {
  return {.name = name, .shape = Shape{4, 4}, .gradient = ValueSummary{.norm = gradient_norm}};
}

Inspection with_update(double weight_norm, double update_norm) {
  Inspection inspection;
  inspection.parameters = {matrix("layers.0.weight", 1)};
  inspection.history.updates = {{.name = "layers.0.weight", .weight_norm = weight_norm, .update_norm = update_norm}};
  return inspection;
}

// A loss by step, with a gradient whose norm is 1.
template <class Loss>
Inspection with_history(std::int64_t steps, const Loss& loss) {
  Inspection inspection;
  for (std::int64_t step = 1; step <= steps; ++step) {
    inspection.history.points.push_back({.step = step, .loss = loss(step), .gradient_norm = 1});
  }
  return inspection;
}

}  // namespace

TEST_CASE("verdicts: RT-G13 dead units, half of a layer") {
  const UnitSummary some = {.limits = {0}, .at_limit = 900, .stuck_columns = 31};
  CHECK(verdict_text(with_units(some, {240, 64}), "RT-G13").empty());
  const UnitSummary many = {.limits = {0}, .at_limit = 900, .stuck_columns = 32};
  CHECK(
      verdict_text(with_units(many, {240, 64}), "RT-G13") ==
      "warning: 32 of 64 units are 0 in all 240 rows, where the activation is flat: no gradient passes them, at record "
      "2, activated_linear (model.cpp:7); look at the bias of that layer, often pushed far below zero by one large "
      "step: lower the learning rate or set clip_norm and begin anew, or take Activation::leaky_relu");
  CHECK(verdict_text(with_units(many, {240, 32}), "RT-G13").starts_with("error: 32 of 32 units"));
  CHECK(verdict_text(with_units(many, {31, 64}), "RT-G13").empty());
  CHECK_FALSE(verdict_text(with_units(many, {32, 64}), "RT-G13").empty());
}

TEST_CASE("verdicts: RT-G14 saturated units, half of a layer's values") {
  const auto tanh = [](std::int64_t at_limit) {
    return with_units({.limits = {-1, 1}, .at_limit = at_limit, .stuck_columns = 8}, {100, 8});
  };
  CHECK(verdict_text(tanh(399), "RT-G14").empty());
  CHECK(verdict_text(tanh(400), "RT-G14") ==
        "warning: 50 % of the values are at -1 or 1, where the activation is flat and passes less than a hundredth of "
        "the gradient, at record 2, activated_linear (model.cpp:7); scale the features to a deviation of 1 and begin "
        "with smaller weights (Initialization::xavier_uniform), or put layer_norm before the activation");
  CHECK(verdict_text(tanh(400), "RT-G13").empty());
}

TEST_CASE("verdicts: RT-G15 vanishing and RT-G16 exploding, by where the smallest gradient is") {
  Inspection inspection;
  inspection.parameters = {matrix("front", 1e-5),
                           matrix("middle", 1e-3),
                           matrix("back", 1),
                           {.name = "bias", .shape = Shape{4}, .gradient = ValueSummary{.norm = 1e-30}}};
  CHECK(find_verdicts(inspection).empty());
  inspection.parameters[0] = matrix("", 4e-6);
  CHECK(
      verdict_text(inspection, "RT-G15") ==
      "warning: the gradient vanishes on its way to the front: 0.25 a weight in 'back', 1e-06 in parameter 0 [4, 4], a "
      "factor of 500 a layer; take layer_norm or residual (MlpOptions), relu in place of sigmoid or "
      "tanh, or larger initial weights (Initialization::he_uniform for relu)");
  CHECK(verdict_text(inspection, "RT-G16").empty());
  inspection.parameters = {matrix("front", 4), matrix("back", 4e-6)};
  CHECK(verdict_text(inspection, "RT-G15").empty());
  CHECK(verdict_text(inspection, "RT-G16") ==
        "warning: the gradient explodes on its way to the front: 1 a weight in 'front', 1e-06 in 'back', "
        "a factor of 1e+06 a layer; scale the features to a deviation of 1, begin with smaller weights "
        "(Initialization::xavier_uniform) or take layer_norm (MlpOptions)");
  inspection.parameters[1] = matrix("back", 4e-5);
  CHECK(find_verdicts(inspection).empty());
}

TEST_CASE("verdicts: RT-G17 large updates, not in the first steps, not of a bias") {
  CHECK(verdict_text(with_update(2, 1), "RT-G17").empty());
  Inspection inspection = with_update(2, 1.1);
  CHECK(
      verdict_text(inspection, "RT-G17") ==
      "warning: the last step changed 'layers.0.weight' by 55 % of its norm (1.1 of 2); about 0.1 % is healthy; divide "
      "the learning rate by 550");
  inspection.history.points = {{.step = 9, .loss = 1, .gradient_norm = 1}};
  CHECK(verdict_text(inspection, "RT-G17").empty());
  inspection.history.points = {{.step = 10, .loss = 1, .gradient_norm = 1}};
  CHECK_FALSE(verdict_text(inspection, "RT-G17").empty());
  inspection.parameters[0].shape = Shape{16};
  CHECK(verdict_text(inspection, "RT-G17").empty());
  CHECK(verdict_text(with_update(0, 1), "RT-G17").empty());
}

TEST_CASE("verdicts: RT-G18 small updates, unless the training has learned something") {
  CHECK(verdict_text(with_update(2, 2e-6), "RT-G18").empty());
  Inspection inspection = with_update(2, 1e-6);
  CHECK(verdict_text(inspection, "RT-G18") ==
        "warning: the last step changed no layer by more than 5e-07 of its norm ('layers.0.weight': 1e-06 of 2); about "
        "0.001 is healthy, and below 1e-7 float32 rounds it away; multiply the learning rate by 2000");
  inspection.history.points = {{.step = 1, .loss = 1, .gradient_norm = 1},
                               {.step = 2, .loss = 0.5, .gradient_norm = 1}};
  CHECK(verdict_text(inspection, "RT-G18").empty());
  CHECK(verdict_text(with_update(2, 0), "RT-G18")
            .ends_with("; look whether the optimizer has these parameters, and at the gradients (RT-G22)"));
}

TEST_CASE("verdicts: RT-G19 non-finite value names producer, element, input and carriers; RT-G20 the gradient") {
  Inspection inspection;
  inspection.records = {{.number = 12, .operation = "log", .where = {"src/train.cpp", 44}},
                        {.number = 13, .operation = "my_own", .where = {"src/train.cpp", 45}}};
  inspection.non_finite_value = {{.record = 12, .element = 17, .value = std::nan(""), .input = -0.2, .carriers = 5}};
  inspection.non_finite_gradient = inspection.non_finite_value;
  CHECK(
      to_string(find_verdicts(inspection)) ==
      "error RT-G19 non-finite value: a value of nan is first made by record 12, log (train.cpp:44), element 17, where "
      "its input is -0.2; 5 other records only pass it on; keep its input above 0: log(x + 1e-6), or softplus for what "
      "must be positive\n");
  inspection.non_finite_value.reset();
  inspection.non_finite_gradient = {{.record = 13, .value = -std::numeric_limits<double>::infinity(), .carriers = 1}};
  CHECK(
      to_string(find_verdicts(inspection)) ==
      "error RT-G20 non-finite gradient: a gradient of -inf is first made by record 13, my_own (train.cpp:45), element "
      "0; 1 other record only passes it on, though all values are finite; keep its input in the domain of the "
      "operation; backward({.check_finite = true}) stops there with an error\n");
  inspection.non_finite_gradient->given = true;
  CHECK(to_string(find_verdicts(inspection)) ==
        "error RT-G20 non-finite gradient: a gradient of -inf is first given to record 13, my_own (train.cpp:45), "
        "element 0; 1 other record only passes it on, though all values are finite; the record is innocent: look at "
        "the parameter that it reads, spoilt by the step before or in its file, or at the cotangent that backward was "
        "given\n");
}

TEST_CASE("verdicts: RT-G21 detached parameters, not before any backward; RT-G22 zero gradients") {
  Inspection inspection;
  for (const char* name : {"a", "b", "c\n", "d"}) {
    inspection.parameters.push_back({.name = name, .shape = Shape{4}});
  }
  CHECK(find_verdicts(inspection).empty());
  inspection.records = {{.gradient = ValueSummary{}}};
  CHECK(verdict_text(inspection, "RT-G21")
            .starts_with("error: 4 of 4 parameters were used, but no gradient reaches them"));
  inspection.parameters[0].gradient = ValueSummary{.norm = 1};
  CHECK(verdict_text(inspection, "RT-G21") ==
        "warning: 3 of 4 parameters were used, but no gradient reaches them: 'b', 'c␊', 'd'; look between these "
        "parameters and the loss for detach, for values taken out with item or to_vector, for argsort and hard ranks, "
        "and for results that are not used");
  CHECK(verdict_text(inspection, "RT-G22").empty());
  inspection.parameters[0].gradient = ValueSummary{.norm = 0, .zeros = 4};
  CHECK(verdict_text(inspection, "RT-G22") ==
        "error: the gradients of all 4 parameters are exactly 0: a step changes nothing; look for the cause among the "
        "other findings: hard ranks (RT-G01), a constant upstream (RT-G06), constant labels (RT-G07), dead units "
        "(RT-G13); and for factors of 0");
  inspection.parameters[0].gradient = ValueSummary{.norm = 0, .non_finite = 4};
  CHECK(verdict_text(inspection, "RT-G22").empty());
}

TEST_CASE("verdicts: RT-G23 stuck loss: flat or rising, where there are points enough and the mean is sure") {
  const auto flat = [](std::int64_t) { return 0.5; };
  CHECK(find_verdicts(with_history(49, flat)).empty());
  CHECK(
      verdict_text(with_history(50, flat), "RT-G23") ==
      "warning: the loss does not fall, from 0.5 in the first 10 steps that were kept to 0.5 in the last 12; look for "
      "the cause among the other findings; if there is none, multiply the learning rate by 10, and try to learn a "
      "single batch by heart");
  CHECK(find_verdicts(with_history(200, [](std::int64_t step) { return 0.5 - 1e-4 * double(step); })).empty());
  // So noisy that nothing can be said: plus or minus a fifth.
  CHECK(find_verdicts(with_history(60, [](std::int64_t step) { return 0.5 + (step % 2 == 0 ? 0.1 : -0.1); })).empty());
  CHECK(verdict_text(with_history(60, [](std::int64_t step) { return 0.5 + 0.02 * double(step); }), "RT-G23") ==
        "error: the loss rises, from 0.61 in the first 10 steps that were kept to 1.56 in the last 15; divide the "
        "learning rate by 10, or set clip_norm");
}

TEST_CASE("verdicts: RT-G24 gradient jump, a hundred medians") {
  Inspection inspection = with_history(20, [](std::int64_t step) { return 1 / double(step); });
  inspection.history.points[13].gradient_norm = 100;
  CHECK(find_verdicts(inspection).empty());
  inspection.history.points[13].gradient_norm = 150;
  CHECK(
      verdict_text(inspection, "RT-G24") ==
      "warning: the gradient's norm jumps to 150 in step 14, 150 times the median of 1; set clip_norm=10, ten medians");
  inspection.history.points.pop_back();
  CHECK(find_verdicts(inspection).empty());
}

TEST_CASE("verdicts: RT-G25 collapsing scores, to a tenth") {
  Inspection inspection = with_history(5, [](std::int64_t step) { return 1 / double(step); });
  for (HistoryPoint& point : inspection.history.points) {
    point.score_deviation = 2 - 0.44 * double(point.step - 1);
  }
  CHECK(find_verdicts(inspection).empty());
  inspection.history.points.back().score_deviation = 0.19;
  CHECK(
      verdict_text(inspection, "RT-G25") ==
      "warning: the scores shrink: within a list they deviate by 2 in step 1, by 0.19 in step 5; take a loss that sees "
      "the scale of the scores (Normalization::hard_ranks), less weight_decay or a lower learning rate");
  inspection.history.points.front().score_deviation.reset();
  CHECK(find_verdicts(inspection).empty());
}

TEST_CASE("verdicts: RT-G26 broken training names the first step that is not finite") {
  Inspection inspection = with_history(3, [](std::int64_t step) { return step == 3 ? std::nan("") : 0.25; });
  CHECK(to_string(find_verdicts(inspection)) ==
        "error RT-G26 broken training: in step 3 the loss is nan and the gradient's norm 1; before, the loss was 0.25 "
        "and "
        "the norm 1; divide the learning rate by 10 or set clip_norm; backward({.check_finite = true}) names the "
        "operation\n");
  inspection.history.points[0].gradient_norm = std::numeric_limits<double>::infinity();
  CHECK(verdict_text(inspection, "RT-G26") ==
        "error: in step 1 the loss is 0.25 and the gradient's norm inf; look at the features for NaN and numbers that "
        "are "
        "too large; backward({.check_finite = true}) names the operation");
}
