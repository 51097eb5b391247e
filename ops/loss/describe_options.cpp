#include <ranktape/ops/loss/describe_options.hpp>

namespace ranktape {

std::string_view to_string(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum: return "sum";
    case Reduction::none: return "none";
    case Reduction::mean: break;
  }
  return "mean";
}

std::string_view to_string(TermReduction terms) {
  switch (terms) {
    case TermReduction::mean: return "mean";
    case TermReduction::batch_mean: return "batch_mean";
    case TermReduction::sum: break;
  }
  return "sum";
}

std::string_view to_string(PlaceWeights weights) {
  switch (weights) {
    case PlaceWeights::discount: return "discount";
    case PlaceWeights::exponential: return "exponential";
    case PlaceWeights::equal: break;
  }
  return "equal";
}

std::string_view to_string(Truncation truncation) { return truncation == Truncation::both ? "both" : "either"; }

std::string_view to_string(LogBase base) { return base == LogBase::natural ? "natural" : "two"; }

std::string_view to_string(LambdaScheme scheme) {
  switch (scheme) {
    case LambdaScheme::ndcg_loss1: return "ndcg_loss1";
    case LambdaScheme::ndcg_loss2: return "ndcg_loss2";
    case LambdaScheme::lambdarank: return "lambdarank";
    case LambdaScheme::label_difference: return "label_difference";
    case LambdaScheme::squared_label_difference: return "squared_label_difference";
    case LambdaScheme::ndcg_loss2pp: break;
  }
  return "ndcg_loss2pp";
}

std::string_view to_string(Normalization normalization) {
  return normalization == Normalization::soft_ranks ? "soft_ranks" : "hard_ranks";
}

std::string_view to_string(TargetRanks ranks) {
  switch (ranks) {
    case TargetRanks::soft: return "soft";
    case TargetRanks::gains: return "gains";
    case TargetRanks::average: break;
  }
  return "average";
}

std::string_view to_string(RelevantRanks relevant) { return relevant == RelevantRanks::sum ? "sum" : "best"; }

void detail::describe_weights(RecordDetails& details, const LossWeights& weights) {
  const bool queries = weights.queries.defined();
  const bool documents = weights.documents.defined();
  if (queries || documents) {
    details.add("weights", queries && documents ? "queries and documents" : (queries ? "queries" : "documents"));
  }
}

}  // namespace ranktape
