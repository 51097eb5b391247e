#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/spearman_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::SumTile<kernels::SpearmanTermOf>,
                           kernels::SumTile<kernels::NumberTerm<SpearmanSums>>, kernels::SpearmanLists,
                           kernels::SpearmanDerivative>;

}  // namespace ranktape::detail
