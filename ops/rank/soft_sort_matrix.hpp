#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

struct SoftSortMatrixOptions {
  double temperature = 1.0;  ///< divides: lower is sharper
  Direction direction = Direction::ascending;
  StrengthUnit temperature_unit = StrengthUnit::absolute;  ///< with power 2 the spread is squared, too
  int power = 1;                                           ///< of the distance, 1 or 2
};

/// The SoftSort matrix (Prillo and Eisenschlos, "SoftSort: a continuous relaxation for the argsort operator", ICML
/// 2020) of each row of [..., n]: a tensor [..., n, n] whose row i, position i, is the softmax over the
/// values j of -|s_i - x_j|^power / t, s the sorted values. Rows sum to 1, columns only nearly; the largest entry of
/// each row is at the value that belongs there, at any temperature. sum(P * x, -1), of one list, is that list sorted,
/// softly. Differentiable except where values tie.
/// Cost: O(n^2) time and the matrix, forward and back; beside it O(n) memory. Errors as soft_rank; ShapeError for
/// values of four dimensions. The gradient with respect to a temperature (power 1): that of values / temperature.
Tensor soft_sort_matrix(Operand values, const SoftSortMatrixOptions& options = {});

}  // namespace ranktape
