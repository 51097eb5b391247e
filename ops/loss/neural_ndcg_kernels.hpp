#pragma once

#include <ranktape/ops/list_view.hpp>
#include <ranktape/ops/loss/gains_kernels.hpp>
#include <ranktape/ops/loss/list_loss_kernels.hpp>

#include <cmath>
#include <cstdint>

// Internal: NeuralNDCG of one list on either device. With x the scores, A_j = sum_k |x_j - x_k|, c_i = n - 1 - 2 i, t
// the temperature, u = 1 at first, and i from 0,
//   P_ij = softmax over j of (c_i x_j - A_j) / t,
//   v_j = 1 / sum_i u_i P_ij, then u_i = 1 / sum_j P_ij v_j, again and again: Q_ij = u_i P_ij v_j,
//   loss = 1 - sum_i D_i sum_j Q_ij g_j,   D_i = 1 / log2(2 + i) for i < k, else 0.
// With _u for dL/du, and R_i, S_j for the sums whose inverses u_i and v_j are, one step back is
//   _R_i = -_u_i u_i^2,   _P_ij += _R_i v_j,   _v_j += sum_i _R_i P_ij,
//   _S_j = -_v_j v_j^2,   _P_ij += _S_j u_i,   _u_i = sum_j _S_j P_ij       (with the u of the step before),
// and, with d_ij = P_ij (_P_ij - sum_l _P_il P_il) and a_j = -sum_i d_ij,
//   dL/dx_j = (sum_i c_i d_ij + sum_k sign(x_j - x_k) (a_j + a_k)) / t.
namespace ranktape::detail {

/// Memory for lists of up to `longest` documents.
struct NeuralWorkspace {
  double* matrix;           ///< n x n: P
  double* matrix_gradient;  ///< n x n
  double* rows;             ///< (iterations + 1) x n: u after each step
  double* columns;          ///< iterations x n: v of each step
  double* row_gradient;     ///< n
  double* column_gradient;  ///< n
};

struct NeuralNdcgList {
  const double* x;
  const double* gains;
  std::int64_t n;
  double inverse_temperature;
  std::int64_t k;  ///< 0: all
  std::int64_t iterations;
  double tolerance;
  NeuralWorkspace work;

  [[nodiscard]] constexpr double& p(std::int64_t i, std::int64_t j) const { return work.matrix[i * n + j]; }
  [[nodiscard]] constexpr double& p_gradient(std::int64_t i, std::int64_t j) const {
    return work.matrix_gradient[i * n + j];
  }
  [[nodiscard]] constexpr double coefficient(std::int64_t i) const { return static_cast<double>(n - 1 - 2 * i); }
  [[nodiscard]] constexpr double discount(std::int64_t i) const {
    return k == 0 || i < k ? rank_discount(static_cast<double>(i + 1)) : 0;
  }

