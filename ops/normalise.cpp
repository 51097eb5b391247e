#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/list_examples.hpp>
#include <ranktape/ops/normalise.hpp>
#include <ranktape/ops/normalise_formulas.hpp>
#include <ranktape/ops/reduce_kernels.hpp>

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
const Operation operation_of(Formula::name, [](Random& random) {
  return detail::list_examples(random, Formula::name, Groups::from_sizes({3, 0, 5, 1}),
                               [](Operand x, const ListLayout& layout) { return apply(x, layout, Formula()); });
});

// The gradient of x, given that of y. `kept` is what the formula keeps, and not read where it keeps nothing.
template <class Scalar, class Formula>
Tensor gradient_of(const ListLayout& layout, const Scalar* kept, const Tensor& gradient, const Formula& formula) {
  Tensor result = detail::make_tensor_like(gradient);
  const Scalar* g = detail::data<Scalar>(gradient);
  Scalar* to = detail::data<Scalar>(result);
  if (result.device() == Device::accelerator) {
    detail::launch(layout.lists(),
                   detail::kernels::NormaliseGradient<Scalar, Formula>{kept, g, to, layout.places(), formula});
  } else if constexpr (Formula::keeps == Keeps::nothing) {
    detail::for_each_list(
        layout, to,
        [&](std::int64_t, std::span<Scalar> list, std::span<const Scalar> by_y) { formula.gradient(by_y, list); }, g);
  } else {
    detail::for_each_list(
        layout, to,
        [&](std::int64_t, std::span<Scalar> list, std::span<const Scalar> of_list, std::span<const Scalar> by_y) {
          if (!list.empty()) {
            formula.gradient(of_list, by_y, list);
          }
        },
        kept, g);
  }
  return result;
}

template <class Scalar, class Formula>
void record(Recorder& recorder, const Tensor& x, const Tensor& y, const ListLayout& layout, const Formula& formula) {
  const auto tell = [=](RecordDetails& details) {
    layout.describe_lists(details);
    if constexpr (requires { formula.epsilon; }) {
      details.add_unless(Formula{}.epsilon, "epsilon", formula.epsilon);
    }
  };
  if constexpr (Formula::keeps == Keeps::nothing) {
    recorder.record(
        y,
        [formula, layout](BackwardPass& pass) {
          pass.add(0, gradient_of<Scalar>(layout, nullptr, pass.gradient(), formula));
        },
        tell);
  } else {
    recorder.record(
        y,
        [formula, layout, saved = Saved(Formula::keeps == Keeps::input ? x : y)](BackwardPass& pass) {
          pass.add(0, gradient_of(layout, detail::data<Scalar>(saved.tensor()), pass.gradient(), formula));
        },
        tell);
  }
}

template <class Formula>
Tensor apply(Operand x, const ListLayout& layout, const Formula& formula) {
  Tensor y = detail::make_tensor_like(x);
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    if (y.device() == Device::accelerator) {
      detail::launch(layout.lists(), detail::kernels::Normalise<Scalar, Formula>{
                                         detail::data<Scalar>(x), detail::data<Scalar>(y), layout.places(), formula});
    } else {
      detail::for_each_list(
          layout, detail::data<Scalar>(y),
          [&](std::int64_t, std::span<Scalar> to, std::span<const Scalar> values) {
            if (!to.empty()) {
              formula.value(values, to);
            }
          },
          detail::data<Scalar>(x));
    }
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
