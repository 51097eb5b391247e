#pragma once

#include <ranktape/core/inspect/details.hpp>
#include <ranktape/ops/loss/lambda_loss.hpp>
#include <ranktape/ops/loss/place_weights.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/loss/soft_reciprocal_rank.hpp>
#include <ranktape/ops/loss/spearman.hpp>

#include <string_view>

// Internal: how records of losses tell their options.
namespace ranktape {

std::string_view to_string(Reduction reduction);
std::string_view to_string(TermReduction terms);
std::string_view to_string(PlaceWeights weights);
std::string_view to_string(Truncation truncation);
std::string_view to_string(LogBase base);
std::string_view to_string(LambdaScheme scheme);
std::string_view to_string(Normalization normalization);
std::string_view to_string(TargetRanks ranks);
std::string_view to_string(RelevantRanks relevant);

namespace detail {

void describe_weights(RecordDetails& details, const LossWeights& weights);

/// What the option structs of all losses share.
template <class Options>
void describe_reduction(RecordDetails& details, const Options& options) {
  if constexpr (requires { options.terms; }) {
    details.add_unless(Options{}.terms, "terms", options.terms);
  }
  details.add_unless(Reduction::mean, "reduction", options.reduction);
  describe_weights(details, options.weights);
}

}  // namespace detail
}  // namespace ranktape
