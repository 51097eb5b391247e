#include "sanitizers.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <thread>
#include <vector>

using namespace ranktape;
using detail::pool_allocate;
using detail::pool_free;

namespace {

// The test cases begin with it: under the address sanitizer every block comes from the system and goes back at once.
bool pool_is_off() {
  if (tests::address_sanitizer) {
    MESSAGE("skipped: the pool is off under the address sanitizer");
    CHECK(pool_statistics().cached_bytes == 0);
  }
  return tests::address_sanitizer;
}

}  // namespace

TEST_CASE("pool: blocks are aligned to 64 bytes and hold what was asked for") {
  for (const std::size_t bytes : std::initializer_list<std::size_t>{0, 1, 63, 64, 65, 80, 81, 127, 128, 129, 1000, 4096,
                                                                    4097, 100'000, 5'000'001}) {
    CAPTURE(bytes);
    void* block = pool_allocate(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
    std::memset(block, 0x5a, bytes);
    pool_free(block, bytes);
  }
  for (const std::int64_t size : {0, 1, 5, 16, 17, 1000}) {
    CHECK(reinterpret_cast<std::uintptr_t>(Tensor::zeros(Shape{size}).values<float>().data()) % 64 == 0);
  }
}

TEST_CASE("pool: a freed block serves the next request of its size class") {
  if (pool_is_off()) return;
  void* first = pool_allocate(1000);
  pool_free(first, 1000);
  void* second = pool_allocate(1010);
  CHECK(second == first);
  void* third = pool_allocate(1000);
  CHECK(third != first);
  pool_free(third, 1000);
  pool_free(second, 1010);
}

TEST_CASE("pool: a block of any size serves the largest of its class, which wastes at most a quarter") {
  if (pool_is_off()) return;
  for (std::size_t bytes = 1; bytes < 3000; ++bytes) {
    release_cached_memory();
    pool_free(pool_allocate(bytes), bytes);
    const std::size_t size = pool_statistics().cached_bytes;
    CHECK(size >= bytes);
    CHECK(size <= (bytes <= 64 ? 64 : bytes + bytes / 4));
  }
}

TEST_CASE("pool: statistics") {
  if (pool_is_off()) return;
  release_cached_memory();
  CHECK(pool_statistics().cached_bytes == 0);
  const std::uint64_t before = pool_statistics().system_allocations;
  void* block = pool_allocate(64);
  CHECK(pool_statistics().system_allocations == before + 1);
  CHECK(pool_statistics().cached_bytes == 0);
  pool_free(block, 64);
  CHECK(pool_statistics().cached_bytes == 64);
  block = pool_allocate(10);
  CHECK(pool_statistics().system_allocations == before + 1);
  CHECK(pool_statistics().cached_bytes == 0);
  pool_free(block, 10);
  release_cached_memory();
  CHECK(pool_statistics().cached_bytes == 0);
  pool_free(pool_allocate(64), 64);
  CHECK(pool_statistics().system_allocations == before + 2);
}

TEST_CASE("pool: releasing leaves tensors in use as they are") {
  const Tensor kept = Tensor::arange(1000);
  { const Tensor gone = kept + 1.0; }
  release_cached_memory();
  CHECK(pool_statistics().cached_bytes == 0);
  CHECK(kept.values<float>()[999] == 999);
}

TEST_CASE("pool: tensors made again and again take nothing from the system") {
  if (pool_is_off()) return;
  const auto run = [] {
    const Tensor x = Tensor::zeros(Shape{100, 7});
    return (x + 1.0) * 2.0;
  };
  run();
  const std::uint64_t before = pool_statistics().system_allocations;
  for (int i = 0; i < 1000; ++i) {
    run();
  }
  CHECK(pool_statistics().system_allocations == before);
}

TEST_CASE("pool: it keeps no more than half a gibibyte per thread") {
  if (pool_is_off()) return;
  release_cached_memory();
  constexpr std::size_t bytes = std::size_t{1} << 28;
  std::vector<void*> blocks;
  for (int i = 0; i < 4; ++i) {
    blocks.push_back(pool_allocate(bytes));  // never written, so the system gives no memory
  }
  for (void* block : blocks) {
    pool_free(block, bytes);
  }
  CHECK(pool_statistics().cached_bytes == 2 * bytes);
  release_cached_memory();
}

TEST_CASE("threads: a block freed by another thread goes to that thread's cache, and is freed when it ends") {
  PoolStatistics there;
  const std::size_t here = pool_statistics().cached_bytes;
  void* block = pool_allocate(5000);
  std::memset(block, 1, 5000);
  const std::size_t taken = pool_statistics().cached_bytes;
  std::thread([&] {
    pool_free(block, 5000);
    there = pool_statistics();
  }).join();
  CHECK(there.system_allocations == 0);
  CHECK(there.cached_bytes == (tests::address_sanitizer ? 0 : 5120));
  CHECK(pool_statistics().cached_bytes == taken);
  CHECK(taken <= here);
}

namespace {

// Destroyed when the thread ends, before or after the thread's cache: made after or before the first free.
Tensor& thread_tensor() {
  thread_local Tensor tensor;
  return tensor;
}

}  // namespace

TEST_CASE("threads: a thread may end with cached blocks, and with tensors that outlive its cache") {
  for (const bool tensor_first : {false, true}) {
    std::thread([=] {
      if (tensor_first) {
        thread_tensor();
      }
      { const Tensor gone = Tensor::ones(Shape{300}); }
      thread_tensor() = Tensor::ones(Shape{200}).named("a name too long to be kept inside of the string itself");
    }).join();
  }
  Tensor result;
  std::thread([&] { result = Tensor::arange(400) * 2.0; }).join();
  CHECK(result.values<float>()[399] == 798);
}
