// Reads a data set once and says how long it took: `bench_read_dataset THREADS FILE`, one line of JSON. The peak of the
// memory is that of the process, which does nothing else.
#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/threads.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: bench_read_dataset THREADS FILE\n", stderr);
    return 2;
  }
  try {
    ranktape::set_num_threads(std::atoi(arguments[1]));
    const auto begin = std::chrono::steady_clock::now();
    const ranktape::Dataset dataset = ranktape::read_letor(arguments[2]);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    std::printf(R"({"seconds": %.4f, "peak_bytes": %lld, "rows": %lld, "features": %lld})"
                "\n",
                seconds.count(), 1024LL * usage.ru_maxrss, static_cast<long long>(dataset.document_count()),
                static_cast<long long>(dataset.feature_count()));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
