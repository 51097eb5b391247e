#pragma once

#include <cstdint>
#include <numeric>
#include <thread>

// For tests: other ways to run the indices of a kernel, which must change nothing.
namespace ranktape::detail {

#if defined(RANKTAPE_EXECUTOR_SHUFFLED)

/// In steps that do not divide the count, from somewhere in the middle: neighbours are far apart in time.
template <class Kernel>
void execute(std::int64_t count, const Kernel& kernel) {
  std::int64_t step = static_cast<std::int64_t>(0.618 * static_cast<double>(count)) | 1;
  while (std::gcd(step, count) != 1) {
    step += 2;
  }
  std::int64_t index = count / 3;
  for (std::int64_t i = 0; i < count; ++i) {
    kernel(index);
    index = (index + step) % count;
  }
}

#elif defined(RANKTAPE_EXECUTOR_THREADS)

/// Even and odd indices on two threads of the standard library, which the thread sanitizer understands.
template <class Kernel>
void execute(std::int64_t count, const Kernel& kernel) {
  std::thread other([&] {
    for (std::int64_t i = 1; i < count; i += 2) {
      kernel(i);
    }
  });
  for (std::int64_t i = 0; i < count; i += 2) {
    kernel(i);
  }
  other.join();
}

#endif

}  // namespace ranktape::detail
