#include "job.hpp"

#include <ranktape/core/threads.hpp>

#include <string>
#include <utility>

namespace ranktape::bench {
namespace {

std::string error_text;

}  // namespace

void remember_error(const std::exception& error) { error_text = error.what(); }

}  // namespace ranktape::bench

using ranktape::bench::Job;

/// What went wrong since the last call, or nothing. Python asks after a round, not after each run, which it would slow.
RANKTAPE_SHIM const char* shim_error() {
  static std::string told;
  told = std::exchange(ranktape::bench::error_text, {});
  return told.c_str();
}

RANKTAPE_SHIM void shim_run(Job* job) {
  try {
    job->run();
  } catch (const std::exception& error) {
    ranktape::bench::remember_error(error);
  }
}

RANKTAPE_SHIM void shim_delete(Job* job) { delete job; }

RANKTAPE_SHIM void shim_set_num_threads(int count) {
  try {
    ranktape::set_num_threads(count);
  } catch (const std::exception& error) {
    ranktape::bench::remember_error(error);
  }
}
