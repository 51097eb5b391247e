#include <ranktape/optim/look_at_loss.hpp>
#include <ranktape/optim/model_batch.hpp>

namespace ranktape {

void look_at_loss(const ScoringModel& model, const Batch& batch, const RankingLoss& loss, Random& random,
                  const StepLook& look) {
  const Batch moved = detail::batch_for(model, batch);
  const Tape tape;
  const Tensor predictions = detail::predictions_of(model, moved);
  const Tensor value = loss(predictions, moved, random);
  const Gradients gradients = value.backward({.keep_intermediate = true});
  const std::vector<Tensor> parameters = model.parameters();
  const Tape::Pause pause;
  look({.tape = tape,
        .batch = moved,
        .predictions = predictions,
        .loss = value,
        .gradients = gradients,
        .parameters = parameters});
}

}  // namespace ranktape
