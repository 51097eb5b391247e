#pragma once

#include <ranktape/ops/loss/place_weights.hpp>
#include <ranktape/ops/loss/rank_mixture.hpp>
#include <ranktape/optim/loss_specification.hpp>
#include <ranktape/optim/named_loss.hpp>

#include <functional>
#include <span>
#include <string_view>

// Internal: which losses there are, by name, and what of their options a text may give.
namespace ranktape::detail {

struct LossFamily {
  std::string_view name;
  std::string_view summary;
  /// Reads the options of a term. (The loss's full text is the caller's to write.)
  NamedLoss (*make)(LossArguments& arguments);
  /// For losses of soft ranks: reads the options into a mixture, as a term of this weight. Null for others.
  void (*mix)(LossArguments& arguments, double weight, RankMixtureOptions& mixture) = nullptr;
};

/// Reads relaxation, temperature and its unit.
RelaxedRankOptions ranks_of(LossArguments& arguments, RelaxedRankOptions otherwise);
Gain gain_of(LossArguments& arguments);
PlaceWeights place_weights_of(LossArguments& arguments, PlaceWeights otherwise);

/// A loss of predictions, targets and groups, with the batch's weights in its options.
template <class Options>
RankingLoss with_weights(Tensor (*loss)(Operand, Operand, const Groups&, const Options&), const Options& options) {
  return [loss, options](const Tensor& predictions, const Batch& batch, Random&) {
    Options weighted = options;
    weighted.weights = {batch.query_weights, batch.document_weights};
    return loss(predictions, batch.targets, batch.groups, weighted);
  };
}

/// Those of soft ranks, and all others.
std::span<const LossFamily> rank_loss_families();
std::span<const LossFamily> list_loss_families();

}  // namespace ranktape::detail
