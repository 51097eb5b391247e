#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/cuda/launch.cuh>

namespace ranktape::detail {

template struct Launchable<
    kernels::Fill<float>, kernels::Convert<float, float>, kernels::Convert<float, double>, kernels::AddTo<float>,
    kernels::Scale<float>, kernels::SumBroadcast<float>, kernels::SumParts<float>, kernels::SquaresOfStretch<float>,
    kernels::NonFiniteOfStretch<float>, kernels::Fill<double>, kernels::Convert<double, float>,
    kernels::Convert<double, double>, kernels::AddTo<double>, kernels::Scale<double>, kernels::SumBroadcast<double>,
    kernels::SumParts<double>, kernels::SquaresOfStretch<double>, kernels::NonFiniteOfStretch<double>,
    kernels::FirstNonFiniteOf<float>, kernels::FirstNonFiniteOf<double>>;

}  // namespace ranktape::detail
