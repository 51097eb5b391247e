#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/list_examples.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/reduce_formulas.hpp>
#include <ranktape/ops/reduce_kernels.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <cmath>

namespace ranktape {
namespace {

using detail::ListLayout;

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
  // An empty list, too, where its value is a number.
  constexpr std::span<const double> empty;
  const std::int64_t none = Formula().minimum_size() == 0 && std::isfinite(Formula().value(empty)) ? 0 : 1;
  std::vector<OperationExample> examples =
      detail::list_examples(random, Formula::name, Groups::from_sizes({3, none, 5 - none, 1}),
                            [](Operand x, const ListLayout& layout) { return apply(x, layout, Formula()); });
  examples.push_back({{Tensor::randn(Shape{2, 3}, random, {.dtype = DType::float64})},
                      [](std::span<const Tensor> x) { return apply(x[0], ListLayout::whole(x[0]), Formula()); }});
  return examples;
});

template <class Formula>
void check_sizes(Operand x, const ListLayout& layout, const Formula& formula) {
  const auto minimum = static_cast<std::int64_t>(formula.minimum_size());
  for (std::int64_t block = 0; block < layout.blocks(); ++block) {
    if (layout.size(block) < minimum && layout.inner() > 0) {
      detail::fail<NumericError>(x.where(), Formula::name,
                                 "{} is of length {}, and the {} is defined from length {} on; leave such lists out",
                                 layout.describe_block(x, block), layout.size(block), Formula::name, minimum);
    }
  }
}

template <class Scalar, class Formula>
void reduce_on_accelerator(const ListLayout& layout, const Scalar* x, std::int64_t size, Scalar* y,
                           const Formula& formula) {
  namespace kernels = detail::kernels;
  if constexpr (requires { formula.of_sum(0.0, std::size_t{}); }) {
    if (layout.inner() == 1) {
      const detail::ListOffsets lists = layout.offsets();
      const auto sums = detail::sums_of_lists(detail::ListEntries::of(lists, size), kernels::ElementTerm<Scalar>{x});
      detail::launch(layout.lists(), kernels::ReduceSum<Scalar, Formula>{sums.data(), lists, y, formula});
      return;
    }
  }
  detail::launch(layout.lists(), kernels::Reduce<Scalar, Formula>{x, y, layout.places(), formula});
}

template <class Scalar, class Formula>
void gradient_on_accelerator(const ListLayout& layout, const Scalar* x, const Scalar* g, const Tensor& to,
                             const Formula& formula) {
  namespace kernels = detail::kernels;
  Scalar* const result = detail::data<Scalar>(to);
  if constexpr (!Formula::saves_input) {
    if (layout.inner() == 1) {
      detail::launch(to.size(), kernels::SpreadGradient<Scalar, Formula>{g, result, layout.offsets(), formula});
      return;
    }
  }
  detail::launch(layout.lists(), kernels::ReduceGradient<Scalar, Formula>{x, g, result, layout.places(), formula});
}

// The gradient of x into `to`, given that of the values. `x` is not read where the formula needs no input.
template <class Scalar, class Formula>
void write_gradient(const ListLayout& layout, const Scalar* x, const Tensor& gradient, const Tensor& to,
                    const Formula& formula) {
  const Scalar* g = detail::data<Scalar>(gradient);
  if (to.device() == Device::accelerator) {
    gradient_on_accelerator(layout, x, g, to, formula);
  } else if constexpr (Formula::saves_input) {
    detail::for_each_list(
        layout, detail::data<Scalar>(to),
        [&](std::int64_t list, std::span<Scalar> result, std::span<const Scalar> values) {
          if (!values.empty()) {
            detail::kernels::write_gradient(result, g[list], formula.derivative(values));
          }
        },
        x);
  } else {
    detail::for_each_list(layout, detail::data<Scalar>(to), [&](std::int64_t list, std::span<Scalar> result) {
      detail::kernels::write_gradient(result, g[list], formula.derivative(result.size()));
    });
  }
}

