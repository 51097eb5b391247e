#include <ranktape/core/pool.hpp>

#include <array>
#include <bit>
#include <limits>
#include <new>
#include <utility>

namespace ranktape {
namespace detail {
namespace {

// Each power of two from 64 bytes on is cut into four classes, so that at most a fifth of a block is wasted.
constexpr int steps_per_doubling = 4;
constexpr int class_count = 36 * steps_per_doubling;
constexpr std::size_t max_cached_bytes = std::size_t{1} << 29;

// Under the address sanitizer every buffer is a block of its own of the exact size, or it would see no bound.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool caching = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool caching = false;
#else
constexpr bool caching = true;
#endif
#else
constexpr bool caching = true;
#endif

struct FreeBlock {
  FreeBlock* next;
};

// Trivial on purpose: reached without a guard from every operation, and still readable while a thread ends.
struct ThreadCache {
  std::array<FreeBlock*, class_count> free = {};
  PoolStatistics statistics;
  bool closes_with_thread = false;
  bool closed = false;
};
constinit thread_local ThreadCache cache;

struct SizeClass {
  int index;
  std::size_t bytes;
};

SizeClass size_class(std::size_t bytes) {
  if (bytes <= 64) {
    return {0, 64};
  }
  const int log = static_cast<int>(std::bit_width(bytes - 1)) - 1;  // 2^log < bytes <= 2^(log+1)
  const int shift = log - 2;                      // log2(steps_per_doubling)
  const std::size_t quarters = ((bytes - 1) >> shift) + 1;
  return {(log - 6) * steps_per_doubling + static_cast<int>(quarters) - steps_per_doubling, quarters << shift};
}

void* system_allocate(std::size_t bytes) {
  ++cache.statistics.system_allocations;
  return ::operator new(bytes, std::align_val_t{alignment});
}

void system_free(void* block) noexcept { ::operator delete(block, std::align_val_t{alignment}); }

// Empties the cache when its thread ends; a tensor that dies even later goes straight to the system.
struct CacheCloser {
  CacheCloser() = default;
  CacheCloser(const CacheCloser&) = delete;
  CacheCloser& operator=(const CacheCloser&) = delete;
  ~CacheCloser() {
    release_cached_memory();
    cache.closed = true;
  }
};

void close_with_thread() {
  thread_local CacheCloser closer;
  static_cast<void>(closer);
  cache.closes_with_thread = true;
}

}  // namespace

void* pool_allocate(std::size_t bytes) {
  if (!caching || bytes > (std::size_t{1} << 40)) {
    if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
      throw std::bad_alloc();
    }
    return system_allocate(bytes);
  }
  const SizeClass chosen = size_class(bytes);
  FreeBlock*& head = cache.free[static_cast<std::size_t>(chosen.index)];
  if (head == nullptr) {
    return system_allocate(chosen.bytes);
  }
  FreeBlock* block = head;
  head = block->next;
  cache.statistics.cached_bytes -= chosen.bytes;
  return block;
}

void pool_free(void* block, std::size_t bytes) noexcept {
  if (!caching || bytes > (std::size_t{1} << 40)) {
    system_free(block);
    return;
  }
  const SizeClass chosen = size_class(bytes);
  if (cache.closed || cache.statistics.cached_bytes + chosen.bytes > max_cached_bytes) {
    system_free(block);
    return;
  }
  if (!cache.closes_with_thread) {
    close_with_thread();
  }
  FreeBlock*& head = cache.free[static_cast<std::size_t>(chosen.index)];
  head = ::new (block) FreeBlock{head};
  cache.statistics.cached_bytes += chosen.bytes;
}

}  // namespace detail

PoolStatistics pool_statistics() { return detail::cache.statistics; }

void release_cached_memory() {
  for (detail::FreeBlock*& head : detail::cache.free) {
    while (head != nullptr) {
      detail::system_free(std::exchange(head, head->next));
    }
  }
  detail::cache.statistics.cached_bytes = 0;
}

}  // namespace ranktape
