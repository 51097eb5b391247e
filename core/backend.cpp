#include <ranktape/core/backend.hpp>
#include <ranktape/core/error.hpp>

namespace ranktape::detail {

void refuse_accelerator() {
  throw DeviceError("this build of ranktape has no accelerator (RANKTAPE_DEVICE=none); use Device::cpu");
}

#ifndef RANKTAPE_ACCELERATOR

const char* accelerator_system() { return "none"; }
bool accelerator_present() { return false; }
void* accelerator_allocate(std::size_t) { refuse_accelerator(); }
void accelerator_free(void*, std::size_t) noexcept {}
void copy_bytes(void*, Device, const void*, Device, std::size_t) { refuse_accelerator(); }

#endif

}  // namespace ranktape::detail
