// Forward and backward of every ranking operation, one thread, over shapes and regimes: names are
// operation/regime/rows x columns. The regimes differ in the blocks that isotonic regression makes, and so in cost:
//   eps1  strength 1, the default: for soft_rank of many normal scores one block, for soft_sort nearly n;
//   mid   blocks of some twenty documents, whose ends no branch predictor guesses: the dearest.
// A row of a few thousand numbers given again and again would be learnt by that predictor, so inputs rotate.

#include "rank_operations.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace ranktape;
using bench::RankOperation;

struct RowShape {
  std::int64_t rows;
  std::int64_t columns;
};

constexpr std::array shapes = {RowShape{1, 100},     RowShape{1, 1'000},    RowShape{1, 10'000},  RowShape{1, 100'000},
                               RowShape{32, 100},    RowShape{1024, 100},   RowShape{128, 1'000}, RowShape{4096, 16},
                               RowShape{65'536, 16}, RowShape{1, 1'000'000}};
constexpr std::int64_t fresh_elements = 200'000;

double mid_strength(const RankOperation& operation, std::int64_t columns) {
  const double quarter = static_cast<double>(columns) / 4;
  return operation.ranks ? 1 / quarter : quarter;
}

void rank_benchmark(benchmark::State& state, const RankOperation& operation, RowShape shape, double strength) {
  struct Input {
    Tensor values;
    Tensor cotangent;
  };
  Random random(1);
  const Shape dimensions{shape.rows, shape.columns};
  const std::int64_t elements = dimensions.size();
  std::vector<Input> inputs(static_cast<std::size_t>(std::max<std::int64_t>(2, fresh_elements / elements)));
  for (Input& input : inputs) {
    input = {.values = Tensor::randn(dimensions, random, {.requires_grad = true}),
             .cotangent = Tensor::randn(dimensions, random)};
  }
  std::size_t next = 0;
  for (auto step : state) {
    const Input& input = inputs[next];
    next = next + 1 == inputs.size() ? 0 : next + 1;
    benchmark::DoNotOptimize(bench::forward_and_backward(operation, input.values, strength, input.cotangent));
  }
  state.counters["per_element"] = benchmark::Counter(
      static_cast<double>(elements), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void register_benchmarks() {
  for (const RankOperation& operation : bench::rank_operations) {
    for (const std::string_view regime : {"eps1", "mid"}) {
      for (const RowShape shape : shapes) {
        const std::string name = std::string(operation.name) + "/" + std::string(regime) + "/" +
                                 std::to_string(shape.rows) + "x" + std::to_string(shape.columns);
        const double strength = regime == "mid" ? mid_strength(operation, shape.columns) : 1.0;
        benchmark::RegisterBenchmark(name.c_str(), rank_benchmark, operation, shape, strength)
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  set_num_threads(1);
  register_benchmarks();
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
