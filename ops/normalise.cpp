#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/list_layout.hpp>
#include <ranktape/ops/normalise.hpp>
#include <ranktape/ops/normalise_formulas.hpp>

#include <cmath>

namespace ranktape {
namespace {

using detail::ListLayout;
using formulas::Keeps;

template <class Formula>
Tensor apply(Operand x, const ListLayout& layout, const Formula& formula);

template <class Formula>
Tensor over_axis(Operand x, int axis, const Formula& formula) {
  return apply(x, ListLayout::along(Formula::name, x, axis), formula);
}

template <class Formula>
Tensor over_groups(Operand x, const Groups& groups, const Formula& formula) {
  return apply(x, ListLayout::of_groups(Formula::name, x, groups), formula);
}

template <class Formula>
const Operation operation_of(Formula::name, [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const auto over_ragged_lists = [](std::span<const Tensor> x) {
    return over_groups(x[0], Groups::from_sizes({3, 0, 5, 1}), Formula());
  };
  std::vector<OperationExample> examples = {{{sample({9})}, over_ragged_lists}, {{sample({9, 2})}, over_ragged_lists}};
  for (int axis = -1; axis < 2; ++axis) {
    examples.push_back(
        {{sample({2, 3, 4})}, [axis](std::span<const Tensor> x) { return over_axis(x[0], axis, Formula()); }});
  }
  return examples;
});

template <class Scalar, class Formula>
void record(Recorder& recorder, const Tensor& x, const Tensor& y, const ListLayout& layout, const Formula& formula) {
  if constexpr (Formula::keeps == Keeps::nothing) {
    recorder.record(y, [formula, layout](BackwardPass& pass) {
      Tensor gradient = detail::make_tensor_like(pass.gradient());
      detail::for_each_list(
          layout, detail::data<Scalar>(gradient),
          [&](std::int64_t, std::span<Scalar> to, std::span<const Scalar> g) { formula.gradient(g, to); },
          detail::data<Scalar>(pass.gradient()));
      pass.add(0, std::move(gradient));
    });
  } else {
    recorder.record(y, [formula, layout, saved = Saved(Formula::keeps == Keeps::input ? x : y)](BackwardPass& pass) {
      Tensor gradient = detail::make_tensor_like(pass.gradient());
      detail::for_each_list(
          layout, detail::data<Scalar>(gradient),
          [&](std::int64_t, std::span<Scalar> to, std::span<const Scalar> kept, std::span<const Scalar> g) {
            if (!to.empty()) {
              formula.gradient(kept, g, to);
            }
          },
          detail::data<Scalar>(saved.tensor()), detail::data<Scalar>(pass.gradient()));
      pass.add(0, std::move(gradient));
    });
  }
}

template <class Formula>
Tensor apply(Operand x, const ListLayout& layout, const Formula& formula) {
  Tensor y = detail::make_tensor_like(x);
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    detail::for_each_list(
        layout, detail::data<Scalar>(y),
        [&](std::int64_t, std::span<Scalar> to, std::span<const Scalar> values) {
          if (!to.empty()) {
            formula.value(values, to);
          }
        },
        detail::data<Scalar>(x));
    if (Recorder recorder{operation_of<Formula>, {x}}) {
      record<Scalar>(recorder, x, y, layout, formula);
    }
  });
  return y;
}

formulas::Standardise checked(const Operand& x, const StandardiseOptions& options) {
  if (!(options.epsilon >= 0 && std::isfinite(options.epsilon))) {
    detail::fail<NumericError>(x.where(), "standardise", "epsilon {} is not a number of at least 0; 1e-12 is usual",
                               options.epsilon);
  }
  return {options.epsilon};
}

}  // namespace

Tensor softmax(Operand x) { return over_axis(x, -1, formulas::Softmax()); }
Tensor softmax(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::Softmax()); }

Tensor log_softmax(Operand x) { return over_axis(x, -1, formulas::LogSoftmax()); }
Tensor log_softmax(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::LogSoftmax()); }

Tensor cumulative_sum(Operand x, int axis) { return over_axis(x, axis, formulas::CumulativeSum()); }
Tensor cumulative_sum(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::CumulativeSum()); }

Tensor standardise(Operand x, const StandardiseOptions& options) { return over_axis(x, -1, checked(x, options)); }
Tensor standardise(Operand x, const Groups& groups, const StandardiseOptions& options) {
  return over_groups(x, groups, checked(x, options));
}

}  // namespace ranktape