template <class Scalar, class Formula>
void record(Recorder& recorder, const Tensor& x, const Tensor& y, const ListLayout& layout, const Formula& formula) {
  const auto tell = [=](RecordDetails& details) {
    layout.describe_lists(details);
    if constexpr (requires { formula.unbiased; }) {
      details.add_unless(Formula{}.unbiased, "unbiased", formula.unbiased);
    }
  };
  if constexpr (Formula::saves_input) {
    recorder.record(
        y,
        [formula, layout, saved = Saved(x)](BackwardPass& pass) {
          Tensor gradient = detail::make_tensor_like(saved.tensor());
          write_gradient(layout, detail::data<Scalar>(saved.tensor()), pass.gradient(), gradient, formula);
          pass.add(0, std::move(gradient));
        },
        tell);
  } else {
    recorder.record(
        y,
        [formula, layout, shape = x.shape()](BackwardPass& pass) {
          Tensor gradient = detail::make_tensor_like(pass.gradient(), shape);
          write_gradient<Scalar>(layout, nullptr, pass.gradient(), gradient, formula);
          pass.add(0, std::move(gradient));
        },
        tell);
  }
}

template <class Formula>
Tensor apply(Operand x, const ListLayout& layout, const Formula& formula) {
  check_sizes(x, layout, formula);
  Tensor y = detail::make_tensor_like(x, layout.reduced_shape());
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    Scalar* results = detail::data<Scalar>(y);
    if (y.device() == Device::accelerator) {
      reduce_on_accelerator(layout, detail::data<Scalar>(x), x->size(), results, formula);
    } else {
      detail::for_each_list(
          layout, static_cast<Scalar*>(nullptr),
          [&](std::int64_t list, std::span<Scalar>, std::span<const Scalar> values) {
            results[list] = static_cast<Scalar>(formula.value(values));
          },
          detail::data<Scalar>(x));
    }
    if (Recorder recorder{operation_of<Formula>, {x}}) {
      record<Scalar>(recorder, x, y, layout, formula);
    }
  });
  return y;
}

}  // namespace

Tensor sum(Operand x) { return apply(x, ListLayout::whole(x), formulas::Sum()); }
Tensor sum(Operand x, int axis) { return over_axis(x, axis, formulas::Sum()); }
Tensor sum(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::Sum()); }

Tensor mean(Operand x) { return apply(x, ListLayout::whole(x), formulas::Mean()); }
Tensor mean(Operand x, int axis) { return over_axis(x, axis, formulas::Mean()); }
Tensor mean(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::Mean()); }

Tensor max(Operand x) { return apply(x, ListLayout::whole(x), formulas::Max()); }
Tensor max(Operand x, int axis) { return over_axis(x, axis, formulas::Max()); }
Tensor max(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::Max()); }

Tensor min(Operand x) { return apply(x, ListLayout::whole(x), formulas::Min()); }
Tensor min(Operand x, int axis) { return over_axis(x, axis, formulas::Min()); }
Tensor min(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::Min()); }

Tensor logsumexp(Operand x) { return apply(x, ListLayout::whole(x), formulas::LogSumExp()); }
Tensor logsumexp(Operand x, int axis) { return over_axis(x, axis, formulas::LogSumExp()); }
Tensor logsumexp(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::LogSumExp()); }

Tensor variance(Operand x, const VarianceOptions& options) {
  return apply(x, ListLayout::whole(x), formulas::Variance{options.unbiased});
}
Tensor variance(Operand x, int axis, const VarianceOptions& options) {
  return over_axis(x, axis, formulas::Variance{options.unbiased});
}
Tensor variance(Operand x, const Groups& groups, const VarianceOptions& options) {
  return over_groups(x, groups, formulas::Variance{options.unbiased});
}

Tensor norm(Operand x) { return apply(x, ListLayout::whole(x), formulas::Norm()); }
Tensor norm(Operand x, int axis) { return over_axis(x, axis, formulas::Norm()); }
Tensor norm(Operand x, const Groups& groups) { return over_groups(x, groups, formulas::Norm()); }

}  // namespace ranktape
