#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/layer_norm_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::LayerNorm<float>, kernels::LayerNorm<double>, kernels::LayerNormGradient<float>,
                           kernels::LayerNormGradient<double>, kernels::LayerNormSums<float>,
                           kernels::LayerNormSums<double>>;

}  // namespace ranktape::detail