  /// P. The A, which do not depend on the row, are kept in `row_gradient` until then.
  constexpr void fill() const {
    double* const distances = work.row_gradient;
    for (std::int64_t j = 0; j < n; ++j) {
      distances[j] = 0;
      for (std::int64_t l = 0; l < n; ++l) {
        distances[j] += std::abs(x[j] - x[l]);
      }
    }
    for (std::int64_t i = 0; i < n; ++i) {
      double greatest = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        // From the first: what all j share drops out of the softmax.
        p(i, j) = (coefficient(i) * (x[j] - x[0]) - (distances[j] - distances[0])) * inverse_temperature;
        greatest = p(i, j) > greatest ? p(i, j) : greatest;
      }
      double sum = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        p(i, j) = std::exp(p(i, j) - greatest);
        sum += p(i, j);
      }
      for (std::int64_t j = 0; j < n; ++j) {
        p(i, j) /= sum;
      }
    }
  }

  /// Sums of the columns of diag(u) P.
  constexpr void sum_columns(const double* u, double* sums) const {
    for (std::int64_t j = 0; j < n; ++j) {
      sums[j] = 0;
    }
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        sums[j] += u[i] * p(i, j);
      }
    }
  }

  /// sum_j P_ij v_j.
  [[nodiscard]] constexpr double row_times(std::int64_t i, const double* v) const {
    double sum = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      sum += p(i, j) * v[j];
    }
    return sum;
  }

  /// Returns how many steps it took.
  constexpr std::int64_t scale() const {
    constexpr double least = 1e-300;  // a column without mass stays so, instead of dividing by 0
    double* u = work.rows;
    for (std::int64_t i = 0; i < n; ++i) {
      u[i] = 1;
    }
    for (std::int64_t step = 0; step < iterations; ++step, u += n) {
      double* const v = work.columns + step * n;
      sum_columns(u, v);
      double error = step == 0 ? 2 * tolerance + 1 : 0;
      for (std::int64_t j = 0; j < n; ++j) {
        if (step > 0) {
          const double difference = std::abs(v[j - n] * v[j] - 1);
          error = difference > error ? difference : error;
        }
        v[j] = 1 / (v[j] > least ? v[j] : least);
      }
      if (error <= tolerance) {
        return step;
      }
      for (std::int64_t i = 0; i < n; ++i) {
        const double sum = row_times(i, v);
        u[n + i] = 1 / (sum > least ? sum : least);
      }
    }
    return iterations;
  }

  /// The gradient of P by way of the steps, and the loss.
  constexpr double through_steps(std::int64_t steps) const {
    double* const u_gradient = work.row_gradient;
    double* const v_gradient = work.column_gradient;
    const double* u = work.rows + steps * n;
    const auto v_of = [&](std::int64_t j) { return steps == 0 ? 1 : work.columns[(steps - 1) * n + j]; };
    double ndcg = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      v_gradient[j] = 0;
    }
    for (std::int64_t i = 0; i < n; ++i) {
      double of_row = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        of_row += p(i, j) * v_of(j) * gains[j];
        v_gradient[j] -= discount(i) * u[i] * p(i, j) * gains[j];
        p_gradient(i, j) = -discount(i) * u[i] * v_of(j) * gains[j];
      }
      ndcg += discount(i) * u[i] * of_row;
      u_gradient[i] = -discount(i) * of_row;
    }
    for (std::int64_t step = steps; step-- > 0;) {
      step_back(work.rows + step * n, work.columns + step * n);
    }
    return 1 - ndcg;
  }

  /// From u after the step, at u + n, to the u before it.
  constexpr void step_back(const double* u, const double* v) const {
    double* const u_gradient = work.row_gradient;
    double* const v_gradient = work.column_gradient;
    for (std::int64_t i = 0; i < n; ++i) {
      const double of_sum = -u_gradient[i] * u[n + i] * u[n + i];
      for (std::int64_t j = 0; j < n; ++j) {
        p_gradient(i, j) += of_sum * v[j];
        v_gradient[j] += of_sum * p(i, j);
      }
    }
    for (std::int64_t j = 0; j < n; ++j) {
      v_gradient[j] = -v_gradient[j] * v[j] * v[j];
    }
    for (std::int64_t i = 0; i < n; ++i) {
      u_gradient[i] = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        p_gradient(i, j) += v_gradient[j] * u[i];
        u_gradient[i] += v_gradient[j] * p(i, j);
      }
    }
    for (std::int64_t j = 0; j < n; ++j) {
      v_gradient[j] = 0;
    }
  }

  /// From the gradient of P to that of the scores.
  constexpr void through_softmax(double* to) const {
    double* const a = work.row_gradient;
    for (std::int64_t j = 0; j < n; ++j) {
      a[j] = 0;
      to[j] = 0;
    }
    for (std::int64_t i = 0; i < n; ++i) {
      double mean = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        mean += p_gradient(i, j) * p(i, j);
      }
      for (std::int64_t j = 0; j < n; ++j) {
        const double d = p(i, j) * (p_gradient(i, j) - mean);
        a[j] -= d;
        to[j] += coefficient(i) * d;
      }
    }
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t l = 0; l < n; ++l) {
        const int sign = (x[j] > x[l] ? 1 : 0) - (x[j] < x[l] ? 1 : 0);
        to[j] += sign * (a[j] + a[l]);
      }
    }
    for (std::int64_t j = 0; j < n; ++j) {
      to[j] *= inverse_temperature;
    }
  }

  /// The loss; its derivative by the scores is written.
  constexpr double run(double* derivative) const {
    fill();
    const double loss = through_steps(scale());
    through_softmax(derivative);
    return loss;
  }
};

namespace kernels {

/// A list without information has the loss 0, and no gradient.
struct NeuralNdcg {
  const double* scores;
  const double* gains;
  const Extremes* of_gains;
  const double* inverse_temperatures;
  ListOffsets lists;
  std::int64_t k;
  std::int64_t iterations;
  double tolerance;
  double* memory;  ///< `each` numbers for a list, if there is room for all; else for one, with each = 0
  std::int64_t each;
  ListLoss* found;
  double* derivative;

  /// Numbers of memory that a list of n documents takes.
  static constexpr std::int64_t memory_of(std::int64_t n, std::int64_t iterations) {
    return 2 * n * n + (2 * iterations + 3) * n;
  }
  static constexpr NeuralWorkspace workspace(double* memory, std::int64_t n, std::int64_t iterations) {
    double* const rows = memory + 2 * n * n;
    double* const columns = rows + (iterations + 1) * n;
    double* const row_gradient = columns + iterations * n;
    return {memory, memory + n * n, rows, columns, row_gradient, row_gradient + n};
  }

  constexpr void operator()(std::int64_t list) const {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    if (!of_gains[list].differ()) {
      found[list] = {};
      for (std::int64_t i = begin; i < begin + n; ++i) {
        derivative[i] = 0;
      }
      return;
    }
    const NeuralNdcgList one = {scores + begin,
                                gains + begin,
                                n,
                                inverse_temperatures[list],
                                k,
                                iterations,
                                tolerance,
                                workspace(memory + list * each, n, iterations)};
    found[list] = {one.run(derivative + begin), 1};
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
