#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/elementwise_activation_formulas.hpp>
#include <ranktape/ops/elementwise_formulas.hpp>
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

// gradient[i] *= derivative at point[i], in the gradient's own memory
template <class Scalar, class Derivative>
void chain(BackwardPass& pass, const Tensor& points, const Derivative& derivative) {
  Tensor gradient = pass.take_gradient();
  Scalar* g = detail::data<Scalar>(gradient);
  const Scalar* point = detail::data<Scalar>(points);
  for (std::int64_t i = 0; i < gradient.size(); ++i) {
    g[i] *= derivative(point[i]);
  }
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
      Scalar* g = detail::data<Scalar>(gradient);
      const auto factor = static_cast<Scalar>(formula.constant_derivative());
      for (std::int64_t i = 0; i < gradient.size(); ++i) {
        g[i] *= factor;
      }
      pass.add(0, std::move(gradient));
    });
  } else if constexpr (requires { formula.derivative_at_output(Scalar{}); }) {
    recorder.record(y, [formula, saved = Saved(y)](BackwardPass& pass) {
      chain<Scalar>(pass, saved.tensor(), [&](Scalar at) { return formula.derivative_at_output(at); });
    });
  } else {
    recorder.record(y, [formula, saved = Saved(x)](BackwardPass& pass) {
      chain<Scalar>(pass, saved.tensor(), [&](Scalar at) { return formula.derivative(at); });
    });
  }
}

template <class Formula>
Tensor apply(Operand x, const Formula& formula) {
  Tensor y = detail::make_tensor_like(x);
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    const Scalar* from = detail::data<Scalar>(x);
    Scalar* to = detail::data<Scalar>(y);
    for (std::int64_t i = 0; i < y.size(); ++i) {
      to[i] = formula.value(from[i]);
    }
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
