#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/normalise_formulas.hpp>
#include <ranktape/ops/reduce_formulas.hpp>
#include <ranktape/ops/reduce_kernels.hpp>
#include <ranktape/ops/tile_sums_kernels.hpp>

namespace ranktape::detail {

template <class... Formulas>
using Reductions =
    Launchable<kernels::Reduce<float, Formulas>..., kernels::Reduce<double, Formulas>...,
               kernels::ReduceGradient<float, Formulas>..., kernels::ReduceGradient<double, Formulas>...>;
template <class... Formulas>
using Normalisations =
    Launchable<kernels::Normalise<float, Formulas>..., kernels::Normalise<double, Formulas>...,
               kernels::NormaliseGradient<float, Formulas>..., kernels::NormaliseGradient<double, Formulas>...>;

using AllReductions = Reductions<formulas::Sum, formulas::Mean, formulas::Max, formulas::Min, formulas::LogSumExp,
                                 formulas::Variance, formulas::Norm>;
using AllNormalisations =
    Normalisations<formulas::Softmax, formulas::LogSoftmax, formulas::CumulativeSum, formulas::Standardise>;

template struct Launchable<
    kernels::SumTile<kernels::ElementTerm<float>>, kernels::SumTile<kernels::ElementTerm<double>>,
    kernels::SumTile<kernels::NumberTerm<double>>, kernels::ReduceSum<float, formulas::Sum>,
    kernels::ReduceSum<double, formulas::Sum>, kernels::ReduceSum<float, formulas::Mean>,
    kernels::ReduceSum<double, formulas::Mean>, kernels::SpreadGradient<float, formulas::Sum>,
    kernels::SpreadGradient<double, formulas::Sum>, kernels::SpreadGradient<float, formulas::Mean>,
    kernels::SpreadGradient<double, formulas::Mean>>;

// The tables refer to every kernel, so each is compiled; extern, so that they are kept.
extern const void* const list_kernels[];
const void* const list_kernels[] = {AllReductions::table, AllNormalisations::table};

}  // namespace ranktape::detail
