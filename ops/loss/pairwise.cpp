// The pairs and their terms are in pair_formulas.hpp.

#include <ranktape/ops/loss/label_pairs.hpp>
#include <ranktape/ops/loss/loss_examples.hpp>
#include <ranktape/ops/loss/pairwise.hpp>

namespace ranktape {
namespace {

const Operation ranknet_operation("ranknet_loss", [](Random& random) {
  return detail::loss_examples<RankNetOptions>(random, ranknet_loss, ranknet_loss,
                                               {{.sigma = 0.7, .terms = TermReduction::sum},
                                                {.terms = TermReduction::mean},
                                                {.sigma = 2, .terms = TermReduction::batch_mean}});
});

const Operation hinge_operation("pairwise_hinge_loss", [](Random& random) {
  return detail::loss_examples<PairwiseHingeOptions>(random, pairwise_hinge_loss, pairwise_hinge_loss,
                                                     {{.terms = TermReduction::sum},
                                                      {.margin = 0.5, .terms = TermReduction::mean},
                                                      {.terms = TermReduction::batch_mean}});
});

Tensor ranknet_of(Operand predictions, Operand targets, const Groups* groups, const RankNetOptions& options) {
  detail::check_positive("ranknet_loss", predictions, "sigma", options.sigma);
  return detail::label_pair_loss(ranknet_operation, predictions, targets, groups,
                                 detail::LogisticPairs{{}, options.sigma}, options,
                                 [](RecordDetails& details, const RankNetOptions& told) {
                                   details.add_unless(RankNetOptions{}.sigma, "sigma", told.sigma);
                                 });
}

Tensor hinge_of(Operand predictions, Operand targets, const Groups* groups, const PairwiseHingeOptions& options) {
  detail::check_positive("pairwise_hinge_loss", predictions, "margin", options.margin);
  return detail::label_pair_loss(hinge_operation, predictions, targets, groups, detail::HingePairs{{}, options.margin},
                                 options, [](RecordDetails& details, const PairwiseHingeOptions& told) {
                                   details.add_unless(PairwiseHingeOptions{}.margin, "margin", told.margin);
                                 });
}

}  // namespace

Tensor ranknet_loss(Operand predictions, Operand targets, const RankNetOptions& options) {
  return ranknet_of(predictions, targets, nullptr, options);
}
Tensor ranknet_loss(Operand predictions, Operand targets, const Groups& groups, const RankNetOptions& options) {
  return ranknet_of(predictions, targets, &groups, options);
}
Tensor pairwise_hinge_loss(Operand predictions, Operand targets, const PairwiseHingeOptions& options) {
  return hinge_of(predictions, targets, nullptr, options);
}
Tensor pairwise_hinge_loss(Operand predictions, Operand targets, const Groups& groups,
                           const PairwiseHingeOptions& options) {
  return hinge_of(predictions, targets, &groups, options);
}

}  // namespace ranktape
