#pragma once

#include <ranktape/core/batch.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/optim/scoring_model.hpp>

// Internal: how models take batches, sparse or not.
namespace ranktape::detail {

/// The batch where the model is and in its type.
Batch batch_for(const ScoringModel& model, const Batch& batch);

/// Of a batch from `batch_for`.
Tensor predictions_of(const ScoringModel& model, const Batch& batch);
Tensor predictions_of(const ScoringModel& model, const Batch& batch, Random& random);  ///< with dropout

}  // namespace ranktape::detail
