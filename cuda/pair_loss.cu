#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/loss/lambda_formulas.hpp>
#include <ranktape/ops/loss/pair_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::GatherPairs<float>, kernels::GatherPairs<double>, kernels::PairRows<LogisticPairs>,
                           kernels::PairRows<HingePairs>, kernels::PairRows<SquaredPairs>,
                           kernels::PairRows<LambdaPairs<false>>, kernels::PairRows<LambdaPairs<true>>,
                           kernels::PairRows<FirstDiscountPairs>, kernels::SumTile<kernels::NumberTerm<PairSums>>,
                           kernels::PairLists, kernels::PairDerivative>;

}  // namespace ranktape::detail
