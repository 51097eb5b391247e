#pragma once

#include <ranktape/core/fail.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor_access.hpp>

// Internal.
namespace ranktape::detail {

/// For an operation that has no accelerator path: throws DeviceError, naming it, for a tensor that is there.
inline void require_cpu(const char* operation, const Operand& x) {
  if (x->device() != Device::cpu) {
    fail<DeviceError>(x.where(), operation,
                      "{} is on the accelerator, where this operation has no path yet; move it with to(Device::cpu)",
                      describe(x));
  }
}

}  // namespace ranktape::detail
