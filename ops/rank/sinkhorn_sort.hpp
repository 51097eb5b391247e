#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <cstdint>

namespace ranktape {

struct SinkhornOptions {
  double temperature = 1e-2;  ///< divides the squared distances in [0, 1]; lower is sharper
  Direction direction = Direction::ascending;
  StrengthUnit temperature_unit = StrengthUnit::absolute;  ///< spread: of the squashed values, and squared
  double tolerance = 1e-9;                                 ///< of the sum of each row and column
  std::int64_t max_iterations = 100;
};

/// The optimal transport matrix (Cuturi, Teboul and Vert, "Differentiable ranking and sorting using optimal transport",
/// NeurIPS 2019) of each row of [..., n]: a tensor [..., n, n] whose row i is position i. The values are squashed to
/// z = sigmoid((x - mean) / standard deviation) (a constant list: / 1), so that neither shift nor scale matters, and P
/// is the doubly stochastic matrix that minimises sum_ij P_ij ((i / (n - 1) - z_j)^2 + t log P_ij), as OTT's soft_sort.
/// It is found from the potentials of the hard sorting, by scaling the rows as Sinkhorn does and the columns by
/// Newton's method (scaling alone takes iterations without number where some entries are small), until every row and
/// column sums to 1 within the tolerance; NumericError says how far it has got if max_iterations do not do. sum(P * x,
/// -1), of one list, is that list sorted, softly. Infinitely often differentiable, ties included. Backward is by
/// implicit differentiation of the condition that rows and columns sum to 1, a linear system, not through the
/// iterations. Cost: O(n^2) for each step of the conjugate gradients in an iteration and in backward, and one n x n
/// matrix of doubles beside the output, for a list at a time (on the accelerator for as many lists at a time as take
/// some 128 MiB; it waits for the CPU every few steps, in backward, too). Errors as soft_rank; ShapeError for values of
/// four dimensions; NumericError for a tolerance that is not positive.
Tensor sinkhorn_sort(Operand values, const SinkhornOptions& options = {});

/// What the last sinkhorn_sort of this thread took: the most of any of its lists.
struct SinkhornDiagnostics {
  std::int64_t iterations = 0;
  double error = 0;  ///< the largest difference of a row's or column's sum from 1
};
SinkhornDiagnostics sinkhorn_diagnostics();

}  // namespace ranktape
