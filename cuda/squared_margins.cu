#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/squared_margins_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<
    kernels::SumTile<kernels::MarginError<float>>, kernels::SumTile<kernels::MarginError<double>>,
    kernels::SumTile<kernels::NumberTerm<double>>, kernels::SumTile<kernels::MarginTerm<float>>,
    kernels::SumTile<kernels::MarginTerm<double>>, kernels::SumTile<kernels::NumberTerm<MarginSums>>,
    kernels::MarginLists, kernels::MarginDerivative<float>, kernels::MarginDerivative<double>>;

}  // namespace ranktape::detail
