#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/elementwise_kernels.hpp>
#include <ranktape/ops/elementwise_pair_formulas.hpp>

namespace ranktape::detail {

template <class... Functions>
using Maps = Launchable<kernels::MapPair<float, Functions>..., kernels::MapPair<double, Functions>...>;
template <class... Derivatives>
using Chains = Launchable<kernels::ChainPair<float, Derivatives>..., kernels::ChainPair<double, Derivatives>...>;

template <class... Formulas>
struct Binary {
  using Values = Maps<formulas::Value<Formulas>...>;
  using DerivativesA = Chains<formulas::DerivativeA<Formulas>...>;
  using DerivativesB = Chains<formulas::DerivativeB<Formulas>...>;
};

using All = Binary<formulas::Add, formulas::Subtract, formulas::Multiply, formulas::Divide, formulas::Power,
                   formulas::Maximum, formulas::Minimum>;
using Comparisons = Maps<formulas::Equal, formulas::NotEqual, formulas::Less, formulas::LessEqual, formulas::Greater,
                         formulas::GreaterEqual, formulas::First>;
using Choices =
    Launchable<kernels::KeepWhere<float>, kernels::KeepWhere<double>, kernels::Choose<float>, kernels::Choose<double>>;

// The tables refer to every kernel, so each is compiled; extern, so that they are kept.
extern const void* const binary_kernels[];
const void* const binary_kernels[] = {All::Values::table, All::DerivativesA::table, All::DerivativesB::table,
                                      Comparisons::table, Choices::table};

}  // namespace ranktape::detail
