// The mathematics is in spearman_kernels.hpp; the chain through the soft ranks is theirs.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/loss/spearman_kernels.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <algorithm>

namespace ranktape {
namespace {

using detail::Lists;

using detail::Array;

/// What backward multiplies.
struct Kept {
  Tensor derivative;            // of each list's loss by its ranks
  Array<double> inverse_count;  // 1 / the number of lists that count: one number
};

template <class Scalar>
void mean_on_cpu(const Lists& lists, const detail::SpearmanTerms& terms, Normalization normalization, const Kept& kept,
                 Scalar* to) {
  double* const derivative = detail::data<double>(kept.derivative);
  double loss = 0;
  double counted = 0;
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    detail::SpearmanSums sums;
    for (std::int64_t i = begin; i < begin + n; ++i) {
      sums += terms.at(i, n);
    }
    const detail::SpearmanOfList found = detail::spearman_of_list(sums, n, normalization);
    for (std::int64_t i = begin; i < begin + n; ++i) {
      derivative[i] = terms.derivative(found, i, n);
    }
    loss += found.loss;
    counted += found.counts;
  }
  const double inverse = 1 / std::max(counted, 1.0);
  *to = static_cast<Scalar>(loss * inverse);
  kept.inverse_count[0] = inverse;
}

template <class Scalar>
void mean_on_accelerator(const Lists& lists, const detail::SpearmanTerms& terms, Normalization normalization,
                         const Kept& kept, Scalar* to) {
  namespace kernels = detail::kernels;
  const detail::ListOffsets where = lists.on_accelerator();
  const std::int64_t count = lists.count();
  const auto sums = detail::sums_of_lists(lists.entries_on_accelerator(), kernels::SpearmanTermOf{terms, where});
  const Array<detail::SpearmanOfList> found(static_cast<std::size_t>(count), Device::accelerator);
  detail::launch(count, kernels::SpearmanLists{sums.data(), where, normalization, found.data()});
  detail::launch(lists.documents(),
                 kernels::SpearmanDerivative{terms, where, found.data(), detail::data<double>(kept.derivative)});
  const auto of_all =
      detail::sums_of_lists(detail::ListEntries::of({nullptr, count, 1}, count), kernels::LossTerm{found.data()});
  detail::launch(1, kernels::SpearmanMean<Scalar>{of_all.data(), to, kept.inverse_count.data()});
}

Tensor mean_loss(const Lists& lists, const Tensor& ranks, const Tensor& target_ranks, Normalization normalization,
                 DType dtype, const Kept& kept) {
  Tensor loss = detail::make_tensor(Shape{}, dtype, ranks.device());
  const detail::SpearmanTerms terms = {detail::data<double>(ranks), detail::data<double>(target_ranks)};
  detail::dispatch(dtype, [&]<class Scalar>() {
    const auto& mean = ranks.device() == Device::cpu ? mean_on_cpu<Scalar> : mean_on_accelerator<Scalar>;
    mean(lists, terms, normalization, kept, detail::data<Scalar>(loss));
  });
  return loss;
}

/// The gradient of the ranks, given that of the loss.
Tensor rank_gradient(const Kept& kept, const Tensor& gradient) {
  Tensor by_ranks = detail::make_tensor_like(kept.derivative);
  detail::dispatch(gradient.dtype(), [&]<class Scalar>() {
    detail::for_each_index(
        by_ranks.device(), by_ranks.size(), 1,
        detail::kernels::SpearmanGradient<Scalar>{detail::data<double>(kept.derivative), kept.inverse_count.data(),
                                                  detail::data<Scalar>(gradient), detail::data<double>(by_ranks)});
  });
  return by_ranks;
}

const Operation spearman_operation("spearman_loss", [](Random& random) -> std::vector<OperationExample> {
  std::vector<OperationExample> examples;
  const Groups groups = Groups::from_sizes({5, 0, 1, 3, 4});
  const Tensor targets = Tensor::from({2, 0, 1, 1, 0, 3, 1, 1, 1, 0, 2, 0, 4}, {.dtype = DType::float64});
  for (const Normalization normalization : {Normalization::hard_ranks, Normalization::soft_ranks}) {
    for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
      const SpearmanOptions options = {.rank = {.regularization_strength = 0.7, .regularization = regularization},
                                       .normalization = normalization};
      examples.push_back({{Tensor::randn(Shape{13}, random, {.dtype = DType::float64})},
                          [options, groups, targets](std::span<const Tensor> x) {
                            return spearman_loss(x[0], targets.to(x[0].device()), groups, options);
                          }});
    }
  }
  return examples;
});

Tensor target_ranks_of(Operand targets, const Lists& lists, const SpearmanOptions& options) {
  detail::check_finite_values("spearman_loss", targets);
  if (options.target_ranks == TargetRanks::average) {
    return detail::mid_ranks(targets, lists, options.rank.direction, DType::float64);
  }
  Tensor ranks;
  detail::pool_ranks(targets, lists, options.rank, DType::float64, ranks);
  return ranks;
}

Tensor spearman_of(Operand predictions, Operand targets, const Groups* groups, const SpearmanOptions& options) {
  if (predictions->shape() != targets->shape()) {
    detail::fail<ShapeError>(predictions.where(), "spearman_loss",
                             "predictions {} and targets {} differ in shape; each document needs one of each",
                             detail::describe(predictions), detail::describe(targets));
  }
  if (predictions->dtype() != targets->dtype()) {
    detail::fail<DTypeError>(predictions.where(), "spearman_loss",
                             "predictions {} and targets {} differ in type; convert one with to(DType)",
                             detail::describe(predictions), detail::describe(targets));
  }
  if (predictions->device() != targets->device()) {
    detail::fail<DeviceError>(predictions.where(), "spearman_loss",
                              "predictions {} are on {} and targets {} on {}; move one with to(Device)",
                              detail::describe(predictions), to_string(predictions->device()),
                              detail::describe(targets), to_string(targets->device()));
  }
  const Lists lists =
      groups == nullptr ? Lists::rows("spearman_loss", predictions) : Lists::of("spearman_loss", predictions, *groups);
  detail::check_strength("spearman_loss", predictions, options.rank);
  detail::check_finite_values("spearman_loss", predictions);

  const Tensor target_ranks = target_ranks_of(targets, lists, options);
  Tensor ranks;
  const detail::Pooling pooling = detail::pool_ranks(predictions, lists, options.rank, DType::float64, ranks);
  const Kept kept = {detail::make_tensor_like(ranks), Array<double>(1, ranks.device())};
  Tensor loss = mean_loss(lists, ranks, target_ranks, options.normalization, predictions->dtype(), kept);
  if (Recorder recorder{spearman_operation, {predictions}}) {
    recorder.record(loss, [pooling, ranks, kept](BackwardPass& pass) {
      pass.add(0,
               detail::ranks_backward(pooling, ranks, rank_gradient(kept, pass.gradient()), pass.gradient().dtype()));
    });
  }
  return loss;
}

}  // namespace

Tensor spearman_loss(Operand predictions, Operand targets, double regularization_strength) {
  return spearman_loss(predictions, targets, {.rank = {.regularization_strength = regularization_strength}});
}

Tensor spearman_loss(Operand predictions, Operand targets, const SpearmanOptions& options) {
  return spearman_of(predictions, targets, nullptr, options);
}

Tensor spearman_loss(Operand predictions, Operand targets, const Groups& groups, const SpearmanOptions& options) {
  return spearman_of(predictions, targets, &groups, options);
}

}  // namespace ranktape
