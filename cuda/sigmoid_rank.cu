#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/sigmoid_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::SigmoidRank<float>, kernels::SigmoidRank<double>,
                           kernels::SigmoidSortedGradient<float>, kernels::SigmoidSortedGradient<double>,
                           kernels::SigmoidRankGradient<float>, kernels::SigmoidRankGradient<double>>;

}  // namespace ranktape::detail
