#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/list_passes_kernels.hpp>
#include <ranktape/ops/loss/neural_ndcg_kernels.hpp>
#include <ranktape/ops/loss/soft_ndcg_kernels.hpp>
#include <ranktape/ops/loss/soft_reciprocal_rank_kernels.hpp>
#include <ranktape/ops/loss/soft_top_k_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<
    kernels::SumTile<kernels::ExtremesTerm>, kernels::SumTile<kernels::NumberTerm<Extremes>>,
    kernels::AtDocument<kernels::DocumentGain>, kernels::SumTile<kernels::DiscountedTerm>,
    kernels::SumTile<kernels::NumberTerm<double>>, kernels::AtDocument<kernels::NormaliseGain>,
    kernels::SumTile<kernels::SoftNdcgTerm>, kernels::SoftNdcgLists, kernels::SumTile<kernels::ReciprocalTerm>,
    kernels::SumTile<kernels::NumberTerm<ReciprocalSums>>, kernels::SumTile<kernels::BestTerm>,
    kernels::ReciprocalLists, kernels::AtDocument<kernels::ReciprocalDerivative>,
    kernels::SumTile<kernels::SoftTopKTerm>, kernels::SumTile<kernels::NumberTerm<SoftTopKSums>>,
    kernels::SoftTopKLists, kernels::AtDocument<kernels::SoftTopKDerivative>, kernels::NeuralNdcg>;

}  // namespace ranktape::detail
