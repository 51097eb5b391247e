#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define RANKTAPE_KNOWS_SINGLE_THREADED
#endif

namespace ranktape::detail {

/// Whether the program has one thread so far, so that counting needs no locked instruction: those cost more than the
/// arithmetic of an operation on a few numbers. glibc tells; elsewhere the answer is no.
inline bool is_single_threaded() {
#ifdef RANKTAPE_KNOWS_SINGLE_THREADED
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}
#undef RANKTAPE_KNOWS_SINGLE_THREADED

/// What a Handle points to: counts its handles, `destroy(T*)` (found by ADL) ends it.
struct Counted {
  std::atomic<std::uint32_t> references{1};

  void retain() {
    if (is_single_threaded()) {
      references.store(references.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    } else {
      references.fetch_add(1, std::memory_order_relaxed);
    }
  }
  /// Returns whether that was the last one. A sole owner needs no locked instruction: nobody else can raise the count
  /// from one.
  bool release() {
    const std::uint32_t count = references.load(std::memory_order_acquire);
    if (count == 1) {
      return true;
    }
    if (is_single_threaded()) {
      references.store(count - 1, std::memory_order_relaxed);
      return false;
    }
    return references.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
};

/// An intrusive shared pointer, one word wide: copies share, the last one out destroys.
template <class T>
class Handle {
 public:
  Handle() = default;
  /// Takes over the one reference that a fresh T is born with.
  explicit Handle(T* fresh) : object_(fresh) {}
  Handle(const Handle& other) : object_(other.object_) {
    if (object_ != nullptr) {
      object_->retain();
    }
  }
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_ != nullptr && object_->release()) {
      destroy(object_);
    }
  }

  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  [[nodiscard]] bool is_sole_owner() const {
    return object_ != nullptr && object_->references.load(std::memory_order_acquire) == 1;
  }
  friend bool operator==(const Handle& a, const Handle& b) { return a.object_ == b.object_; }

 private:
  T* object_ = nullptr;
};

}  // namespace ranktape::detail
