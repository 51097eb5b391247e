// inspection_cost evaluation-before | evaluation-after | step | step-empty | step-callback: for callgrind, which counts
// what happens inside measured_evaluation and measured_step. inspection_cost times ROUNDS FILE: how long a step, an
// inspection and a report take, as JSON; the reports go to FILE.
#include "task.hpp"

#include <ranktape/core/inspect/graph.hpp>
#include <ranktape/core/inspect/report.hpp>
#include <ranktape/core/threads.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string_view>

using namespace ranktape;

namespace {

constexpr int warm_up = 3;  // until the pool has blocks of every size
constexpr int repetitions = 3;

void inspect_once(bench::InspectedTask& task) {
  Tape tape;
  tape.on_gradient([](const Tensor&, const Tensor&) {});
  const Gradients gradients = task.loss().backward({.keep_intermediate = true, .check_finite = true});
  const Inspection inspection = inspect(tape, gradients);
  if (inspection.records.empty() || to_string(tape).empty() || to_dot(tape).empty()) {
    std::abort();
  }
}

/// The median of some calls.
double milliseconds_of(const std::function<void()>& function) {
  using Clock = std::chrono::steady_clock;
  std::array<double, repetitions> times = {};
  for (double& time : times) {
    const Clock::time_point begin = Clock::now();
    function();
    time = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }
  std::ranges::nth_element(times, times.begin() + repetitions / 2);
  return times[repetitions / 2];
}

/// A line of JSON for each round, in which everything has a turn, so that what else the machine does falls on all.
void print_times(bench::InspectedTask& task, int rounds, const std::filesystem::path& report) {
  task.step();
  for (int round = 0; round < rounds; ++round) {
    const double step = milliseconds_of([&] { task.step(); });
    const double step_keeping = milliseconds_of([&] { task.step({.keep_intermediate = true}); });
    Tape tape;
    const Gradients gradients = task.loss().backward({.keep_intermediate = true});
    Inspection inspection;
    const double inspecting = milliseconds_of([&] { inspection = inspect(tape, gradients); });
    const double writing = milliseconds_of([&] { write_report(report, inspection); });
    fmt::print("{{\"step\": {}, \"step_keeping\": {}, \"inspect\": {}, \"write\": {}, \"bytes\": {}}}\n", step,
               step_keeping, inspecting, writing, std::filesystem::file_size(report));
  }
}

}  // namespace

// Names that callgrind is told to look for.
extern "C" {
[[gnu::noinline]] void measured_evaluation(const bench::InspectedTask& task) {
  for (int i = 0; i < repetitions; ++i) {
    task.loss();
  }
}

[[gnu::noinline]] void measured_step(bench::InspectedTask& task, const Tape::GradientCallback* callback) {
  for (int i = 0; i < repetitions; ++i) {
    task.step({}, callback);
  }
}
}

int main(int argc, char** argv) {
  set_num_threads(1);
  const std::string_view what = argc > 1 ? argv[1] : "";
  bench::InspectedTask task;
  if (what == "times" && argc == 4) {
    print_times(task, std::atoi(argv[2]), argv[3]);
    return 0;
  }
  if (what.starts_with("evaluation-")) {
    for (int i = 0; i < warm_up; ++i) {
      task.loss();
      if (what == "evaluation-after") {
        inspect_once(task);
      }
    }
    task.loss();
    measured_evaluation(task);
    return 0;
  }
  const Tape::GradientCallback empty;
  const Tape::GradientCallback idle = [](const Tensor&, const Tensor&) {};
  const Tape::GradientCallback* const callback = what == "step-empty"      ? &empty
                                                 : what == "step-callback" ? &idle
                                                                           : nullptr;
  for (int i = 0; i < warm_up; ++i) {
    task.step({}, callback);
  }
  measured_step(task, callback);
}
