#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/shape_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::Transpose<float>, kernels::Transpose<double>, kernels::CopyStretch<float>,
                           kernels::CopyStretch<double>, kernels::GatherRows<float>, kernels::GatherRows<double>,
                           kernels::ScatterRows<float>, kernels::ScatterRows<double>>;

}  // namespace ranktape::detail
