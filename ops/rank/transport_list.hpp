#pragma once

#include <ranktape/ops/list_sums.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

// Internal: the entropic optimal transport between n points and n anchors, for sinkhorn_sort on either device:
// P_ij = softmax over j of (h_j - (a_i - z_j)^2) / t with a_i = i / (n - 1), and h such that its columns, like its
// rows, sum to 1.
//
// Sinkhorn's iterations scale the rows of e^(-cost / t) and its columns in turn until both sum to 1. Where some entries
// of the solution are small their number grows as the inverse of those (e^(gap / t)), so here only rows are scaled so,
// and columns by Newton's method: with rows that sum to 1 and c_j the sum of column j,
//   phi(h) = sum_j h_j / t - sum_i log sum_j e^((h_j - cost_ij) / t)
// is concave, its gradient by h / t is 1 - c and its second derivative -(diag(c) - P^T P), the Laplacian of a graph, so
// that conjugate gradients find the step. The start is the potentials of the hard sorting.
//
// Backward: with G the gradient of P, lambda and mu with
//   sum_j P_ij (G_ij - lambda_i - mu_j) = 0 and sum_i P_ij (G_ij - lambda_i - mu_j) = 0
// solve the same system, (1 - P^T P) mu = sum_i P_ij (G_ij - sum_k P_ik G_ik), and
//   dL/dz_j = 2 / t * sum_i P_ij (G_ij - lambda_i - mu_j) a_i.
// Where P is nearly hard all these are small differences: they are taken from the greatest entry of each row.
//
// What passes over the matrix (a number for each row, then one for each column) is apart from what decides: a list is
// at a stage, which says the next pass, and `advance` goes to the next one. So a device can do the passes of many lists
// side by side, each row and column by itself, and comes to the same bits.
namespace ranktape::detail {

/// The pass that a list waits for.
enum class TransportStage : std::int32_t {
  filling,   ///< P from h, and residual = 1 - c
  diagonal,  ///< of the Laplacian
  applying,  ///< the Laplacian, to the direction
  gradient,  ///< backward: the right-hand side
  result,    ///< backward: dL/dz
  done
};

struct TransportState {
  TransportStage stage = TransportStage::filling;
  std::int32_t halving = 0;
  std::int64_t iterations = 0;
  std::int64_t steps = 0;   ///< of the conjugate gradients
  double error = INFINITY;  ///< the largest difference of a column's sum from 1
  double phi = -INFINITY;
  double length = 0;  ///< of the step of h / t, in Newton's
  double rho = 0;
  double enough = 0;  ///< the residual at which the conjugate gradients may stop
  double acceptable = 0;
  bool backward = false;
  bool solved = false;  ///< backward: whether mu was found
};

struct TransportLimits {
  double tolerance;
  std::int64_t max_iterations;
};

/// The largest |x|; NaN if there is one.
template <class Number>
constexpr Number largest(const Number* x, std::int64_t n) {
  Number most = 0;
  bool is_number = true;
  for (std::int64_t i = 0; i < n; ++i) {
    const Number size = std::abs(x[i]);
    most = size > most ? size : most;
    is_number = is_number && size == size;
  }
  return is_number ? most : std::numeric_limits<Number>::quiet_NaN();
}

/// One list; everything points into memory of the device it is on.
template <class Number>
struct TransportList {
  std::int64_t n;
  const Number* z;
  Number inverse;  ///< 1 / t
  Number* h;
  TransportState* state;
  Number* matrix;
  std::uint32_t* greatest;  ///< the column of the greatest entry of each row
  Number* rows;             ///< what a pass leaves of each row
  Number* mu;               ///< the solution of the conjugate gradients: Newton's step, too
  Number* residual;
  Number* direction;
  Number* image;
  Number* inverse_diagonal;
  Number* last;  ///< h before Newton's step

  [[nodiscard]] constexpr Number anchor(std::int64_t i) const {
    return n < 2 ? Number{0} : static_cast<Number>(i) / static_cast<Number>(n - 1);
  }
  [[nodiscard]] constexpr Number cost(std::int64_t i, Number point) const {
    const Number difference = anchor(i) - point;
    return difference * difference;
  }
  template <class Term>
  [[nodiscard]] constexpr Number sum(const Term& term) const {
    return sum_of(static_cast<std::size_t>(n), [&](std::size_t i) { return term(static_cast<std::int64_t>(i)); });
  }

