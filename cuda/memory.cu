#include <ranktape/core/error.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/cuda/launch.cuh>

#include <cstdint>
#include <cstring>
#include <new>
#include <string>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include <mutex>
#endif

namespace ranktape::detail {

const char* accelerator_system() { return RANKTAPE_DEVICE_NAME; }

namespace {

[[noreturn]] void refuse_size(std::size_t bytes) {
  throw DeviceError("the accelerator has no room for " + std::to_string(bytes) +
                    " bytes more; work in smaller batches, or free tensors that are no longer needed");
}

}  // namespace

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

void check_device(cudaError_t status, const char* call) {
  if (status == cudaSuccess) {
    return;
  }
  static_cast<void>(cudaGetLastError());  // the error is reported once; the next call starts afresh
  throw DeviceError(std::string(call) + ": CUDA says '" + cudaGetErrorString(status) + "' (" +
                    cudaGetErrorName(status) + "); is there a device, and a driver for this version of CUDA?");
}

namespace {

/// Freed memory stays with the process for its next tensors.
void keep_freed_memory() {
  static std::once_flag once;
  std::call_once(once, [] {
    int device = 0;
    check_device(cudaGetDevice(&device), "cudaGetDevice");
    cudaMemPool_t pool = nullptr;
    check_device(cudaDeviceGetDefaultMemPool(&pool, device), "cudaDeviceGetDefaultMemPool");
    std::uint64_t all = ~std::uint64_t{0};
    check_device(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &all), "cudaMemPoolSetAttribute");
  });
}

}  // namespace

void check_device(const char* operation) { check_device(cudaGetLastError(), operation); }

bool accelerator_present() {
  int count = 0;
  const bool found = cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
  static_cast<void>(cudaGetLastError());
  return found;
}

void* accelerator_allocate(std::size_t bytes) {
  keep_freed_memory();
  void* block = nullptr;
  const cudaError_t status = cudaMallocAsync(&block, bytes == 0 ? 1 : bytes, nullptr);
  if (status == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    refuse_size(bytes);
  }
  check_device(status, "cudaMallocAsync");
  return block;
}

void accelerator_free(void* block, std::size_t) noexcept { static_cast<void>(cudaFreeAsync(block, nullptr)); }

void copy_bytes(void* to, Device to_device, const void* from, Device from_device, std::size_t bytes) {
  if (to_device == Device::cpu && from_device == Device::cpu) {
    std::memcpy(to, from, bytes);
    return;
  }
  check_device(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, nullptr), "cudaMemcpyAsync");
  if (to_device == Device::cpu) {
    check_device(cudaStreamSynchronize(nullptr), "cudaStreamSynchronize");
  }
}

#else

void check_device(const char*) {}

bool accelerator_present() { return true; }

// The pool of the CPU's tensors: from the system, large arrays would come as untouched pages every time, and cost more
// to touch than many a kernel takes.
void* accelerator_allocate(std::size_t bytes) {
  try {
    return pool_allocate(bytes);
  } catch (const std::bad_alloc&) {
    refuse_size(bytes);
  }
}

void accelerator_free(void* block, std::size_t bytes) noexcept { pool_free(block, bytes); }

void copy_bytes(void* to, Device, const void* from, Device, std::size_t bytes) {
  if (bytes != 0) {
    std::memcpy(to, from, bytes);
  }
}

#endif

}  // namespace ranktape::detail
