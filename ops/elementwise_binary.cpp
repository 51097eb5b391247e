#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/elementwise_pair_formulas.hpp>

#include <functional>

namespace ranktape {
namespace {

template <class Formula>
Tensor apply(Operand a, Operand b, const Formula& formula);

template <class Formula>
const Operation operation_of(Formula::name, [](Random& random) -> std::vector<OperationExample> {
  constexpr formulas::Interval domain = Formula::domain;
  const auto sample = [&](const Shape& shape) {
    return Tensor::uniform(shape, domain.low, domain.high, random, {.dtype = DType::float64});
  };
  const auto function = [](std::span<const Tensor> x) { return apply(x[0], x[1], Formula{}); };
  return {{{sample({2, 3}), sample({2, 3})}, function},
          {{sample({2, 3}), sample({3})}, function},
          {{sample({}), sample({2, 3})}, function},
          {{sample({2, 1, 3}), sample({4, 1})}, function}};
});

// gradient of the output's shape with respect to one operand; the engine sums it back over a broadcast
template <class Scalar, class Derivative>
Tensor chain(const Tensor& gradient, const Tensor& a, const Tensor& b, const Derivative& derivative) {
  Tensor result = detail::make_tensor_like(gradient);
  Scalar* to = detail::data<Scalar>(result);
  const Scalar* g = detail::data<Scalar>(gradient);
  const Scalar* pa = detail::data<Scalar>(a);
  const Scalar* pb = detail::data<Scalar>(b);
  detail::for_each_pair(gradient.shape(), a.shape(), b.shape(), [&](std::int64_t i, std::int64_t ia, std::int64_t ib) {
    to[i] = g[i] * derivative(pa[ia], pb[ib]);
  });
  return result;
}

template <class Scalar, class Formula>
void record(Recorder& recorder, const Tensor& a, const Tensor& b, const Tensor& y, const Formula& formula) {
  if constexpr (Formula::saves_inputs) {
    recorder.record(y, [formula, saved_a = Saved(a), saved_b = Saved(b)](BackwardPass& pass) {
      if (pass.needs(0)) {
        pass.add(0, chain<Scalar>(pass.gradient(), saved_a.tensor(), saved_b.tensor(),
                                  [&](Scalar x, Scalar z) { return formula.derivative_a(x, z); }));
      }
      if (pass.needs(1)) {
        pass.add(1, chain<Scalar>(pass.gradient(), saved_a.tensor(), saved_b.tensor(),
                                  [&](Scalar x, Scalar z) { return formula.derivative_b(x, z); }));
      }
    });
  } else {  // a sum or difference: the gradient itself, with a sign
    recorder.record(y, [formula](BackwardPass& pass) {
      if (pass.needs(1)) {
        pass.add(1, formula.derivative_b(1.0, 1.0) > 0 ? pass.gradient() : -pass.gradient());
      }
      pass.hand_on(0);
    });
  }
}

template <class Function>
Tensor map(const char* name, Operand a, Operand b, const Function& function) {
  const Shape shape = detail::check_broadcast(name, a, b);
  Tensor y = detail::make_tensor_like(a, shape);
  detail::dispatch(a->dtype(), [&]<class Scalar>() {
    const Scalar* pa = detail::data<Scalar>(a);
    const Scalar* pb = detail::data<Scalar>(b);
    Scalar* to = detail::data<Scalar>(y);
    detail::for_each_pair(shape, a->shape(), b->shape(), [&](std::int64_t i, std::int64_t ia, std::int64_t ib) {
      to[i] = static_cast<Scalar>(function(pa[ia], pb[ib]));
    });
  });
  return y;
}

template <class Formula>
Tensor apply(Operand a, Operand b, const Formula& formula) {
  Tensor y = map(Formula::name, a, b, [&](auto x, auto z) { return formula.value(x, z); });
  if (Recorder recorder{operation_of<Formula>, {a, b}}) {
    detail::dispatch(a->dtype(), [&]<class Scalar>() { record<Scalar>(recorder, a, b, y, formula); });
  }
  return y;
}

template <class Function>
Tensor compare(const char* name, Operand a, double b, const Function& function) {
  const Tensor number = Tensor::scalar(b, {.dtype = a->dtype(), .device = a->device()});
  return map(name, a, {number, a.where()}, function);
}

// The gradient where `chosen` is not zero (or is, if not `side`), else 0, whatever the gradient is there.
Tensor kept_where(const Tensor& chosen, bool side, const Tensor& gradient) {
  Tensor result = detail::make_tensor_like(gradient);
  detail::dispatch(gradient.dtype(), [&]<class Scalar>() {
    const Scalar* c = detail::data<Scalar>(chosen);
    const Scalar* g = detail::data<Scalar>(gradient);
    Scalar* to = detail::data<Scalar>(result);
    for (std::int64_t i = 0; i < gradient.size(); ++i) {
      to[i] = (c[i] != 0) == side ? g[i] : Scalar{0};
    }
  });
  return result;
}

const Operation where_operation("where", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  return {{{sample({2, 3}), sample({3})}, [](std::span<const Tensor> x) {
             const Tensor condition = Tensor::from({1, 0, 0, 0, 1, 1}, Shape{2, 3}, {.dtype = DType::float64});
             return where(condition, x[0], x[1]);
           }}};
});

}  // namespace

