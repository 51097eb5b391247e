#include <ranktape/optim/schedule.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

Schedule make_schedule(const nlohmann::json& row) {
  const std::string name = row["schedule"];
  const nlohmann::json& o = row["options"];
  if (name == "constant") {
    return ConstantSchedule{.learning_rate = o["learning_rate"]};
  }
  if (name == "step") {
    return StepSchedule{.learning_rate = o["learning_rate"], .step_size = o["step_size"], .gamma = o["gamma"]};
  }
  if (name == "exponential") {
    return ExponentialSchedule{.learning_rate = o["learning_rate"], .gamma = o["gamma"]};
  }
  if (name == "cosine") {
    return CosineSchedule{.learning_rate = o["learning_rate"],
                          .warm_up_steps = o["warm_up_steps"],
                          .total_steps = o["total_steps"],
                          .minimum_learning_rate = o["minimum_learning_rate"]};
  }
  REQUIRE(name == "one_cycle");
  return OneCycleSchedule{.maximum_learning_rate = o["max_lr"],
                          .total_steps = o["total_steps"],
                          .rising_fraction = o["pct_start"],
                          .initial_divisor = o["div_factor"],
                          .final_divisor = o["final_div_factor"]};
}

}  // namespace

TEST_CASE("schedules: fifty rates are those of PyTorch") {
  const nlohmann::json rows = tests::golden("schedules.json");
  CHECK(rows.size() == 13);
  for (const nlohmann::json& row : rows) {
    CAPTURE(row["schedule"].get<std::string>());
    CAPTURE(row["options"].dump());
    const Schedule schedule = make_schedule(row);
    std::int64_t step = 0;
    for (const double rate : row["learning_rates"]) {
      CAPTURE(step);
      CHECK(schedule(step++) == doctest::Approx(rate).epsilon(1e-12));
    }
  }
}

TEST_CASE("schedules: beyond the end, and the shortest ones") {
  const CosineSchedule cosine = {
      .learning_rate = 1, .warm_up_steps = 2, .total_steps = 4, .minimum_learning_rate = 0.5};
  CHECK(cosine(4) == 0.5);
  CHECK(cosine(1'000'000) == 0.5);
  CHECK(CosineSchedule{.learning_rate = 1, .warm_up_steps = 3, .total_steps = 3}(3) == 0);
  const OneCycleSchedule cycle = {.maximum_learning_rate = 1, .total_steps = 10};
  CHECK(cycle(9) == doctest::Approx(1 / 25e4));
  CHECK(cycle(1'000'000) == cycle(9));
  CHECK(OneCycleSchedule{.maximum_learning_rate = 1, .total_steps = 1}(0) == doctest::Approx(1 / 25e4));
  CHECK(OneCycleSchedule{.maximum_learning_rate = 1, .total_steps = 2, .rising_fraction = 0.5}(0) == 1);
}

TEST_CASE("schedules: wrong options") {
  const auto text = [](const Schedule& schedule, std::int64_t step) {
    const std::string placed = error_text<NumericError>([&] { schedule(step); }, false);
    return placed.substr(placed.find(": ") + 2);
  };
  CHECK(text(ConstantSchedule{.learning_rate = -1}, 0) ==
        "ConstantSchedule: learning_rate is -1; it must be finite and at least 0");
  CHECK(text(ConstantSchedule{}, -1) == "ConstantSchedule: step is -1; it must be at least 0");
  CHECK(text(StepSchedule{.step_size = 0}, 0) == "StepSchedule: step_size is 0; it must be at least 1");
  CHECK(text(ExponentialSchedule{.gamma = -2}, 0) ==
        "ExponentialSchedule: gamma is -2; it must be finite and at least 0");
  CHECK(text(CosineSchedule{}, 0) == "CosineSchedule: total_steps is 0; it must be at least 1");
  CHECK(text(CosineSchedule{.warm_up_steps = 7, .total_steps = 5}, 0) ==
        "CosineSchedule: total_steps is 5; it must be at least 7");
  CHECK(text(OneCycleSchedule{}, 0) == "OneCycleSchedule: total_steps is 0; it must be at least 1");
  CHECK(text(OneCycleSchedule{.total_steps = 5, .rising_fraction = 1}, 0) ==
        "OneCycleSchedule: rising_fraction is 1; it must be at least 0 and below 1");
  CHECK(text(OneCycleSchedule{.total_steps = 5, .final_divisor = 0}, 0) ==
        "OneCycleSchedule: final_divisor is 0; it must be finite and above 0");
  CHECK(error_text<NumericError>([] { ConstantSchedule{}(-3); }) ==
        "ConstantSchedule: step is -3; it must be at least 0");
}
