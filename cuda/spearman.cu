#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/list_passes_kernels.hpp>
#include <ranktape/ops/loss/spearman_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::SumTile<kernels::SpearmanTerm>, kernels::SumTile<kernels::NumberTerm<SpearmanSums>>,
                           kernels::SpearmanLists, kernels::AtDocument<kernels::SpearmanDerivative>,
                           kernels::AtDocument<kernels::SpearmanWeight>, kernels::SumTile<kernels::TargetTerm>,
                           kernels::SumTile<kernels::NumberTerm<kernels::TargetSums>>,
                           kernels::SumTile<kernels::SpreadTerm>, kernels::SumTile<kernels::NumberTerm<double>>,
                           kernels::TargetMomentsOf>;

}  // namespace ranktape::detail
