#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/temperature_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::InverseTemperature<float>, kernels::InverseTemperature<double>, kernels::SumTerms,
                           kernels::DivideByNumber>;

}  // namespace ranktape::detail
