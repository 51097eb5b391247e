#include <ranktape/optim/model_batch.hpp>

namespace ranktape::detail {

Batch batch_for(const ScoringModel& model, const Batch& batch) {
  const auto moved = [&](const Tensor& tensor) {
    return tensor.defined() ? tensor.to(model.device()).to(model.dtype()) : Tensor();
  };
  Batch result = {moved(batch.features), moved(batch.targets), batch.groups, moved(batch.query_weights),
                  moved(batch.document_weights)};
  if (batch.sparse_features) {
    result.sparse_features = batch.sparse_features->to(model.device());
  }
  return result;
}

Tensor predictions_of(const ScoringModel& model, const Batch& batch) {
  return batch.sparse_features ? model(*batch.sparse_features, batch.groups) : model(batch.features, batch.groups);
}

Tensor predictions_of(const ScoringModel& model, const Batch& batch, Random& random) {
  return batch.sparse_features ? model(*batch.sparse_features, batch.groups, random)
                               : model(batch.features, batch.groups, random);
}

}  // namespace ranktape::detail
