#include <ranktape/optim/check_options.hpp>
#include <ranktape/optim/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ranktape {
namespace {

void check_at_least(SourceLocation where, const char* owner, const char* option, std::int64_t least,
                    std::int64_t value) {
  if (value < least) {
    detail::fail<NumericError>(where, owner, "{} is {}; it must be at least {}", option, value, least);
  }
}

void check_start(SourceLocation where, const char* owner, double learning_rate, std::int64_t step) {
  detail::check_not_negative(where, owner, "learning_rate", learning_rate);
  check_at_least(where, owner, "step", 0, step);
}

// From `start` to `end` along half a cosine, as `part` goes from 0 to 1.
double along_cosine(double start, double end, double part) {
  return end + (start - end) * 0.5 * (1 + std::cos(std::numbers::pi * part));
}

}  // namespace

double ConstantSchedule::operator()(std::int64_t step, SourceLocation where) const {
  check_start(where, "ConstantSchedule", learning_rate, step);
  return learning_rate;
}

double StepSchedule::operator()(std::int64_t step, SourceLocation where) const {
  check_start(where, "StepSchedule", learning_rate, step);
  check_at_least(where, "StepSchedule", "step_size", 1, step_size);
  detail::check_not_negative(where, "StepSchedule", "gamma", gamma);
  const std::int64_t falls = step / step_size;
  return learning_rate * std::pow(gamma, static_cast<double>(falls));
}

double ExponentialSchedule::operator()(std::int64_t step, SourceLocation where) const {
  check_start(where, "ExponentialSchedule", learning_rate, step);
  detail::check_not_negative(where, "ExponentialSchedule", "gamma", gamma);
  return learning_rate * std::pow(gamma, static_cast<double>(step));
}

double CosineSchedule::operator()(std::int64_t step, SourceLocation where) const {
  check_start(where, "CosineSchedule", learning_rate, step);
  check_at_least(where, "CosineSchedule", "warm_up_steps", 0, warm_up_steps);
  check_at_least(where, "CosineSchedule", "total_steps", std::max<std::int64_t>(warm_up_steps, 1), total_steps);
  detail::check_not_negative(where, "CosineSchedule", "minimum_learning_rate", minimum_learning_rate);
  if (step < warm_up_steps) {
    return learning_rate * static_cast<double>(step + 1) / static_cast<double>(warm_up_steps);
  }
  if (step >= total_steps) {
    return minimum_learning_rate;
  }
  const auto falling = static_cast<double>(total_steps - warm_up_steps);
  return along_cosine(learning_rate, minimum_learning_rate, static_cast<double>(step - warm_up_steps) / falling);
}

double OneCycleSchedule::operator()(std::int64_t step, SourceLocation where) const {
  constexpr const char* owner = "OneCycleSchedule";
  detail::check_not_negative(where, owner, "maximum_learning_rate", maximum_learning_rate);
  check_at_least(where, owner, "step", 0, step);
  check_at_least(where, owner, "total_steps", 1, total_steps);
  detail::check_fraction(where, owner, "rising_fraction", rising_fraction);
  detail::check_positive(where, owner, "initial_divisor", initial_divisor);
  detail::check_positive(where, owner, "final_divisor", final_divisor);
  const double low = maximum_learning_rate / initial_divisor;
  const double end = low / final_divisor;
  const auto last = static_cast<double>(total_steps - 1);
  const double peak = rising_fraction * static_cast<double>(total_steps) - 1;
  const double t = std::min(static_cast<double>(step), last);
  if (t <= peak) {
    return peak > 0 ? along_cosine(low, maximum_learning_rate, t / peak) : maximum_learning_rate;
  }
  return along_cosine(maximum_learning_rate, end, (t - peak) / (last - peak));
}

}  // namespace ranktape
