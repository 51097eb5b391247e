#pragma once

#include <ranktape/core/source_location.hpp>

#include <cstdint>
#include <functional>

// Learning rates as functions of the step, counted from 0: `optimizer.set_learning_rate(schedule(t))` before step t.
// Plain values; each throws NumericError for an option out of its range or a negative step.
namespace ranktape {

/// Anything of that kind: one of those below, or a function of your own.
using Schedule = std::function<double(std::int64_t step)>;

/// The same at every step.
struct ConstantSchedule {
  double learning_rate = 0.001;
  double operator()(std::int64_t step, SourceLocation where = SourceLocation::current()) const;
};

/// learning_rate * gamma^floor(t / step_size)
struct StepSchedule {
  double learning_rate = 0.001;
  std::int64_t step_size = 1;
  double gamma = 0.1;
  double operator()(std::int64_t step, SourceLocation where = SourceLocation::current()) const;
};

/// learning_rate * gamma^t
struct ExponentialSchedule {
  double learning_rate = 0.001;
  double gamma = 0.99;
  double operator()(std::int64_t step, SourceLocation where = SourceLocation::current()) const;
};

/// learning_rate * (t + 1) / warm_up_steps while t < warm_up_steps; then down half a cosine, to the minimum at
/// total_steps, where it stays.
struct CosineSchedule {
  double learning_rate = 0.001;
  std::int64_t warm_up_steps = 0;
  std::int64_t total_steps = 0;  ///< warm-up included; to be given
  double minimum_learning_rate = 0;
  double operator()(std::int64_t step, SourceLocation where = SourceLocation::current()) const;
};

/// Up half a cosine from maximum / initial_divisor to the maximum at rising_fraction * total_steps - 1, then down
/// another one to maximum / (initial_divisor * final_divisor) at the last step, where it stays (Smith 2018, in the two
/// phases of PyTorch's OneCycleLR).
struct OneCycleSchedule {
  double maximum_learning_rate = 0.01;
  std::int64_t total_steps = 0;  ///< to be given
  double rising_fraction = 0.3;
  double initial_divisor = 25;
  double final_divisor = 1e4;
  double operator()(std::int64_t step, SourceLocation where = SourceLocation::current()) const;
};

}  // namespace ranktape
