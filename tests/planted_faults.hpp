#pragma once

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include "inspected_training.hpp"
#include "inspections.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace ranktape::tests {

inline Mlp small_model(const MlpOptions& options = {}) {
  Random random(5);
  return {{12, 16, 16, 1}, random, options};
}

inline Tensor parameter_of(const Mlp& model, const std::string& name) {
  for (const Tensor& parameter : model.parameters()) {
    if (parameter.name() == name) {
      return parameter;
    }
  }
  FAIL("no parameter ", name);
  return {};
}

inline void multiply(Tensor parameter, float factor) {
  for (float& value : parameter.mutable_values<float>()) {
    value *= factor;
  }
}

inline void fill(Tensor parameter, float with) { std::ranges::fill(parameter.mutable_values<float>(), with); }

inline Inspection first_look(const ScoringModel& model, const Dataset& data,
                             const InspectedTrainingOptions& options = {}) {
  return InspectedTraining(model, data, options).look();
}

/// Scores that are parameters themselves, and a loss of them.
inline Inspection look_at_scores(const Tensor& values, const std::function<Tensor(const Tensor& scores)>& loss_of) {
  const Tensor scores =
      Tensor::from(values.to_vector<float>(), values.shape(), {.requires_grad = true}).named("scores");
  const Tape tape;
  const Gradients gradients = loss_of(scores).backward({.keep_intermediate = true});
  return inspect(tape, gradients);
}

inline Tensor random_scores(std::int64_t n) {
  Random random(8);
  return Tensor::randn(Shape{n}, random);
}

}  // namespace ranktape::tests
