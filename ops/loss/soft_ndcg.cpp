// The mathematics is in soft_ndcg_kernels.hpp; the chain through the soft ranks is theirs.

#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/loss/gains.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/list_passes.hpp>
#include <ranktape/ops/loss/rank_loss_examples.hpp>
#include <ranktape/ops/loss/soft_ndcg.hpp>
#include <ranktape/ops/loss/soft_ndcg_kernels.hpp>
#include <ranktape/ops/rank/relaxed_ranks.hpp>

#include <cmath>

namespace ranktape {
namespace {

using detail::Array;
using detail::Lists;

constexpr const char* of_ranks = "ndcg_of_ranks";
constexpr const char* of_scores = "soft_ndcg_loss";
constexpr const char* of_noisy_scores = "gumbel_approx_ndcg_loss";

const Operation ndcg_operation(of_ranks, [](Random& random) {
  std::vector<OperationExample> examples;
  for (const Gain gain : {Gain::exponential, Gain::linear}) {
    for (const std::int64_t k : {0, 2}) {
      for (const Reduction reduction : {Reduction::mean, Reduction::none}) {
        detail::add_rank_loss_examples(
            examples, random, [=](Operand ranks, Operand targets, const Groups* groups, const LossWeights& weights) {
              const SoftNdcgOptions options = {.gain = gain, .k = k, .reduction = reduction, .weights = weights};
              return groups == nullptr ? ndcg_of_ranks(ranks, targets, options)
                                       : ndcg_of_ranks(ranks, targets, *groups, options);
            });
      }
    }
  }
  return examples;
});

/// The lists, after all checks but those of ranks.
Lists checked(const char* operation, Operand documents, Operand targets, const Groups* groups,
              const SoftNdcgOptions& options) {
  if (options.k < 0) {
    detail::fail<NumericError>(documents.where(), operation, "k is {}; it must be a number of places, or 0 for all",
                               options.k);
  }
  if (!(options.truncation_width > 0 && std::isfinite(options.truncation_width))) {
    detail::fail<NumericError>(documents.where(), operation,
                               "the truncation width is {}; it must be positive and finite", options.truncation_width);
  }
  Lists lists = detail::lists_of_loss(operation, documents, targets, groups, options.weights);
  detail::check_not_negative(operation, targets, "labels must not be negative to have a gain");
  return lists;
}

Tensor of_checked_ranks(Operand ranks, const Tensor& targets, const Lists& lists, const SoftNdcgOptions& options) {
  const Device device = ranks->device();
  const Tensor in_double = detail::constant_in_double(ranks);
  const detail::NormalisedGains gains =
      detail::normalised_gains(detail::constant_in_double(targets),
                               detail::constant_in_double(options.weights.documents), lists, options.gain, options.k);
  const detail::ListLosses losses(lists, device);
  const auto sums = detail::sum_each_list(lists, device,
                                          detail::kernels::SoftNdcgTerm{detail::data<double>(in_double),
                                                                        detail::data<double>(gains.of_documents),
                                                                        lists.on(device),
                                                                        {options.k, 1 / options.truncation_width},
                                                                        losses.derivative()});
  detail::for_each_index(device, lists.count(), 1,
                         detail::kernels::SoftNdcgLists{gains.of_lists.data(), sums.data(), losses.found()});
  return detail::reduced_loss(ndcg_operation, ranks, targets, losses, options,
                              [](RecordDetails& details, const SoftNdcgOptions& told) {
                                const SoftNdcgOptions usual = {};
                                details.add_unless(usual.gain, "gain", told.gain);
                                details.add_unless(usual.k, "k", told.k);
                                details.add_unless(usual.truncation_width, "truncation_width", told.truncation_width);
                              });
}

Tensor of_checked_scores(Operand scores, Operand targets, const Lists& lists, const SoftNdcgOptions& options) {
  RelaxedRankOptions rank = options.rank;
  rank.direction = Direction::descending;
  const Tensor ranks = detail::relaxed_ranks(scores, lists, rank);
  return of_checked_ranks(Operand(ranks, scores.where()), targets, lists, options);
}

Tensor soft_ndcg_of(Operand predictions, Operand targets, const Groups* groups, const SoftNdcgOptions& options) {
  const Lists lists = checked(of_scores, predictions, targets, groups, options);
  detail::check_relaxed_rank(of_scores, predictions, options.rank);
  return of_checked_scores(predictions, targets, lists, options);
}

SoftNdcgOptions approx_ndcg(const LossWeights& weights, Reduction reduction) {
  return {
      .rank = {.relaxation = RankRelaxation::sigmoid, .temperature = 0.1}, .reduction = reduction, .weights = weights};
}

Tensor gumbel_noise_like(const Tensor& scores, double scale, Random& random) {
  const Tensor noise = detail::make_tensor(scores.shape(), scores.dtype(), Device::cpu);
  detail::dispatch(noise.dtype(), [&]<class Scalar>() {
    Scalar* const to = detail::data<Scalar>(noise);
    for (std::int64_t i = 0; i < noise.size(); ++i) {
      const double uniform = random.uniform() + 0x1p-54;  // never 0: uniform() is a multiple of 2^-53
      to[i] = static_cast<Scalar>(-scale * std::log(-std::log(uniform)));
    }
  });
  return noise.to(scores.device());
}

Tensor gumbel_of(Operand predictions, Operand targets, const Groups* groups, Random& random,
                 const GumbelNdcgOptions& options) {
  if (options.samples < 1) {
    detail::fail<NumericError>(predictions.where(), of_noisy_scores, "{} samples are asked for; at least 1 is needed",
                               options.samples);
  }
  if (!(options.noise_scale >= 0 && std::isfinite(options.noise_scale))) {
    detail::fail<NumericError>(predictions.where(), of_noisy_scores,
                               "the scale of the noise is {}; it must be finite and not negative", options.noise_scale);
  }
  const Lists lists = checked(of_noisy_scores, predictions, targets, groups, options.ndcg);
  detail::check_relaxed_rank(of_noisy_scores, predictions, options.ndcg.rank);
  Tensor total;
  for (std::int64_t sample = 0; sample < options.samples; ++sample) {
    const Tensor noisy = predictions + gumbel_noise_like(predictions, options.noise_scale, random);
    const Tensor loss = of_checked_scores(Operand(noisy, predictions.where()), targets, lists, options.ndcg);
    total = total.defined() ? total + loss : loss;
  }
  return total * (1 / static_cast<double>(options.samples));
}

}  // namespace

Tensor soft_ndcg_loss(Operand predictions, Operand targets, const SoftNdcgOptions& options) {
  return soft_ndcg_of(predictions, targets, nullptr, options);
}

Tensor soft_ndcg_loss(Operand predictions, Operand targets, const Groups& groups, const SoftNdcgOptions& options) {
  return soft_ndcg_of(predictions, targets, &groups, options);
}

Tensor ndcg_of_ranks(Operand ranks, Operand targets, const SoftNdcgOptions& options) {
  return of_checked_ranks(ranks, targets, checked(of_ranks, ranks, targets, nullptr, options), options);
}

Tensor ndcg_of_ranks(Operand ranks, Operand targets, const Groups& groups, const SoftNdcgOptions& options) {
  return of_checked_ranks(ranks, targets, checked(of_ranks, ranks, targets, &groups, options), options);
}

Tensor approx_ndcg_loss(Operand predictions, Operand targets, const LossWeights& weights, Reduction reduction) {
  return soft_ndcg_of(predictions, targets, nullptr, approx_ndcg(weights, reduction));
}

Tensor approx_ndcg_loss(Operand predictions, Operand targets, const Groups& groups, const LossWeights& weights,
                        Reduction reduction) {
  return soft_ndcg_of(predictions, targets, &groups, approx_ndcg(weights, reduction));
}

Tensor gumbel_approx_ndcg_loss(Operand predictions, Operand targets, Random& random, const GumbelNdcgOptions& options) {
  return gumbel_of(predictions, targets, nullptr, random, options);
}

Tensor gumbel_approx_ndcg_loss(Operand predictions, Operand targets, const Groups& groups, Random& random,
                               const GumbelNdcgOptions& options) {
  return gumbel_of(predictions, targets, &groups, random, options);
}

}  // namespace ranktape
