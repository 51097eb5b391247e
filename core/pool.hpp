#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

namespace ranktape {

/// What this thread's cache of freed memory holds and what it asked of the system.
struct PoolStatistics {
  std::uint64_t system_allocations = 0;  ///< blocks this thread took from operator new
  std::size_t cached_bytes = 0;          ///< freed by this thread, kept for its next tensors
};

PoolStatistics pool_statistics();

/// Gives the calling thread's cached blocks back to the system. Tensors in use are not touched.
void release_cached_memory();

namespace detail {

inline constexpr std::size_t alignment = 64;

// Under the address sanitizer every buffer is a block of its own of the exact size, or it would see no bound.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool pool_caches = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool pool_caches = false;
#else
inline constexpr bool pool_caches = true;
#endif
#else
inline constexpr bool pool_caches = true;
#endif

struct SizeClass {
  int index;
  std::size_t bytes;
};

/// Each power of two from 64 bytes on is cut into four classes, so that at most a fifth of a block is wasted.
constexpr SizeClass size_class(std::size_t bytes) {
  constexpr int steps_per_doubling = 4;
  if (bytes <= 64) {
    return {0, 64};
  }
  const int log = static_cast<int>(std::bit_width(bytes - 1)) - 1;  // 2^log < bytes <= 2^(log+1)
  const int shift = log - 2;                                        // log2(steps_per_doubling)
  const std::size_t quarters = ((bytes - 1) >> shift) + 1;
  return {(log - 6) * steps_per_doubling + static_cast<int>(quarters) - steps_per_doubling, quarters << shift};
}

inline constexpr std::size_t max_pooled_bytes = std::size_t{1} << 40;

struct FreeBlock {
  FreeBlock* next;
};

/// Trivial on purpose: reached without a guard from every operation, and still readable while a thread ends.
struct ThreadCache {
  std::array<FreeBlock*, size_class(max_pooled_bytes).index + 1> free = {};
  PoolStatistics statistics;
  bool open = false;    ///< set up to be emptied when the thread ends
  bool closed = false;  ///< emptied: the thread is ending
};
inline constinit thread_local ThreadCache thread_cache;

void* pool_allocate_new(std::size_t bytes);

/// A block of at least `bytes`, aligned to 64 bytes, from the calling thread's lists of freed blocks of its size
/// class, or from operator new. Freed with the same `bytes`, on any thread. O(1).
inline void* pool_allocate(std::size_t bytes) {
  if (pool_caches && bytes <= max_pooled_bytes) {
    const SizeClass chosen = size_class(bytes);
    FreeBlock*& head = thread_cache.free[static_cast<std::size_t>(chosen.index)];
    if (head != nullptr) {
      FreeBlock* block = head;
      head = block->next;
      thread_cache.statistics.cached_bytes -= chosen.bytes;
      return block;
    }
  }
  return pool_allocate_new(bytes);
}

inline constexpr std::size_t max_cached_bytes = std::size_t{1} << 29;

void pool_free_slowly(void* block, std::size_t bytes) noexcept;

inline void pool_free(void* block, std::size_t bytes) noexcept {
  ThreadCache& cache = thread_cache;
  if (pool_caches && bytes <= max_pooled_bytes) {
    const SizeClass chosen = size_class(bytes);
    if (cache.open && cache.statistics.cached_bytes + chosen.bytes <= max_cached_bytes) {
      FreeBlock*& head = cache.free[static_cast<std::size_t>(chosen.index)];
      head = ::new (block) FreeBlock{head};
      cache.statistics.cached_bytes += chosen.bytes;
      return;
    }
  }
  pool_free_slowly(block, bytes);
}

/// Lets standard containers live in the pool, so that a training step's tape allocates nothing after warm-up.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}  // NOLINT(google-explicit-constructor): what a standard allocator is
  T* allocate(std::size_t count) { return static_cast<T*>(pool_allocate(count * sizeof(T))); }
  void deallocate(T* block, std::size_t count) noexcept { pool_free(block, count * sizeof(T)); }
  friend bool operator==(PoolAllocator, PoolAllocator) { return true; }
};

}  // namespace detail
}  // namespace ranktape
