#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/decay_scan_kernels.hpp>
#include <ranktape/ops/rank/laplace_kernels.hpp>
#include <ranktape/ops/rank/lapsum_permutation_kernels.hpp>
#include <ranktape/ops/rank/lapsum_quantile_kernels.hpp>
#include <ranktape/ops/rank/lapsum_rank_kernels.hpp>
#include <ranktape/ops/rank/lapsum_sort_kernels.hpp>
#include <ranktape/ops/rank/lapsum_top_k_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {
namespace {

/// Kernels of either type of values.
template <template <class> class... Kernels>
using OfEither = Launchable<Kernels<float>..., Kernels<double>...>;
template <class... Terms>
using Scans = Launchable<kernels::FoldTile<Terms>..., kernels::ReplayTile<Terms>...>;
template <class... Terms>
using Sums = Launchable<kernels::SumTile<Terms>...>;

using Shared = Launchable<kernels::FoldFolds, kernels::CarryIn, kernels::DecayTo, kernels::TakeFromGaps,
                          kernels::TopKCrossing, kernels::QuantileWeight, kernels::PermutationCrossing>;
using SharedScans = Scans<kernels::SumsBefore, kernels::SumsAfter, kernels::LaplaceSortBelow>;
using Typed = OfEither<kernels::LaplaceRank, kernels::LaplacePlace, kernels::LaplaceQuantile, kernels::QuantileGradient,
                       kernels::PermutationEntry, kernels::PermutationMean, kernels::PermutationGradient>;
template <class Scalar>
using TypedScans = Scans<kernels::LaplaceRankBelow<Scalar>, kernels::LaplaceRankGradient<Scalar, Scalar>,
                         kernels::SumOfGap<Scalar>, kernels::LaplaceSortGradient<Scalar>>;
using RankScans = Scans<kernels::LaplaceRankGradient<float, double>>;  // of ranks in double
template <class Scalar>
using TypedSums = Sums<kernels::LaplaceSortMoment<Scalar>, kernels::TopKMoment<Scalar>>;
template <class Form>
using TopK =
    Launchable<kernels::TopKGradientOfK<Form>, kernels::TopKSelect<Form, float>, kernels::TopKSelect<Form, double>,
               kernels::SumTile<kernels::TopKTerm<Form, float>>, kernels::SumTile<kernels::TopKTerm<Form, double>>,
               kernels::TopKGradient<Form, float>, kernels::TopKGradient<Form, double>>;

}  // namespace

// The tables refer to every kernel, so each is compiled; extern, so that they are kept.
extern const void* const lapsum_kernels[];
const void* const lapsum_kernels[] = {Shared::table,
                                      SharedScans::table,
                                      Typed::table,
                                      TypedScans<float>::table,
                                      TypedScans<double>::table,
                                      RankScans::table,
                                      TypedSums<float>::table,
                                      TypedSums<double>::table,
                                      TopK<Memberships>::table,
                                      TopK<LogMemberships>::table};

}  // namespace ranktape::detail
