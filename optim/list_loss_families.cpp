#include <ranktape/ops/loss/describe_options.hpp>
#include <ranktape/ops/loss/lambda_loss.hpp>
#include <ranktape/ops/loss/listwise.hpp>
#include <ranktape/ops/loss/pairwise.hpp>
#include <ranktape/ops/loss/pointwise.hpp>
#include <ranktape/optim/loss_families.hpp>

#include <array>

namespace ranktape::detail {
namespace {

TermReduction terms_of(LossArguments& arguments, TermReduction otherwise) {
  return arguments.choice<TermReduction>("terms", {TermReduction::sum, TermReduction::mean, TermReduction::batch_mean},
                                         otherwise);
}

NamedLoss make_ranknet(LossArguments& arguments) {
  RankNetOptions options;
  options.sigma = arguments.positive_number("sigma", options.sigma);
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&ranknet_loss, options)};
}

NamedLoss make_pairwise_hinge(LossArguments& arguments) {
  PairwiseHingeOptions options;
  options.margin = arguments.positive_number("margin", options.margin);
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&pairwise_hinge_loss, options)};
}

NamedLoss make_pairwise_squared(LossArguments& arguments) {
  PairwiseSquaredOptions options;
  options.equal_targets = arguments.flag("equal_targets", options.equal_targets);
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&pairwise_squared_loss, options), .constant_labels = options.equal_targets};
}

NamedLoss make_margin_mse(LossArguments& arguments) {
  MarginMseOptions options;
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&margin_mse_loss, options), .constant_labels = true};
}

LambdaRankOptions lambda_options(LossArguments& arguments, LambdaRankOptions options) {
  options.sigma = arguments.positive_number("sigma", options.sigma);
  options.k = arguments.count("truncation", options.k);
  options.truncation =
      arguments.choice<Truncation>("truncated_pairs", {Truncation::either, Truncation::both}, options.truncation);
  options.gain = gain_of(arguments);
  options.log_base = arguments.choice<LogBase>("log_base", {LogBase::natural, LogBase::two}, options.log_base);
  options.terms = terms_of(arguments, options.terms);
  return options;
}

NamedLoss make_lambdarank(LossArguments& arguments) {
  LambdaRankOptions options = lambda_options(arguments, {});
  options.score_normalized = arguments.flag("score_normalized", options.score_normalized);
  options.log_normalized = arguments.flag("log_normalized", options.log_normalized);
  return {.loss = with_weights(&lambdarank_loss, options)};
}

NamedLoss make_lambdaloss(LossArguments& arguments) {
  LambdaLossOptions options;
  options.scheme = arguments.choice<LambdaScheme>(
      "scheme",
      {LambdaScheme::ndcg_loss1, LambdaScheme::ndcg_loss2, LambdaScheme::ndcg_loss2pp, LambdaScheme::lambdarank,
       LambdaScheme::label_difference, LambdaScheme::squared_label_difference},
      options.scheme);
  options.mu = arguments.number_from_zero("mu", options.mu);
  options.rank = lambda_options(arguments, options.rank);
  const RankingLoss loss = [options](const Tensor& predictions, const Batch& batch, Random&) {
    LambdaLossOptions weighted = options;
    weighted.rank.weights = {batch.query_weights, batch.document_weights};
    return lambda_loss(predictions, batch.targets, batch.groups, weighted);
  };
  return {.loss = loss};
}

NamedLoss make_listnet(LossArguments&) { return {.loss = with_weights(&listnet_loss, ListNetOptions())}; }

NamedLoss make_softmax(LossArguments& arguments) {
  SoftmaxOptions options;
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&softmax_loss, options)};
}

NamedLoss make_listmle(LossArguments& arguments) {
  ListMleOptions options;
  options.place_weights = place_weights_of(arguments, options.place_weights);
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&listmle_loss, options)};
}

NamedLoss make_mse(LossArguments& arguments) {
  MseOptions options;
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&mse_loss, options), .constant_labels = true};
}

NamedLoss make_pointwise_sigmoid(LossArguments& arguments) {
  PointwiseSigmoidOptions options;
  options.largest_label = arguments.positive_number("largest_label", options.largest_label);
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&pointwise_sigmoid_loss, options), .constant_labels = true};
}

NamedLoss make_ordinal(LossArguments& arguments) {
  constexpr std::int64_t usual = 4;  // labels 0 to 4, as web search has them
  const std::int64_t outputs = arguments.count("largest_label", usual, 1);
  OrdinalOptions options;
  options.terms = terms_of(arguments, options.terms);
  return {.loss = with_weights(&ordinal_loss, options), .constant_labels = true, .outputs = outputs};
}

}  // namespace

std::span<const LossFamily> list_loss_families() {
  static constexpr std::array<LossFamily, 12> families = {{
      {"ranknet", "logistic loss of pairs", make_ranknet},
      {"pairwise_hinge", "hinge loss of pairs", make_pairwise_hinge},
      {"pairwise_squared", "squared difference of score and label margins", make_pairwise_squared},
      {"margin_mse", "the same, where labels are a teacher's scores", make_margin_mse},
      {"lambdarank", "logistic loss of pairs, each weighed by what swapping them does to NDCG", make_lambdarank},
      {"lambdaloss", "other weights of pairs: NDCG-Loss1, 2, 2++", make_lambdaloss},
      {"listnet", "cross-entropy of softmax(scores) and softmax(labels)", make_listnet},
      {"softmax", "cross-entropy of softmax(scores) and labels", make_softmax},
      {"listmle", "likelihood of the labels' order", make_listmle},
      {"mse", "squared difference of score and label", make_mse},
      {"pointwise_sigmoid", "cross-entropy of sigmoid(score) and the label, from 0 to 1", make_pointwise_sigmoid},
      {"ordinal", "for each label from 1 on, whether a document reaches it; the model has an output for each",
       make_ordinal},
  }};
  return families;
}

}  // namespace ranktape::detail
