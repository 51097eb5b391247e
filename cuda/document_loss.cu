#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/document_kernels.hpp>
#include <ranktape/ops/loss/pointwise_formulas.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::SumTile<kernels::NumberTerm<TermSums>>, kernels::TermLists>;
template struct Launchable<
    kernels::SumTile<kernels::TermOf<SquaredError<float>>>, kernels::SumTile<kernels::TermOf<SquaredError<double>>>,
    kernels::TermDerivative<SquaredError<float>>, kernels::TermDerivative<SquaredError<double>>,
    kernels::SumTile<kernels::TermOf<SigmoidError<float>>>, kernels::SumTile<kernels::TermOf<SigmoidError<double>>>,
    kernels::TermDerivative<SigmoidError<float>>, kernels::TermDerivative<SigmoidError<double>>,
    kernels::SumTile<kernels::TermOf<OrdinalError<float>>>, kernels::SumTile<kernels::TermOf<OrdinalError<double>>>,
    kernels::TermDerivative<OrdinalError<float>>, kernels::TermDerivative<OrdinalError<double>>>;

}  // namespace ranktape::detail
