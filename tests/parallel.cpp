#include "support.hpp"

#include <ranktape/core/parallel.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace ranktape;

namespace {

constexpr double enough = 1e9;  // nanoseconds: always worth sharing

/// Sets the number of threads for a test case, and back.
class Threads {
 public:
  explicit Threads(int count) : before_(num_threads()) { set_num_threads(count); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace

TEST_CASE("threads: every chunk runs once, whatever the number of threads") {
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    const Threads set(threads);
    CHECK(num_threads() == threads);
    for (const std::int64_t chunks : {0, 1, 2, 7, 64, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(chunks));
      detail::parallel_chunks(chunks, enough, [&](std::int64_t chunk) { ++runs[static_cast<std::size_t>(chunk)]; });
      bool once = true;
      for (const auto& count : runs) {
        once = once && count == 1;
      }
      CHECK(once);
    }
  }
}

TEST_CASE("threads: ranges cover every item once") {
  const Threads set(3);
  for (const std::int64_t count : {0, 1, 2, 63, 64, 65, 100'003}) {
    std::vector<int> runs(static_cast<std::size_t>(count));
    detail::parallel_ranges(count, enough, [&](std::int64_t first, std::int64_t last) {
      for (; first < last; ++first) {
        ++runs[static_cast<std::size_t>(first)];
      }
    });
    CHECK(runs == std::vector<int>(static_cast<std::size_t>(count), 1));
  }
}

TEST_CASE("threads: helpers take part when the caller has its hands full") {
  const Threads set(2);
  std::atomic<bool> helper_came{false};
  const std::thread::id caller = std::this_thread::get_id();
  detail::parallel_chunks(2, enough, [&](std::int64_t) {
    if (std::this_thread::get_id() == caller) {
      while (!helper_came) {  // a pool without a helper would hang here, and the test run out of its time
        std::this_thread::yield();
      }
    } else {
      helper_came = true;
    }
  });
  CHECK(helper_came);
}

TEST_CASE("threads: thousands of small rounds, with changes of the number of threads between") {
  const Threads set(2);
  std::int64_t expected = 0;
  std::atomic<std::int64_t> sum{0};
  for (int round = 0; round < 5000; ++round) {
    if (round % 1000 == 500) {
      set_num_threads(1 + round / 1000);
    }
    const std::int64_t chunks = 1 + round % 5;
    detail::parallel_chunks(chunks, enough, [&](std::int64_t chunk) { sum += chunk + round; });
    expected += chunks * (chunks - 1) / 2 + chunks * round;
  }
  CHECK(sum == expected);
}

TEST_CASE("threads: an exception reaches the caller, and the pool works on") {
  const Threads set(2);
  std::atomic<int> runs{0};
  CHECK_THROWS_AS(detail::parallel_chunks(16, enough,
                                          [&](std::int64_t chunk) {
                                            ++runs;
                                            if (chunk % 5 == 3) {
                                              throw std::runtime_error("chunk");
                                            }
                                          }),
                  std::runtime_error);
  CHECK(runs == 16);
  runs = 0;
  detail::parallel_chunks(16, enough, [&](std::int64_t) { ++runs; });
  CHECK(runs == 16);
}

TEST_CASE("threads: a call inside a call, and callers at the same time, run on their own thread") {
  const Threads set(2);
  std::atomic<int> runs{0};
  const auto nested = [&] {
    detail::parallel_chunks(4, enough,
                            [&](std::int64_t) { detail::parallel_chunks(4, enough, [&](std::int64_t) { ++runs; }); });
  };
  std::thread other([&] {
    for (int i = 0; i < 200; ++i) {
      nested();
    }
  });
  for (int i = 0; i < 200; ++i) {
    nested();
  }
  other.join();
  CHECK(runs == 2 * 200 * 16);
}

TEST_CASE("threads: fewer than one is refused") {
  CHECK(tests::error_text<Error>([] { set_num_threads(0); }) ==
        "set_num_threads: 0 threads; there must be at least 1, the calling thread");
}

#if !defined(__SANITIZE_THREAD__)  // it does not support threads after a fork
TEST_CASE("a forked child starts helpers of its own") {
  const Threads set(2);
  std::atomic<int> runs{0};
  detail::parallel_chunks(8, enough, [&](std::int64_t) { ++runs; });
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> own{0};
    detail::parallel_chunks(8, enough, [&](std::int64_t) { ++own; });
    set_num_threads(1);
    _exit(own == 8 ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
#endif
