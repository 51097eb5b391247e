#pragma once

#include <ranktape/core/backend.hpp>

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include <cuda_runtime.h>
#elif defined(RANKTAPE_EXECUTOR_SHUFFLED) || defined(RANKTAPE_EXECUTOR_THREADS)
#include <ranktape/cuda/executors.cuh>
#endif

// How kernels get to the device, in one place. Only files of this folder include it.
namespace ranktape::detail {

/// Throws DeviceError for what CUDA reports of the calls so far, with the operation's name.
void check_device(const char* operation);
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
/// Throws DeviceError for a call that failed.
void check_device(cudaError_t status, const char* call);
#endif

/// The kernel's type is in it, for error texts.
template <class Kernel>
const char* launch_of() {
  return __PRETTY_FUNCTION__;
}

template <class Kernel>
void launch(std::int64_t count, const Kernel& kernel) {
  if (count <= 0) {
    return;
  }
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
  thrust::for_each_n(thrust::cuda::par_nosync, thrust::counting_iterator<std::int64_t>(0), count, kernel);
  check_device(launch_of<Kernel>());
#elif defined(RANKTAPE_EXECUTOR_SHUFFLED) || defined(RANKTAPE_EXECUTOR_THREADS)
  execute(count, kernel);
#else
  constexpr std::int64_t few = 512;  // threads are not worth waking for
  if (count < few) {
    for (std::int64_t i = 0; i < count; ++i) {
      kernel(i);
    }
    return;
  }
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::int64_t>(0), count, kernel);
#endif
}

/// Compiles launch for kernels that files of the C++ compiler call: `template struct Launchable<A, B>;`. The table
/// refers to each, for what nobody refers to is not compiled.
template <class... Kernels>
struct Launchable {
  static void (*const table[])();
};

template <class... Kernels>
void (*const Launchable<Kernels...>::table[])() = {reinterpret_cast<void (*)()>(&launch<Kernels>)...};

}  // namespace ranktape::detail
