#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/tensor.hpp>

// What layers of a network are made of, besides `linear` (linalg.hpp) and the activations (elementwise.hpp).
namespace ranktape {

/// Sets each element to 0 with the given probability and divides the others by 1 - probability: the expected value
/// stays. Takes two numbers from `random`, whatever the size; the mask is a function of them, computed again in
/// backward and never stored. Probability 0 returns x itself and takes none. NumericError unless it is in [0, 1).
Tensor dropout(Operand x, double probability, Random& random);

struct LayerNormOptions {
  double epsilon = 1e-5;  ///< added to the variance; NumericError unless it is positive
};

/// (x - mean) / sqrt(variance + epsilon) * weight + bias, with mean and population variance of each list along the last
/// axis; weight and bias have one element per position in it. Ba, Kiros and Hinton, "Layer normalization", 2016.
Tensor layer_norm(Operand x, Operand weight, Operand bias, const LayerNormOptions& options = {});

}  // namespace ranktape
