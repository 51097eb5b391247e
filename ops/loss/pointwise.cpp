#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/loss/document_loss.hpp>
#include <ranktape/ops/loss/loss_examples.hpp>
#include <ranktape/ops/loss/pointwise.hpp>
#include <ranktape/ops/loss/pointwise_formulas.hpp>
#include <ranktape/ops/shape_operations.hpp>

namespace ranktape {
namespace {

using detail::ListLosses;
using detail::Lists;

template <class Options>
detail::TermRule rule_of(const Options& options) {
  return {.terms = options.terms, .constant_counts = true};
}

const Operation mse_operation("mse_loss", [](Random& random) {
  return detail::loss_examples<MseOptions>(random, mse_loss, mse_loss,
                                           {{}, {.terms = TermReduction::sum}, {.terms = TermReduction::batch_mean}});
});

Tensor mse_of(Operand predictions, Operand targets, const Groups* groups, const MseOptions& options) {
  const Lists lists = detail::lists_of_loss("mse_loss", predictions, targets, groups, options.weights);
  return detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    const detail::SquaredError<Scalar> formula = {detail::data<Scalar>(predictions), detail::data<Scalar>(targets),
                                                  detail::view_weights<Scalar>(options.weights.documents)};
    const ListLosses losses = document_losses(lists, predictions->device(), formula, rule_of(options));
    return detail::reduced_loss(mse_operation, predictions, targets, losses, options);
  });
}

const Operation sigmoid_operation("pointwise_sigmoid_loss", [](Random& random) {
  return detail::loss_examples<PointwiseSigmoidOptions>(
      random, pointwise_sigmoid_loss, pointwise_sigmoid_loss,
      {{}, {.largest_label = 4, .terms = TermReduction::sum}, {.terms = TermReduction::batch_mean}});
});

Tensor sigmoid_of(Operand predictions, Operand targets, const Groups* groups, const PointwiseSigmoidOptions& options) {
  constexpr const char* name = "pointwise_sigmoid_loss";
  const Lists lists = detail::lists_of_loss(name, predictions, targets, groups, options.weights);
  detail::check_positive(name, predictions, "largest_label", options.largest_label);
  return detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    const detail::SigmoidError<Scalar> formula = {detail::data<Scalar>(predictions), detail::data<Scalar>(targets),
                                                  detail::view_weights<Scalar>(options.weights.documents),
                                                  options.largest_label};
    const ListLosses losses = document_losses(lists, predictions->device(), formula, rule_of(options));
    return detail::reduced_loss(sigmoid_operation, predictions, targets, losses, options,
                                [](RecordDetails& details, const PointwiseSigmoidOptions& told) {
                                  details.add_unless(PointwiseSigmoidOptions{}.largest_label, "largest_label",
                                                     told.largest_label);
                                });
  });
}

/// Three outputs for each document.
Tensor three_levels(Operand x) {
  const Shape& shape = x->shape();
  const Tensor column = reshape(x, shape.rank() == 1 ? Shape{shape.size(), 1} : Shape{shape[0], shape[1], 1});
  return concatenate({column, column * 0.5, column - 1.0}, -1);
}

const Operation ordinal_operation("ordinal_loss", [](Random& random) {
  const auto rows = [](Operand x, Operand targets, const OrdinalOptions& options) {
    return ordinal_loss(three_levels(x), targets, options);
  };
  const auto groups = [](Operand x, Operand targets, const Groups& of, const OrdinalOptions& options) {
    return ordinal_loss(three_levels(x), targets, of, options);
  };
  return detail::loss_examples<OrdinalOptions>(
      random, rows, groups, {{}, {.terms = TermReduction::sum}, {.terms = TermReduction::batch_mean}});
});

Tensor ordinal_of(Operand predictions, Operand targets, const Groups* groups, const OrdinalOptions& options) {
  constexpr const char* name = "ordinal_loss";
  const Shape& shape = predictions->shape();
  if (shape.rank() == 0 || shape.last() == 0 || shape.without(shape.rank() - 1) != targets->shape()) {
    detail::fail<ShapeError>(predictions.where(), name,
                             "predictions {} must have the shape of the targets {} and a last dimension more: an "
                             "output for each level",
                             detail::describe(predictions), detail::describe(targets));
  }
  detail::check_type_and_device(name, predictions, "targets", targets);
  const Operand documents(targets, predictions.where());
  const Lists lists = groups == nullptr ? Lists::rows(name, documents) : Lists::of(name, documents, *groups);
  detail::check_finite_values(name, predictions);
  detail::check_finite_values(name, documents);
  detail::check_weights(name, documents, lists, options.weights);
  return detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    const detail::OrdinalError<Scalar> formula = {detail::data<Scalar>(predictions), detail::data<Scalar>(targets),
                                                  detail::view_weights<Scalar>(options.weights.documents),
                                                  shape.last()};
    const ListLosses losses = document_losses(lists, predictions->device(), formula, rule_of(options), shape.last());
    return detail::reduced_loss(ordinal_operation, predictions, targets, losses, options);
  });
}

}  // namespace

Tensor mse_loss(Operand predictions, Operand targets, const MseOptions& options) {
  return mse_of(predictions, targets, nullptr, options);
}
Tensor mse_loss(Operand predictions, Operand targets, const Groups& groups, const MseOptions& options) {
  return mse_of(predictions, targets, &groups, options);
}
Tensor pointwise_sigmoid_loss(Operand predictions, Operand targets, const PointwiseSigmoidOptions& options) {
  return sigmoid_of(predictions, targets, nullptr, options);
}
Tensor pointwise_sigmoid_loss(Operand predictions, Operand targets, const Groups& groups,
                              const PointwiseSigmoidOptions& options) {
  return sigmoid_of(predictions, targets, &groups, options);
}
Tensor ordinal_loss(Operand predictions, Operand targets, const OrdinalOptions& options) {
  return ordinal_of(predictions, targets, nullptr, options);
}
Tensor ordinal_loss(Operand predictions, Operand targets, const Groups& groups, const OrdinalOptions& options) {
  return ordinal_of(predictions, targets, &groups, options);
}

}  // namespace ranktape
