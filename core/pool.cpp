#include <ranktape/core/pool.hpp>

#include <limits>
#include <new>
#include <utility>

namespace ranktape {
namespace detail {
namespace {

void system_free(void* block) noexcept { ::operator delete (block, std::align_val_t{alignment}); }

// Empties the cache when its thread ends; a tensor that dies even later goes straight to the system.
struct CacheCloser {
  CacheCloser() = default;
  CacheCloser(const CacheCloser&) = delete;
  CacheCloser& operator=(const CacheCloser&) = delete;
  ~CacheCloser() {
    release_cached_memory();
    thread_cache.open = false;
    thread_cache.closed = true;
  }
};

}  // namespace

void* pool_allocate_new(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    throw std::bad_alloc();
  }
  ++thread_cache.statistics.system_allocations;
  const bool pooled = pool_caches && bytes <= max_pooled_bytes;
  return ::operator new (pooled ? size_class(bytes).bytes : bytes, std::align_val_t{alignment});
}

void pool_free_slowly(void* block, std::size_t bytes) noexcept {
  if (pool_caches && bytes <= max_pooled_bytes && !thread_cache.open && !thread_cache.closed) {
    thread_local CacheCloser closer;
    static_cast<void>(closer);
    thread_cache.open = true;
    pool_free(block, bytes);
    return;
  }
  system_free(block);
}

}  // namespace detail

PoolStatistics pool_statistics() { return detail::thread_cache.statistics; }

void release_cached_memory() {
  for (detail::FreeBlock*& head : detail::thread_cache.free) {
    while (head != nullptr) {
      detail::system_free(std::exchange(head, head->next));
    }
  }
  detail::thread_cache.statistics.cached_bytes = 0;
}

}  // namespace ranktape
