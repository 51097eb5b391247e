#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/lambda_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::DiscountTables, kernels::SumTile<kernels::BestGain>,
                           kernels::SumTile<kernels::NumberTerm<double>>, kernels::GainsInOrder<float>,
                           kernels::GainsInOrder<double>>;

}  // namespace ranktape::detail
