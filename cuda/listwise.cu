#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/listwise_formulas.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<
    kernels::SumTile<kernels::LogSumExpOf<float>>, kernels::SumTile<kernels::LogSumExpOf<double>>,
    kernels::SumTile<kernels::NumberTerm<LogSumExp>>, kernels::SumTile<kernels::TermOf<CrossEntropy<float>>>,
    kernels::SumTile<kernels::TermOf<CrossEntropy<double>>>, kernels::TermDerivative<CrossEntropy<float>>,
    kernels::TermDerivative<CrossEntropy<double>>, kernels::ListMle<float>, kernels::ListMle<double>>;

}  // namespace ranktape::detail
