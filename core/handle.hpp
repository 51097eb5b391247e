#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace ranktape::detail {

/// What a Handle points to: counts its handles, `destroy(T*)` (found by ADL) ends it.
struct Counted {
  std::atomic<std::uint32_t> references{1};
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
      object_->references.fetch_add(1, std::memory_order_relaxed);
    }
  }
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_ == nullptr) {
      return;
    }
    // A sole owner needs no locked instruction: nobody else can raise the count from one.
    if (is_sole_owner() || object_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
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
