#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace ranktape::bench {

/// By the clock on the wall.
template <class Function>
double seconds_of(const Function& function) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  function();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Times `contender`; in every iteration `yardstick` has a turn before it, and `counter` becomes the median of the
/// ratios, so that what else the machine does falls on both.
template <class Contender, class Yardstick>
void time_in_turn(benchmark::State& state, const char* counter, const Contender& contender,
                  const Yardstick& yardstick) {
  yardstick();
  contender();
  std::vector<double> ratios;
  for (auto step : state) {
    const double of_yardstick = seconds_of(yardstick);
    const double own = seconds_of(contender);
    state.SetIterationTime(own);
    ratios.push_back(own / of_yardstick);
  }
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::nth_element(ratios.begin(), middle, ratios.end());
  state.counters[counter] = *middle;
}

}  // namespace ranktape::bench
