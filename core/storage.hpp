#pragma once

#include <ranktape/core/dtype.hpp>
#include <ranktape/core/handle.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace ranktape::detail {

/// A block of memory that tensors share, on one device. The block itself follows this header.
struct Buffer : Counted {
  std::size_t bytes = 0;
  std::uint64_t version = 0;  ///< counts the writes by `step` and `mutable_values`, so that backward notices them
  Device device = Device::cpu;
  void* data = nullptr;
  std::shared_ptr<const void> owner = {};  ///< of memory that was not allocated here, kept alive with the buffer
};

void destroy(Buffer* buffer) noexcept;

using Storage = Handle<Buffer>;

/// Uninitialised memory, 64-byte aligned. Throws DeviceError for a device that this build lacks.
Storage allocate(std::size_t bytes, Device device);

/// Memory on the CPU that something else made (a mapped file, say), aligned for its elements; `owner` goes with the
/// last handle. It must be writable: a private mapping copies the page that is written.
Storage adopt(void* data, std::size_t bytes, std::shared_ptr<const void> owner);

/// A copy of numbers from the CPU: what kernels look up.
Storage copy_to(Device device, std::span<const std::int64_t> numbers);

}  // namespace ranktape::detail
