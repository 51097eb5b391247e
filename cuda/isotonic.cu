#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/block_sums.hpp>
#include <ranktape/ops/rank/hull_stretches.hpp>
#include <ranktape/ops/rank/pooled_kernels.hpp>

namespace ranktape::detail {

template <class... Numbers>
using HullTrees =
    Launchable<kernels::HullOfTile<Numbers>..., kernels::FindBridges<Numbers>..., kernels::JoinStretch<Numbers>...,
               kernels::JoinStretches<Numbers>..., kernels::FindBlocks<Numbers>...>;
template <class... Kernels>
using Writers = Launchable<kernels::ForDocuments<Kernels>..., kernels::ForTiles<Kernels>...>;
template <class... Numbers>
using Ranks = Writers<kernels::WriteRanks<Numbers, float>..., kernels::WriteRanks<Numbers, double>...>;
template <class... Numbers>
using Places = Writers<kernels::WritePlaces<Numbers, float>..., kernels::WritePlaces<Numbers, double>...>;
template <class... Terms>
using Sums = Launchable<kernels::SumTiles<Terms>..., kernels::SumBlocks<Terms>...>;
using SumsAbove = Launchable<kernels::SumWidths>;

using AllHullTrees = HullTrees<Means<true>, Means<false>, Ratios<true>, Ratios<false>>;
using AllRanks = Ranks<Means<true>, Ratios<true>>;
using AllPlaces = Places<Means<false>, Ratios<false>>;
using AllSums = Sums<RankTerms<float>, RankTerms<double>, PlaceTerms<float>, PlaceTerms<double>>;
using AllGradients = Writers<kernels::WriteRankGradient<float, float>, kernels::WriteRankGradient<double, float>,
                             kernels::WriteRankGradient<double, double>, kernels::WritePlaceGradient<float>,
                             kernels::WritePlaceGradient<double>>;

// The tables refer to every kernel, so each is compiled; extern, so that they are kept.
extern const void* const isotonic_kernels[];
const void* const isotonic_kernels[] = {AllHullTrees::table, AllRanks::table,     AllPlaces::table,
                                        AllSums::table,      AllGradients::table, SumsAbove::table};

}  // namespace ranktape::detail
