#include <ranktape/core/backend.hpp>
#include <ranktape/ops/device_product.hpp>

#ifndef RANKTAPE_ACCELERATOR

namespace ranktape::detail {

void multiply_on_accelerator(const DeviceProduct<float>&) { refuse_accelerator(); }
void multiply_on_accelerator(const DeviceProduct<double>&) { refuse_accelerator(); }

}  // namespace ranktape::detail

#endif
