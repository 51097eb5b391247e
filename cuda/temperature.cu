#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/temperature_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::InverseTemperature, kernels::SumTile<kernels::OffsetTerm<float>>,
                           kernels::SumTile<kernels::OffsetTerm<double>>, kernels::SumTile<kernels::SquareTerm<float>>,
                           kernels::SumTile<kernels::SquareTerm<double>>, kernels::DivideByNumber>;

}  // namespace ranktape::detail
