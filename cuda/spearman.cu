#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/spearman_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::SumsOfStretches<SpearmanTerms>, kernels::SpearmanLists, kernels::SpearmanDerivative,
                           kernels::SumsOfStretches<kernels::LossTerms>, kernels::SpearmanMean<float>,
                           kernels::SpearmanMean<double>, kernels::SpearmanGradient<float>,
                           kernels::SpearmanGradient<double>>;

}  // namespace ranktape::detail
