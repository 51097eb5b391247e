// A training step of the library beside the same step by hand, with where the time of the latter goes (in microseconds
// of a step). Arguments: threads.

#include "training/steps.hpp"

#include <ranktape/core/threads.hpp>
#include <benchmark/benchmark.h>

namespace {

using namespace ranktape;

const bench::Batches& batches() {
  static const bench::Batches made;
  return made;
}

void library(benchmark::State& state) {
  set_num_threads(static_cast<int>(state.range(0)));
  bench::LibraryStep training(batches());
  std::size_t batch = 0;
  for (auto step : state) {
    benchmark::DoNotOptimize(training.step(batch++ % batches().features.size()));
  }
}

void by_hand(benchmark::State& state) {
  set_num_threads(static_cast<int>(state.range(0)));
  bench::HandWrittenStep training(batches());
  bench::Split split;
  std::size_t batch = 0;
  for (auto step : state) {
    benchmark::DoNotOptimize(training.step(batch++ % batches().features.size(), &split));
  }
  const auto microseconds = [](double seconds) {
    return benchmark::Counter(1e6 * seconds, benchmark::Counter::kAvgIterations);
  };
  state.counters["forward"] = microseconds(split.forward);
  state.counters["rank_loss"] = microseconds(split.rank_loss);
  state.counters["backward"] = microseconds(split.backward);
  state.counters["adam"] = microseconds(split.adam);
}

BENCHMARK(library)->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(by_hand)->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
