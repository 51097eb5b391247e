#pragma once

// A face of ranktape for ctypes, so that one Python process can run the library and its peers in turn. What is timed is
// a job: made once from NumPy's arrays, run many times, read once to compare its results with the peers'.

#include <exception>

#define RANKTAPE_SHIM extern "C" __attribute__((visibility("default")))

namespace ranktape::bench {

class Job {
 public:
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;
  virtual void run() = 0;
};

/// Keeps the text for shim_error, as no exception may reach C.
void remember_error(const std::exception& error);

/// A new job for Python to own, or null after an error.
template <class Make>
Job* guarded(const Make& make) {
  try {
    return make();
  } catch (const std::exception& error) {
    remember_error(error);
    return nullptr;
  }
}

}  // namespace ranktape::bench
