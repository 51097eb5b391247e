#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

namespace ranktape {

/// Which values are compared, in which order: Batcher's bitonic sorter, about (log2 n)^2 / 2 layers, for any n without
/// padding (a wire that would hold an infinity is followed and left out); or odd-even transposition, n layers.
enum class SortingNetwork { bitonic, odd_even };

/// How much of the smaller value a comparator of a and b puts first: f(v) with v = (b - a) / t, 1/2 at v = 0.
enum class Comparator {
  logistic,      ///< 1 / (1 + e^-v)
  logistic_phi,  ///< logistic of v / |b - a|^(1/4): "activation replacement", for gradients between close values
  gaussian,      ///< the normal distribution function
  reciprocal,    ///< 1/2 + v / (4 + 2 |v|)
  cauchy,        ///< 1/2 + atan(v) / pi
  optimal        ///< 1/2 + v up to |v| = 1/4, beyond 1 - 1 / (16 |v|): the smallest error of monotonic comparators
};

struct SortingNetworkOptions {
  double temperature = 1.0;  ///< divides: lower is sharper (diffsort's steepness is 1 / temperature)
  Direction direction = Direction::ascending;
  StrengthUnit temperature_unit = StrengthUnit::absolute;
  SortingNetwork network = SortingNetwork::bitonic;
  Comparator comparator = Comparator::cauchy;
};

/// The matrix of a differentiable sorting network (Petersen et al., "Differentiable sorting networks for scalable
/// sorting and ranking supervision", ICML 2021, and "Monotonic differentiable sorting networks", ICLR 2022) for each
/// row of [..., n]: a tensor [..., n, n] with P x the softly sorted values, row i for position i (diffsort returns its
/// transpose). A comparator of a and b leaves f a + (1 - f) b and (1 - f) a + f b on its two wires. P is a product of
/// doubly stochastic matrices: its rows and columns sum to 1. It depends on the order in which values of a list come.
/// Cost: O(n) per comparator, so O(n^2 (log n)^2) with the bitonic network and O(n^3) with odd_even, forward and back;
/// all in double; beside the output O(1) numbers per comparator (on the accelerator for all lists, and some 64 MiB, or
/// one column's numbers where those are more; a launch per layer). Errors as soft_rank; ShapeError for values of four
/// dimensions. The gradient with respect to a temperature: that of values / temperature (logistic_phi: does not apply).
Tensor sorting_network(Operand values, const SortingNetworkOptions& options = {});

}  // namespace ranktape
