// Ranking on the accelerator beside the sort that it contains, on whatever system the library was built for: names are
// operation/passes/regime/rows x columns, with the regimes of rank.cpp. In every iteration both have a turn, each until
// the device is done, and times_the_sort is the median of the ratios. The goal: forward and backward of soft ranks
// within 4 times the sort on a GPU.

#include "accelerator/isotonic.hpp"
#include "in_turn.hpp"
#include "training/steps.hpp"

#include <ranktape/core/backend.hpp>
#include <ranktape/core/error.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ranktape.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ranktape;

struct RowShape {
  std::int64_t rows;
  std::int64_t columns;

  [[nodiscard]] std::string name() const { return std::to_string(rows) + "x" + std::to_string(columns); }
  /// Blocks of some twenty documents.
  [[nodiscard]] double mid_strength() const { return 4.0 / static_cast<double>(columns); }
};

constexpr std::array shapes = {RowShape{1, 1'000'000}, RowShape{128, 1'000}, RowShape{4096, 100}, RowShape{65'536, 16}};

struct Operation {
  std::string_view name;
  Tensor (*forward)(const Tensor& values, const Tensor& labels, double strength);
  bool forward_alone;  ///< is timed, too
  bool all_shapes;     ///< or a long list, and many short ones
};

SoftRankOptions with_kl(double strength) {
  return {.regularization_strength = strength, .regularization = Regularization::kl};
}

const std::array operations = {
    Operation{"soft_rank_l2",
              [](const Tensor& values, const Tensor&, double strength) {
                return soft_rank(values, {.regularization_strength = strength});
              },
              true, true},
    Operation{"soft_rank_kl",
              [](const Tensor& values, const Tensor&, double strength) { return soft_rank(values, with_kl(strength)); },
              true, false},
    Operation{"spearman_loss",
              [](const Tensor& values, const Tensor& labels, double strength) {
                return spearman_loss(values, labels, strength);
              },
              false, true},
    Operation{"lapsum_rank",
              [](const Tensor& values, const Tensor&, double temperature) {
                return lapsum_rank(values, {.temperature = temperature});
              },
              false, true},
};

/// Until all that was launched is done: one number is brought here. On hosts nothing is left to wait for.
template <class T>
void wait_for(const T* there) {
  T here;
  detail::copy_bytes(&here, Device::cpu, there, Device::accelerator, sizeof(T));
  benchmark::DoNotOptimize(here);
}
void wait_for(const Tensor& tensor) { wait_for(detail::data<float>(tensor)); }

Tensor on_accelerator(const Tensor& tensor, bool requires_grad = false) {
  return Tensor::from(tensor.values<float>(), tensor.shape(),
                      {.device = Device::accelerator, .requires_grad = requires_grad});
}

struct Inputs {
  Tensor values;
  Tensor labels;     ///< 0 to 4
  Tensor cotangent;  ///< of a value for each document

  explicit Inputs(RowShape shape) {
    Random random(1);
    const Shape dimensions{shape.rows, shape.columns};
    values = on_accelerator(Tensor::randn(dimensions, random), true);
    cotangent = on_accelerator(Tensor::randn(dimensions, random));
    std::vector<float> levels(static_cast<std::size_t>(dimensions.size()));
    for (float& level : levels) {
      level = static_cast<float>(random.below(5));
    }
    labels = Tensor::from(levels, dimensions, {.device = Device::accelerator});
  }
};

detail::DeviceOrder sort(const Tensor& values) {
  return detail::sort_on_accelerator(values, detail::Lists::rows("bench", values), 1);
}
void sort_and_wait(const Tensor& values) { wait_for(sort(values).sorted.data()); }

void count_elements(benchmark::State& state, RowShape shape) {
  state.counters["per_element"] =
      benchmark::Counter(static_cast<double>(shape.rows * shape.columns),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void time_sort(benchmark::State& state, RowShape shape) {
  const Inputs inputs(shape);
  for (auto step : state) {
    state.SetIterationTime(bench::seconds_of([&] { sort_and_wait(inputs.values); }));
  }
  count_elements(state, shape);
}

void time_operation(benchmark::State& state, const Operation& operation, RowShape shape, double strength,
                    bool backward) {
  const Inputs inputs(shape);
  const auto run = [&] {
    if (!backward) {
      wait_for(operation.forward(inputs.values, inputs.labels, strength));
      return;
    }
    const Tape tape;
    const Tensor output = operation.forward(inputs.values, inputs.labels, strength);
    const Gradients gradients =
        output.size() == 1 ? output.backward() : output.backward({.cotangent = inputs.cotangent});
    wait_for(gradients[inputs.values]);
  };
  bench::time_in_turn(state, "times_the_sort", run, [&] { sort_and_wait(inputs.values); });
  count_elements(state, shape);
}

/// How much work the tree of hulls is, on one core of a host.
void time_tree(benchmark::State& state, RowShape shape) {
  const Inputs inputs(shape);
  bench::IsotonicWork work(sort(inputs.values).sorted, shape.rows, shape.columns, shape.mid_strength());
  const bench::OneThread one_thread;
  bench::time_in_turn(
      state, "times_sequential", [&] { work.by_tree(); }, [&] { work.sequentially(); });
  if (!work.agree()) {
    state.SkipWithError("the tree finds other blocks");
  }
  state.counters["documents_a_block"] = static_cast<double>(inputs.values.size()) / static_cast<double>(work.blocks());
  count_elements(state, shape);
}

void time_training_step(benchmark::State& state) {
  const bench::Batches here;
  const bench::Batches there(1, Device::accelerator);
  bench::LibraryStep on_cpu(here);
  bench::LibraryStep on_device(there);
  std::size_t batch = 0;
  const auto next = [&] { return batch++ % here.features.size(); };
  bench::time_in_turn(
      state, "times_the_cpu", [&] { benchmark::DoNotOptimize(on_device.step(next())); },
      [&] { benchmark::DoNotOptimize(on_cpu.step(next())); });
}

template <class... Arguments>
void add(const std::string& name, const Arguments&... arguments) {
  benchmark::RegisterBenchmark(name.c_str(), arguments...)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

void register_benchmarks(std::string_view system) {
  for (const RowShape shape : shapes) {
    add("sort/" + shape.name(), time_sort, shape);
  }
  for (const Operation& operation : operations) {
    for (const std::string passes : {"forward", "forward_backward"}) {
      const bool backward = passes != "forward";
      for (const std::string regime : {"eps1", "mid"}) {
        for (const RowShape shape : shapes) {
          const bool left_out = !operation.all_shapes && shape.rows != 1 && shape.rows != 4096;
          if (left_out || (!backward && !operation.forward_alone)) {
            continue;
          }
          const double strength = regime == "mid" ? shape.mid_strength() : 1.0;
          add(std::string(operation.name) + "/" + passes + "/" + regime + "/" + shape.name(), time_operation, operation,
              shape, strength, backward);
        }
      }
    }
  }
  add("training_step", time_training_step);
  if (system == "omp" || system == "cpp") {
    for (const RowShape shape : shapes) {
      add("isotonic/" + shape.name(), time_tree, shape);
    }
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) {
    return 1;
  }
  const char* const system = detail::accelerator_system();
  try {
    const detail::Array<float> one(1, Device::accelerator);
    wait_for(one.data());
  } catch (const DeviceError& error) {
    std::printf("Nothing to measure: %s\n", error.what());
    return 0;
  }
  benchmark::AddCustomContext("accelerator", system);
  register_benchmarks(system);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
