#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/hard_rank_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::MidRanks<float>, kernels::MidRanks<double>, kernels::TieSizes,
                           kernels::Positions<float>, kernels::Positions<double>, kernels::TakeInOrder<float>,
                           kernels::TakeInOrder<double>, kernels::PutBack<float>, kernels::PutBack<double>>;

}  // namespace ranktape::detail
