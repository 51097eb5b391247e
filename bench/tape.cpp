// What the tape costs: forward and backward over a chain of operations on 1, 32 and 1024 numbers.
// Time is given for the whole chain; divide by its operations (the counter `per_operation` does).

#include "chain.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace ranktape;

void chain(benchmark::State& state) {
  const std::int64_t elements = state.range(0);
  const std::int64_t operations = state.range(1);
  const Tensor start = Tensor::ones(Shape{elements}, {.requires_grad = true});
  const Tensor cotangent = Tensor::ones(Shape{elements});
  for (auto step : state) {
    benchmark::DoNotOptimize(bench::forward_and_backward_chain(start, cotangent, operations));
  }
  state.counters["per_operation"] = benchmark::Counter(
      static_cast<double>(operations), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

BENCHMARK(chain)
    ->ArgNames({"elements", "operations"})
    ->Args({1, 1000})
    ->Args({32, 1000})
    ->Args({1024, 1000})
    ->Args({1, 1'000'000});

}  // namespace

BENCHMARK_MAIN();
