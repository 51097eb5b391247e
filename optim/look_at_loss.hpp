#pragma once

#include <ranktape/core/batch.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/optim/scoring_model.hpp>
#include <ranktape/optim/training.hpp>
#include <ranktape/optim/training_step.hpp>

namespace ranktape {

/// Looks at a step that is not taken: forward without dropout, the loss, and backward; nothing moves. The step's number
/// and learning rate are 0. A loss that is not finite is no error here: the look may say where it comes from.
///
///     look_at_loss(model, data.select(queries), options.loss, random,
///                  [&](const TrainingStep& step) { inspection = inspect(step.tape, step.gradients, history); });
void look_at_loss(const ScoringModel& model, const Batch& batch, const RankingLoss& loss, Random& random,
                  const StepLook& look);

}  // namespace ranktape
