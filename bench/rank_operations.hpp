#pragma once

// The ranking operations that are timed, by name: forward, and backward with a cotangent, through the public face.

#include <ranktape/ranktape.hpp>

#include <array>
#include <string_view>

namespace ranktape::bench {

struct RankOperation {
  std::string_view name;
  Tensor (*forward)(const Tensor& values, double strength);
  /// Block sizes depend on strength * n here, and on strength / n in the sorts: what scales the ranks, or the values.
  bool ranks;
};

inline constexpr std::array rank_operations = {
    RankOperation{
        "soft_rank_l2",
        [](const Tensor& values, double strength) { return soft_rank(values, {.regularization_strength = strength}); },
        true},
    RankOperation{"soft_rank_kl",
                  [](const Tensor& values, double strength) {
                    return soft_rank(values,
                                     {.regularization_strength = strength, .regularization = Regularization::kl});
                  },
                  true},
    RankOperation{
        "soft_sort_l2",
        [](const Tensor& values, double strength) { return soft_sort(values, {.regularization_strength = strength}); },
        false},
    RankOperation{"soft_sort_kl",
                  [](const Tensor& values, double strength) {
                    return soft_sort(values,
                                     {.regularization_strength = strength, .regularization = Regularization::kl});
                  },
                  false},
    RankOperation{
        "lapsum_sort",
        [](const Tensor& values, double temperature) { return lapsum_sort(values, {.temperature = temperature}); },
        true},
};

struct RankResult {
  Tensor output;
  Tensor gradient;
};

inline RankResult forward_and_backward(const RankOperation& operation, const Tensor& values, double strength,
                                       const Tensor& cotangent) {
  const Tape tape;
  Tensor output = operation.forward(values, strength);
  const Gradients gradients = output.backward({.cotangent = cotangent});
  return {.output = std::move(output), .gradient = gradients[values]};
}

}  // namespace ranktape::bench
