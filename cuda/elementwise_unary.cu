#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/elementwise_activation_formulas.hpp>
#include <ranktape/ops/elementwise_formulas.hpp>
#include <ranktape/ops/elementwise_kernels.hpp>
#include <ranktape/ops/elementwise_number_formulas.hpp>

#include <type_traits>

namespace ranktape::detail {

template <class... Formulas>
struct Unary {
  // A formula whose derivative is a constant only scales the gradient.
  template <class Scalar, class Formula>
  static constexpr bool chains = !requires(Formula formula) {
    formula.constant_derivative();
  };

  template <class Scalar, class Formula>
  using Chain =
      std::conditional_t<chains<Scalar, Formula>, kernels::Chain<Scalar, Formula>, kernels::Map<Scalar, Formula>>;

  using Maps = Launchable<kernels::Map<float, Formulas>..., kernels::Map<double, Formulas>...>;
  using Chains = Launchable<Chain<float, Formulas>..., Chain<double, Formulas>...>;
};

using All =
    Unary<formulas::Negate, formulas::Abs, formulas::Exp, formulas::Log, formulas::Log1p, formulas::Expm1,
          formulas::Sqrt, formulas::Square, formulas::Reciprocal, formulas::Clamp, formulas::Tanh, formulas::Sigmoid,
          formulas::Relu, formulas::LeakyRelu, formulas::Elu, formulas::Gelu, formulas::Silu, formulas::Softplus,
          formulas::AddNumber, formulas::SubtractFromNumber, formulas::MultiplyNumber, formulas::DivideByNumber,
          formulas::DivideNumber, formulas::PowerNumber, formulas::MaximumNumber, formulas::MinimumNumber>;

// The tables refer to every kernel, so each is compiled; extern, so that they are kept.
extern const void* const unary_kernels[];
const void* const unary_kernels[] = {All::Maps::table, All::Chains::table};

}  // namespace ranktape::detail
