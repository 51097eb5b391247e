#pragma once

#include <cstddef>
#include <cstdint>

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

/// A block of at least `bytes`, aligned to 64 bytes, from the calling thread's lists of freed blocks of its size
/// class, or from operator new. Freed with the same `bytes`, on any thread. O(1).
void* pool_allocate(std::size_t bytes);
void pool_free(void* block, std::size_t bytes) noexcept;

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
