// The mathematics is in spearman_kernels.hpp; the chain through the soft ranks is theirs.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/loss/spearman_kernels.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/tile_sums.hpp>

namespace ranktape {
namespace {

using detail::Array;
using detail::ListLosses;
using detail::Lists;

void losses_on_cpu(const Lists& lists, const detail::SpearmanTerms& terms, Normalization normalization,
                   const ListLosses& losses) {
  double* const derivative = losses.derivative();
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
    losses.found()[list] = found.list;
  }
}

void losses_on_accelerator(const Lists& lists, const detail::SpearmanTerms& terms, Normalization normalization,
                           const ListLosses& losses) {
  namespace kernels = detail::kernels;
  const detail::ListOffsets where = lists.on_accelerator();
  const auto sums = detail::sums_of_lists(lists.entries_on_accelerator(), kernels::SpearmanTermOf{terms, where});
  const Array<detail::SpearmanOfList> found(static_cast<std::size_t>(lists.count()), Device::accelerator);
  detail::launch(lists.count(),
                 kernels::SpearmanLists{sums.data(), where, normalization, found.data(), losses.found()});
  detail::launch(lists.documents(), kernels::SpearmanDerivative{terms, where, found.data(), losses.derivative()});
}

/// Of every list, with the derivatives by the ranks.
ListLosses losses_of(const Lists& lists, const Tensor& ranks, const Tensor& target_ranks, Normalization normalization) {
  ListLosses losses(lists, ranks.device());
  const detail::SpearmanTerms terms = {detail::data<double>(ranks), detail::data<double>(target_ranks)};
  const auto& compute = ranks.device() == Device::cpu ? losses_on_cpu : losses_on_accelerator;
  compute(lists, terms, normalization, losses);
  return losses;
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
  if (options.target_ranks == TargetRanks::average) {
    return detail::mid_ranks(targets, lists, options.rank.direction, DType::float64);
  }
  Tensor ranks;
  detail::pool_ranks(targets, lists, options.rank, DType::float64, ranks);
  return ranks;
}

Tensor spearman_of(Operand predictions, Operand targets, const Groups* groups, const SpearmanOptions& options) {
  const Lists lists = detail::lists_of_loss("spearman_loss", predictions, targets, groups, {});
  detail::check_strength("spearman_loss", predictions, options.rank);
  const Tensor target_ranks = target_ranks_of(targets, lists, options);
  Tensor ranks;
  const detail::Pooling pooling = detail::pool_ranks(predictions, lists, options.rank, DType::float64, ranks);
  const ListLosses losses = losses_of(lists, ranks, target_ranks, options.normalization);
  Tensor loss = losses.reduce(Reduction::mean, {}, predictions->dtype());
  if (Recorder recorder{spearman_operation, {predictions}}) {
    recorder.record(loss, [pooling, ranks, losses](BackwardPass& pass) {
      const Tensor& gradient = pass.gradient();
      pass.add(0, detail::ranks_backward(pooling, ranks, losses.gradient(gradient, ranks.shape(), DType::float64),
                                         gradient.dtype()));
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
