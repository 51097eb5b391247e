// Reads a data set once and says how long it took: `bench_read_dataset THREADS FILE [CACHE]`, one line of JSON. The
// peak of the memory is that of the process, which does nothing else. With a name for it, the binary file is written
// after that, and opened again.
#include <ranktape/core/io/dataset_cache.hpp>
#include <ranktape/core/io/read_dataset.hpp>
#include <ranktape/core/threads.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

template <class Action>
double seconds_of(const Action& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int run(int count, char** arguments) {
  ranktape::set_num_threads(std::atoi(arguments[1]));
  ranktape::Dataset dataset;
  const double seconds = seconds_of([&] { dataset = ranktape::read_dataset(arguments[2]); });
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(R"({"seconds": %.4f, "peak_bytes": %lld, "rows": %lld, "features": %lld)", seconds,
              1024LL * usage.ru_maxrss, static_cast<long long>(dataset.document_count()),
              static_cast<long long>(dataset.feature_count()));
  if (count == 4) {
    const double writing =
        seconds_of([&] { ranktape::write_dataset_cache(arguments[3], dataset, {.source = arguments[2]}); });
    const double opening = seconds_of([&] { dataset = ranktape::open_dataset_cache(arguments[3]); });
    std::printf(R"(, "cache_written_seconds": %.4f, "cache_opened_seconds": %.4f)", writing, opening);
  }
  std::puts("}");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 4) {
    std::fputs("usage: bench_read_dataset THREADS FILE [CACHE]\n", stderr);
    return 2;
  }
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
