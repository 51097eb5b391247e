// A caller and its helpers take chunks from one counter. The caller takes every chunk that no helper has begun, so a
// helper that the system does not schedule (a busy neighbour, a container with less than its cores) holds up one chunk
// at most; splitting the work in advance would wait a whole time slice for it.

#include <ranktape/core/error.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/threads.hpp>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace ranktape {
namespace detail {
namespace {

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#endif
}

/// Whether this thread runs a chunk: what it calls then is not shared once more.
thread_local bool inside_chunk = false;

class Helpers {
 public:
  [[nodiscard]] int threads() const { return threads_.load(std::memory_order_relaxed); }

  void set_threads(int count) {
    const std::lock_guard lock(in_use_);
    if (count != threads()) {
      stop();
      threads_.store(count, std::memory_order_relaxed);
    }
  }

  /// Returns false, having done nothing, if there is no helper to share with.
  bool share(std::int64_t chunks, ChunkCall call) {
    const std::unique_lock lock(in_use_, std::try_to_lock);
    if (!lock.owns_lock() || threads() == 1) {
      return false;
    }
    start();
    call_ = call;
    failure_ = nullptr;
    failed_.store(false, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    const std::uint32_t round = round_.load(std::memory_order_relaxed) + 1;
    untaken_.store((std::uint64_t{round} << 32) | static_cast<std::uint32_t>(chunks), std::memory_order_release);
    round_.store(round, std::memory_order_release);
    round_.notify_all();

    const std::uint32_t own = take_chunks(round);
    for (int spins = 0; done_.load(std::memory_order_acquire) + own != chunks; ++spins) {
      if (spins < most_spins) {
        relax();
      } else {
        std::this_thread::yield();  // the helper may wait for this very core
      }
    }
    if (failure_ != nullptr) {
      std::rethrow_exception(failure_);
    }
    return true;
  }

 private:
  static constexpr int most_spins = 2000;  // some 50 us, about what waking a thread costs

  void start() {
    try {
      while (static_cast<int>(helpers_.size()) + 1 < threads()) {
        helpers_.emplace_back([this, round = round_.load(std::memory_order_relaxed)] { help(round); });
      }
    } catch (const std::system_error&) {
      threads_.store(static_cast<int>(helpers_.size()) + 1, std::memory_order_relaxed);  // the system allows no more
    }
  }

  void stop() {
    stopping_.store(true, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    for (std::thread& helper : helpers_) {
      helper.join();
    }
    helpers_.clear();
    stopping_.store(false, std::memory_order_relaxed);
  }

  void help(std::uint32_t seen) {
    for (;;) {
      for (int spins = 0; spins < most_spins && round_.load(std::memory_order_relaxed) == seen; ++spins) {
        relax();
      }
      round_.wait(seen, std::memory_order_acquire);
      seen = round_.load(std::memory_order_acquire);
      if (stopping_.load(std::memory_order_relaxed)) {
        return;
      }
      done_.fetch_add(take_chunks(seen), std::memory_order_release);
    }
  }

  /// Runs chunks of a round until none is left; returns how many.
  std::uint32_t take_chunks(std::uint32_t round) {
    std::uint32_t taken = 0;
    inside_chunk = true;
    std::uint64_t untaken = untaken_.load(std::memory_order_acquire);
    // A helper that comes late finds the number of a later round, and leaves that round's chunks alone.
    while ((untaken >> 32) == round && static_cast<std::uint32_t>(untaken) != 0) {
      if (!untaken_.compare_exchange_weak(untaken, untaken - 1, std::memory_order_acquire)) {
        continue;
      }
      run(static_cast<std::uint32_t>(untaken) - 1);
      ++taken;
      untaken = untaken_.load(std::memory_order_acquire);
    }
    inside_chunk = false;
    return taken;
  }

  void run(std::int64_t chunk) {
    try {
      call_.run(call_.body, chunk);
    } catch (...) {
      if (!failed_.exchange(true, std::memory_order_relaxed)) {
        failure_ = std::current_exception();  // read after every chunk is done
      }
    }
  }

  std::mutex in_use_;
  std::atomic<int> threads_{std::max(1, static_cast<int>(std::thread::hardware_concurrency()))};
  std::vector<std::thread> helpers_;
  std::atomic<bool> stopping_{false};

  // Of the present round. The body is written before the chunks are offered, and stays until all are done.
  ChunkCall call_ = {};
  alignas(64) std::atomic<std::uint64_t> untaken_{0};  // number of the round, and how many chunks nobody took yet
  std::atomic<std::uint32_t> round_{0};                // helpers sleep on it
  alignas(64) std::atomic<std::uint32_t> done_{0};     // by helpers
  std::atomic<bool> failed_{false};
  std::exception_ptr failure_;
};

// Never destroyed: helpers may outlive static objects. A forked child has no helpers, and starts its own.
std::atomic<Helpers*> helpers{nullptr};

Helpers& the_helpers() {
  static const bool made = [] {
    helpers.store(new Helpers);
    pthread_atfork(nullptr, nullptr, [] {
      const int threads = helpers.load()->threads();
      helpers.store(new Helpers);
      helpers.load()->set_threads(threads);
    });
    return true;
  }();
  static_cast<void>(made);
  return *helpers.load(std::memory_order_relaxed);
}

}  // namespace

void share_chunks(std::int64_t chunks, ChunkCall call) {
  if (!inside_chunk && the_helpers().share(chunks, call)) {
    return;
  }
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    call.run(call.body, chunk);
  }
}

}  // namespace detail

int num_threads() { return detail::the_helpers().threads(); }

void set_num_threads(int count, SourceLocation where) {
  if (count < 1) {
    detail::fail<Error>(where, "set_num_threads", "{} threads; there must be at least 1, the calling thread", count);
  }
  detail::the_helpers().set_threads(count);
}

}  // namespace ranktape
