#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/activation_formula.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/elementwise_activation_formulas.hpp>
#include <ranktape/ops/elementwise_formulas.hpp>
#include <ranktape/ops/elementwise_kernels.hpp>
#include <ranktape/ops/elementwise_number_formulas.hpp>

namespace ranktape {
namespace {

template <class Formula>
Tensor apply(Operand x, const Formula& formula);

template <class Formula>
const Operation operation_of(Formula::name, [](Random& random) -> std::vector<OperationExample> {
  constexpr formulas::Interval domain = Formula::domain;
  return {{{Tensor::uniform(Shape{3, 5}, domain.low, domain.high, random, {.dtype = DType::float64})},
           [](std::span<const Tensor> x) { return apply(x[0], Formula{}); }}};
});

// A guess for every formula: some are a hundred times cheaper than others.
constexpr double nanoseconds_each = 1;

template <class Scalar, class Formula>
void chain(BackwardPass& pass, const Tensor& points, const Formula& formula) {
  Tensor gradient = pass.take_gradient();
  detail::for_each_index(
      gradient.device(), gradient.size(), nanoseconds_each,
      detail::kernels::Chain<Scalar, Formula>{detail::data<Scalar>(points), detail::data<Scalar>(gradient), formula});
  pass.add(0, std::move(gradient));
}

template <class Scalar, class Formula>
void record(Recorder& recorder, const Tensor& x, const Tensor& y, const Formula& formula) {
  if constexpr (requires { formula.constant_derivative(); }) {
    recorder.record(y, [formula](BackwardPass& pass) {
      if (formula.constant_derivative() == 1) {
        pass.hand_on(0);
        return;
      }
      Tensor gradient = pass.take_gradient();
      detail::scale_values(gradient, formula.constant_derivative());
      pass.add(0, std::move(gradient));
    });
  } else {
    const Tensor& points = formulas::differentiates_at_output<Formula> ? y : x;
    recorder.record(
        y, [formula, saved = Saved(points)](BackwardPass& pass) { chain<Scalar>(pass, saved.tensor(), formula); },
        [](RecordDetails& details) { detail::describe_limits<Formula>(details); });
  }
}

template <class Formula>
Tensor apply(Operand x, const Formula& formula) {
  Tensor y = detail::make_tensor_like(x);
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    detail::for_each_index(
        y.device(), y.size(), nanoseconds_each,
        detail::kernels::Map<Scalar, Formula>{detail::data<Scalar>(x), detail::data<Scalar>(y), formula});
    if (Recorder recorder{operation_of<Formula>, {x}}) {
      record<Scalar>(recorder, x, y, formula);
    }
  });
  return y;
}

}  // namespace

Tensor operator+(Operand a, double b) { return apply(a, formulas::AddNumber{b}); }
Tensor operator+(double a, Operand b) { return apply(b, formulas::AddNumber{a}); }
Tensor operator-(Operand a, double b) { return apply(a, formulas::AddNumber{-b}); }
Tensor operator-(double a, Operand b) { return apply(b, formulas::SubtractFromNumber{a}); }
Tensor operator*(Operand a, double b) { return apply(a, formulas::MultiplyNumber{b}); }
Tensor operator*(double a, Operand b) { return apply(b, formulas::MultiplyNumber{a}); }
Tensor operator/(Operand a, double b) { return apply(a, formulas::DivideByNumber{b}); }
Tensor operator/(double a, Operand b) { return apply(b, formulas::DivideNumber{a}); }
Tensor operator-(Operand x) { return apply(x, formulas::Negate{}); }

Tensor power(Operand base, double exponent) { return apply(base, formulas::PowerNumber{exponent}); }
Tensor maximum(Operand a, double b) { return apply(a, formulas::MaximumNumber{b}); }
Tensor minimum(Operand a, double b) { return apply(a, formulas::MinimumNumber{b}); }

Tensor negate(Operand x) { return apply(x, formulas::Negate{}); }
Tensor abs(Operand x) { return apply(x, formulas::Abs{}); }
Tensor exp(Operand x) { return apply(x, formulas::Exp{}); }
Tensor log(Operand x) { return apply(x, formulas::Log{}); }
Tensor log1p(Operand x) { return apply(x, formulas::Log1p{}); }
Tensor expm1(Operand x) { return apply(x, formulas::Expm1{}); }
Tensor sqrt(Operand x) { return apply(x, formulas::Sqrt{}); }
Tensor square(Operand x) { return apply(x, formulas::Square{}); }
Tensor reciprocal(Operand x) { return apply(x, formulas::Reciprocal{}); }
Tensor tanh(Operand x) { return apply(x, formulas::Tanh{}); }
Tensor sigmoid(Operand x) { return apply(x, formulas::Sigmoid{}); }
Tensor relu(Operand x) { return apply(x, formulas::Relu{}); }
Tensor leaky_relu(Operand x, double negative_slope) { return apply(x, formulas::LeakyRelu{negative_slope}); }
Tensor elu(Operand x, double alpha) { return apply(x, formulas::Elu{alpha}); }
Tensor gelu(Operand x) { return apply(x, formulas::Gelu{}); }
Tensor silu(Operand x) { return apply(x, formulas::Silu{}); }
Tensor softplus(Operand x) { return apply(x, formulas::Softplus{}); }

Tensor clamp(Operand x, double low, double high) {
  if (!(low <= high)) {
    detail::fail<NumericError>(x.where(), "clamp", "low {} is not at most high {}", low, high);
  }
  return apply(x, formulas::Clamp{low, high});
}

}  // namespace ranktape