  /// Begins with h half way between the largest and the smallest potentials that are optimal for the hard sorting;
  /// `order` sorts z increasingly.
  constexpr void start(const std::uint32_t* order) const {
    Number f = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const Number own = z[order[i]];
      if (i > 0) {
        const Number below = z[order[i - 1]];
        f += (cost(i, below) - cost(i - 1, below) + cost(i, own) - cost(i - 1, own)) / 2;
      }
      h[order[i]] = cost(i, own) - f;
    }
    *state = {};
  }
  constexpr void start_backward() const {
    *state = {};
    state->backward = true;
  }

  /// After the pass of the stage.
  constexpr void advance(const TransportLimits& limits) const {
    switch (state->stage) {
      case TransportStage::filling: after_filling(limits); break;
      case TransportStage::diagonal: start_solving(); break;
      case TransportStage::applying: step_solving(); break;
      case TransportStage::gradient: after_gradient(); break;
      case TransportStage::result:
      case TransportStage::done: state->stage = TransportStage::done; break;
    }
  }

 private:
  constexpr void after_filling(const TransportLimits& limits) const {
    constexpr std::int32_t halvings = 30;
    constexpr Number exactness = 1e-4;  // of a Newton step
    if (state->backward) {
      for (std::int64_t j = 0; j < n; ++j) {
        mu[j] = 0;
      }
      state->stage = TransportStage::gradient;
      return;
    }
    Number phi = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      phi += rows[i];
    }
    const Number error = largest(residual, n);
    // Near the solution phi no longer tells, but the error does. The start is taken as it is.
    if (state->iterations == 0 || phi > state->phi || error < state->error) {
      state->phi = phi;
      state->error = error;
    } else if (++state->halving < halvings) {
      state->length /= 2;
      move();
      return;
    }
    if (!(state->error <= limits.tolerance) && state->iterations < limits.max_iterations) {
      ++state->iterations;
      state->enough = exactness * state->error;
      state->stage = TransportStage::diagonal;
    } else {
      state->stage = TransportStage::done;
    }
  }

  constexpr void move() const {
    for (std::int64_t j = 0; j < n; ++j) {
      h[j] = last[j] + state->length * mu[j] / inverse;
    }
  }

  constexpr void after_gradient() const {
    constexpr Number enough = 1e-14;
    constexpr Number acceptable = 1e-8;
    const Number scale = largest(image, n);  // that of each row of G
    state->enough = enough * scale;
    state->acceptable = acceptable * scale;
    state->stage = TransportStage::diagonal;
  }

  // Conjugate gradients, preconditioned by the diagonal, for mu with (diag(c) - P^T P) mu = residual. Constants are the
  // kernel.
  constexpr void start_solving() const {
    for (std::int64_t i = 0; i < n; ++i) {
      mu[i] = 0;
      // A column that is hard has nothing to solve.
      inverse_diagonal[i] = inverse_diagonal[i] > 1e-290 ? 1 / inverse_diagonal[i] : Number{0};
      direction[i] = residual[i] * inverse_diagonal[i];
    }
    state->rho = preconditioned();
    state->steps = 0;
    continue_solving();
  }
  [[nodiscard]] constexpr Number preconditioned() const {
    return sum([&](std::int64_t i) { return residual[i] * residual[i] * inverse_diagonal[i]; });
  }
  constexpr void step_solving() const {
    const Number curvature = sum([&](std::int64_t i) { return direction[i] * image[i]; });
    if (!(curvature > 0)) {
      end_solving();  // nothing left but rounding
      return;
    }
    const Number length = state->rho / curvature;
    for (std::int64_t i = 0; i < n; ++i) {
      mu[i] += length * direction[i];
      residual[i] -= length * image[i];
    }
    const Number next = preconditioned();
    for (std::int64_t i = 0; i < n; ++i) {
      direction[i] = residual[i] * inverse_diagonal[i] + next / state->rho * direction[i];
    }
    state->rho = next;
    ++state->steps;
    continue_solving();
  }
  constexpr void continue_solving() const {
    if (state->steps < 4 * n + 100 && largest(residual, n) > state->enough) {
      state->stage = TransportStage::applying;
    } else {
      end_solving();
    }
  }
  constexpr void end_solving() const {
    constexpr Number longest_step = 10;  // of h / t
    if (state->backward) {
      state->solved = largest(residual, n) <= state->acceptable;
      state->stage = TransportStage::result;
      return;
    }
    const Number longest = largest(mu, n);
    const Number length = longest_step / (longest > 1 ? longest : Number{1});
    state->length = length < 1 ? length : Number{1};
    state->halving = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      last[j] = h[j];
    }
    move();
    state->stage = TransportStage::filling;
  }
};

}  // namespace ranktape::detail
