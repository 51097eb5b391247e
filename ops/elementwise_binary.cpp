#include <ranktape/core/backend.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/elementwise_kernels.hpp>
#include <ranktape/ops/elementwise_pair_formulas.hpp>

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

constexpr double nanoseconds_each = 0.5;

// gradient of the output's shape with respect to one operand; the engine sums it back over a broadcast
template <class Scalar, class Derivative>
Tensor chain(const Tensor& gradient, const Tensor& a, const Tensor& b, const Derivative& derivative) {
  Tensor result = detail::make_tensor_like(gradient);
  const Scalar* g = detail::data<Scalar>(gradient);
  const Scalar* pa = detail::data<Scalar>(a);
  const Scalar* pb = detail::data<Scalar>(b);
  Scalar* to = detail::data<Scalar>(result);
  if (gradient.device() == Device::accelerator) {
    detail::launch(gradient.size(),
                   detail::kernels::ChainPair<Scalar, Derivative>{
                       g, pa, pb, to, detail::pair_places(gradient.shape(), a.shape(), b.shape()), derivative});
    return result;
  }
  detail::for_each_pair(gradient.shape(), a.shape(), b.shape(), [=](std::int64_t i, std::int64_t ia, std::int64_t ib) {
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
                                  formulas::DerivativeA<Formula>{formula}));
      }
      if (pass.needs(1)) {
        pass.add(1, chain<Scalar>(pass.gradient(), saved_a.tensor(), saved_b.tensor(),
                                  formulas::DerivativeB<Formula>{formula}));
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
  Tensor y = detail::make_tensor_like(a, detail::check_broadcast(name, a, b));
  detail::map_pairs(a, b, y, function);
  return y;
}

template <class Formula>
Tensor apply(Operand a, Operand b, const Formula& formula) {
  Tensor y = map(Formula::name, a, b, formulas::Value<Formula>{formula});
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
    detail::for_each_index(
        gradient.device(), gradient.size(), nanoseconds_each,
        detail::kernels::KeepWhere<Scalar>{detail::data<Scalar>(chosen), detail::data<Scalar>(gradient),
                                           detail::data<Scalar>(result), side});
  });
  return result;
}

const Operation where_operation("where", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  return {{{sample({2, 3}), sample({3})}, [](std::span<const Tensor> x) {
             const Tensor condition =
                 Tensor::from({1, 0, 0, 0, 1, 1}, Shape{2, 3}, {.dtype = DType::float64, .device = x[0].device()});
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

Tensor equal(Operand a, Operand b) { return map("equal", a, b, formulas::Equal{}); }
Tensor not_equal(Operand a, Operand b) { return map("not_equal", a, b, formulas::NotEqual{}); }
Tensor less(Operand a, Operand b) { return map("less", a, b, formulas::Less{}); }
Tensor less_equal(Operand a, Operand b) { return map("less_equal", a, b, formulas::LessEqual{}); }
Tensor greater(Operand a, Operand b) { return map("greater", a, b, formulas::Greater{}); }
Tensor greater_equal(Operand a, Operand b) { return map("greater_equal", a, b, formulas::GreaterEqual{}); }
Tensor equal(Operand a, double b) { return compare("equal", a, b, formulas::Equal{}); }
Tensor not_equal(Operand a, double b) { return compare("not_equal", a, b, formulas::NotEqual{}); }
Tensor less(Operand a, double b) { return compare("less", a, b, formulas::Less{}); }
Tensor less_equal(Operand a, double b) { return compare("less_equal", a, b, formulas::LessEqual{}); }
Tensor greater(Operand a, double b) { return compare("greater", a, b, formulas::Greater{}); }
Tensor greater_equal(Operand a, double b) { return compare("greater_equal", a, b, formulas::GreaterEqual{}); }

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
  const Tensor chosen = map("where", condition, zeros, formulas::NotEqual{});
  const Tensor wide_a = map("where", a, zeros, formulas::First{});
  const Tensor wide_b = map("where", b, zeros, formulas::First{});
  Tensor y = detail::make_tensor_like(a, *shape);
  detail::dispatch(a->dtype(), [&]<class Scalar>() {
    detail::for_each_index(y.device(), y.size(), nanoseconds_each,
                           detail::kernels::Choose<Scalar>{detail::data<Scalar>(chosen), detail::data<Scalar>(wide_a),
                                                           detail::data<Scalar>(wide_b), detail::data<Scalar>(y)});
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
