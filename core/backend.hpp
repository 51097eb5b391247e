#pragma once

#include <ranktape/core/dtype.hpp>
#include <ranktape/core/parallel.hpp>

#include <cstddef>
#include <cstdint>

// Internal: the only place that knows that there are two back ends. The accelerator's side is in cuda/; no type of
// Thrust is seen here, and nothing of CUDA.
namespace ranktape::detail {

/// In a build without an accelerator: throws DeviceError that says so.
[[noreturn]] void refuse_accelerator();

/// What RANKTAPE_DEVICE chose: "cuda", "omp", "tbb", "cpp" or "none".
const char* accelerator_system();

/// Whether there is one to run on: a build for a GPU may find none.
bool accelerator_present();

/// Memory of the accelerator. Throws DeviceError where there is none, and where it is full.
void* accelerator_allocate(std::size_t bytes);
void accelerator_free(void* block, std::size_t bytes) noexcept;

/// Copies between memory of any two devices. Work that was launched before is done first; what is read on the CPU is
/// there when it returns.
void copy_bytes(void* to, Device to_device, const void* from, Device from_device, std::size_t bytes);

/// Calls kernel(i) on the accelerator for every i from 0 to count - 1, in any order; returns before they are done, but
/// later calls and copies wait for them. Kernels are values with plain pointers, whose operator() is constexpr, so that
/// nvcc compiles it for the device. Defined in cuda/launch.cuh; cuda/*.cu instantiates it for each kernel.
template <class Kernel>
void launch(std::int64_t count, const Kernel& kernel)
#ifdef RANKTAPE_ACCELERATOR
    ;
#else
{
  static_cast<void>(count);
  static_cast<void>(kernel);
  refuse_accelerator();
}
#endif

/// The same on either device; on the CPU shared by threads, each call taking about `nanoseconds_each`.
template <class Kernel>
void for_each_index(Device device, std::int64_t count, double nanoseconds_each, const Kernel& kernel) {
  if (device == Device::accelerator) {
    launch(count, kernel);
    return;
  }
  parallel_ranges(count, nanoseconds_each, [&](std::int64_t first, std::int64_t last) {
    const Kernel own = kernel;  // in registers: for all that the compiler knows, kernel(i) writes to the other one
    for (std::int64_t i = first; i < last; ++i) {
      own(i);
    }
  });
}

}  // namespace ranktape::detail
