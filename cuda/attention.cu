#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/attention_kernels.hpp>

namespace ranktape::detail {

using namespace kernels;
template struct Launchable<AttentionNormaliser<float>, AttentionNormaliser<double>, AttentionRowProduct<float>,
                           AttentionRowProduct<double>, AttentionOutput<float>, AttentionOutput<double>,
                           AttentionQueryGradient<float>, AttentionQueryGradient<double>,
                           AttentionKeyValueGradient<float>, AttentionKeyValueGradient<double>>;

}  // namespace ranktape::detail
