#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/dropout_kernel.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::Dropout<float>, kernels::Dropout<double>>;

}  // namespace ranktape::detail
