#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/network_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::StartWires<float>, kernels::StartWires<double>, kernels::CompareWires<double>,
                           kernels::CompareWiresBack, kernels::EndWires<float>, kernels::EndWires<double>,
                           kernels::StartColumns, kernels::ReadColumns<float>, kernels::ReadColumns<double>,
                           kernels::WriteColumns<float>, kernels::WriteColumns<double>, kernels::MixColumns<false>,
                           kernels::MixColumns<true>, kernels::SumMixtureGradient>;

}  // namespace ranktape::detail
