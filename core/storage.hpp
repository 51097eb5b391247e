#pragma once

#include <ranktape/core/dtype.hpp>
#include <ranktape/core/handle.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ranktape::detail {

/// A block of memory that tensors share, on one device. The block itself follows this header.
struct Buffer : Counted {
  std::size_t bytes = 0;
  std::uint64_t version = 0;  ///< counts the writes by `step` and `mutable_values`, so that backward notices them
  Device device = Device::cpu;
  void* data = nullptr;
};

void destroy(Buffer* buffer) noexcept;

using Storage = Handle<Buffer>;

/// Uninitialised memory, 64-byte aligned. Throws DeviceError for a device that this build lacks.
Storage allocate(std::size_t bytes, Device device);

/// A copy of numbers from the CPU: what kernels look up.
Storage copy_to(Device device, std::span<const std::int64_t> numbers);

}  // namespace ranktape::detail
