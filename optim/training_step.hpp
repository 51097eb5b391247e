#pragma once

#include <ranktape/core/batch.hpp>
#include <ranktape/core/gradients.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace ranktape {

/// One step of a training, to be looked at while its tape lives: `inspect(step.tape, step.gradients)`, for example.
/// Nothing that is computed then is recorded.
struct TrainingStep {
  std::int64_t step = 0;  ///< from 1
  double learning_rate = 0;
  const Tape& tape;
  const Batch& batch;         ///< where the model is and in its type
  const Tensor& predictions;  ///< what the model makes of the batch: [documents], or [documents, outputs]
  const Tensor& loss;
  const Gradients& gradients;  ///< of backward({.keep_intermediate = true}), before clipping
  const std::vector<Tensor>& parameters;
};

using StepLook = std::function<void(const TrainingStep& step)>;

}  // namespace ranktape
