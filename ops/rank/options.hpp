#pragma once

namespace ranktape {

/// What keeps soft ranks from being hard: a quadratic term, or the entropy (Blondel et al., "Fast differentiable
/// sorting and ranking", ICML 2020, where they are called Q and E).
enum class Regularization { l2, kl };

/// `ascending`: rank 1, and the first place, is the smallest value.
enum class Direction { ascending, descending };

/// What a strength (or a temperature) of 1 means, for a list of n values.
enum class StrengthUnit {
  absolute,  ///< 1
  per_item,  ///< 1 / n: the same gradient per document whatever the list's length
  spread  ///< (population standard deviation of the list) / n, held constant in backward; a constant list counts as 1
};

struct SoftRankOptions {
  double regularization_strength = 1.0;  ///< divides: smaller is sharper (as torchsort; rank-relax multiplies)
  Regularization regularization = Regularization::l2;
  Direction direction = Direction::ascending;
  StrengthUnit strength_unit = StrengthUnit::absolute;
};

/// How the other relaxations (lapsum_rank, sigmoid_rank, neural_sort, ...) are told the same.
struct RelaxationOptions {
  double temperature = 1.0;  ///< divides: lower is sharper
  Direction direction = Direction::ascending;
  StrengthUnit temperature_unit = StrengthUnit::absolute;
};

}  // namespace ranktape
