#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/list_loss_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<
    kernels::SumTile<kernels::WeightedListLoss<float>>, kernels::SumTile<kernels::WeightedListLoss<double>>,
    kernels::SumTile<kernels::NumberTerm<ListLoss>>, kernels::TotalLoss<float>, kernels::TotalLoss<double>,
    kernels::LossOfEach<float>, kernels::LossOfEach<double>, kernels::ListFactor<float>, kernels::ListFactor<double>,
    kernels::ListLossGradient<float, float>, kernels::ListLossGradient<float, double>,
    kernels::ListLossGradient<double, float>, kernels::ListLossGradient<double, double>,
    kernels::NegativeAsInfinite<float>, kernels::NegativeAsInfinite<double>>;

}  // namespace ranktape::detail
