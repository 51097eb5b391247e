#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/normalise_formulas.hpp>
#include <ranktape/ops/reduce_formulas.hpp>
#include <ranktape/ops/reduce_kernels.hpp>

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

// The tables refer to every kernel, so each is compiled; extern, so that they are kept.
extern const void* const list_kernels[];
const void* const list_kernels[] = {AllReductions::table, AllNormalisations::table};

}  // namespace ranktape::detail