Tensor operator+(Operand a, Operand b) { return apply(a, b, formulas::Add{}); }
Tensor operator-(Operand a, Operand b) { return apply(a, b, formulas::Subtract{}); }
Tensor operator*(Operand a, Operand b) { return apply(a, b, formulas::Multiply{}); }
Tensor operator/(Operand a, Operand b) { return apply(a, b, formulas::Divide{}); }
Tensor power(Operand base, Operand exponent) { return apply(base, exponent, formulas::Power{}); }
Tensor maximum(Operand a, Operand b) { return apply(a, b, formulas::Maximum{}); }
Tensor minimum(Operand a, Operand b) { return apply(a, b, formulas::Minimum{}); }

Tensor equal(Operand a, Operand b) { return map("equal", a, b, std::equal_to<>()); }
Tensor not_equal(Operand a, Operand b) { return map("not_equal", a, b, std::not_equal_to<>()); }
Tensor less(Operand a, Operand b) { return map("less", a, b, std::less<>()); }
Tensor less_equal(Operand a, Operand b) { return map("less_equal", a, b, std::less_equal<>()); }
Tensor greater(Operand a, Operand b) { return map("greater", a, b, std::greater<>()); }
Tensor greater_equal(Operand a, Operand b) { return map("greater_equal", a, b, std::greater_equal<>()); }
Tensor equal(Operand a, double b) { return compare("equal", a, b, std::equal_to<>()); }
Tensor not_equal(Operand a, double b) { return compare("not_equal", a, b, std::not_equal_to<>()); }
Tensor less(Operand a, double b) { return compare("less", a, b, std::less<>()); }
Tensor less_equal(Operand a, double b) { return compare("less_equal", a, b, std::less_equal<>()); }
Tensor greater(Operand a, double b) { return compare("greater", a, b, std::greater<>()); }
Tensor greater_equal(Operand a, double b) { return compare("greater_equal", a, b, std::greater_equal<>()); }

Tensor where(Operand condition, Operand a, Operand b) {
  // The condition is broadcast to the result's shape and kept for the gradient: nothing of a or b need be saved.
  const Shape both = detail::check_broadcast("where", a, b);
  const auto shape = detail::broadcast_shape(condition->shape(), both);
  if (!shape) {
    detail::fail<ShapeError>(condition.where(), "where",
                             "the condition {} does not broadcast with the values' shape {}",
                             detail::describe(condition), to_string(both));
  }
  detail::check_same_kind("where", condition, a);
  const Tensor zeros = Tensor::zeros(*shape, {.dtype = a->dtype(), .device = a->device()});
  const Tensor chosen = map("where", condition, zeros, std::not_equal_to<>());
  const Tensor wide_a = map("where", a, zeros, [](auto x, auto) { return x; });
  const Tensor wide_b = map("where", b, zeros, [](auto x, auto) { return x; });
  Tensor y = detail::make_tensor_like(a, *shape);
  detail::dispatch(a->dtype(), [&]<class Scalar>() {
    const Scalar* c = detail::data<Scalar>(chosen);
    const Scalar* pa = detail::data<Scalar>(wide_a);
    const Scalar* pb = detail::data<Scalar>(wide_b);
    Scalar* to = detail::data<Scalar>(y);
    for (std::int64_t i = 0; i < y.size(); ++i) {
      to[i] = c[i] != 0 ? pa[i] : pb[i];
    }
  });
  if (Recorder recorder{where_operation, {condition, a, b}}) {
    recorder.record(y, [chosen](BackwardPass& pass) {
      if (pass.needs(1)) {
        pass.add(1, kept_where(chosen, true, pass.gradient()));
      }
      if (pass.needs(2)) {
        pass.add(2, kept_where(chosen, false, pass.gradient()));
      }
    });
  }
  return y;
}

}  // namespace ranktape
