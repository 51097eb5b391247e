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

#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/rank/transport.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape::detail {
namespace {

double largest(const Array<double>& x) {
  double most = 0;
  for (const double value : x.span()) {
    most = std::abs(value) <= most ? most : std::abs(value);  // a NaN stays
  }
  return most;
}

}  // namespace

Transport::Transport(std::size_t n)
    : n_(n), matrix_(n * n), greatest_(n), columns_(n), residual_(n), direction_(n), image_(n), inverse_diagonal_(n) {}

double Transport::fill(const double* z, const double* h, double inverse_temperature) {
  double phi = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    double* row = matrix_.data() + i * n_;
    std::size_t greatest = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      row[j] = h[j] - cost(i, z[j]);
      greatest = row[j] > row[greatest] ? j : greatest;
    }
    const double most = row[greatest];
    double others = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      row[j] = std::exp((row[j] - most) * inverse_temperature);
      others += j == greatest ? 0.0 : row[j];
    }
    for (std::size_t j = 0; j < n_; ++j) {
      row[j] /= 1 + others;
    }
    greatest_[i] = static_cast<std::uint32_t>(greatest);
    phi += (h[i] - most) * inverse_temperature - std::log1p(others);
  }
  return phi;
}

// Half way between the largest and the smallest potentials that are optimal for the hard sorting.
void Transport::start(const double* z, const std::uint32_t* order, double* h) const {
  double f = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    const double own = z[order[i]];
    if (i > 0) {
      const double below = z[order[i - 1]];
      f += (cost(i, below) - cost(i - 1, below) + cost(i, own) - cost(i - 1, own)) / 2;
    }
    h[order[i]] = cost(i, own) - f;
  }
}

// Sets residual_ to 1 - c.
double Transport::column_error() const {
  std::fill_n(residual_.data(), n_, 1.0);
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t j = 0; j < n_; ++j) {
      residual_[j] -= matrix_[i * n_ + j];
    }
  }
  return largest(residual_);
}

Transport::Outcome Transport::solve(const double* z, const std::uint32_t* order, double inverse_temperature,
                                    double tolerance, std::int64_t max_iterations, double* h) {
  constexpr double longest_step = 10;  // of h / t
  constexpr int halvings = 30;
  constexpr double exactness = 1e-4;  // of a Newton step
  start(z, order, h);
  double phi = fill(z, h, inverse_temperature);
  Outcome outcome = {0, column_error()};
  const Array<double> last(n_);
  const Array<double> step(n_);
  while (!(outcome.error <= tolerance) && outcome.iterations < max_iterations) {
    ++outcome.iterations;
    static_cast<void>(solve_columns(exactness * outcome.error, 0));
    std::copy_n(columns_.data(), n_, step.data());
    std::copy_n(h, n_, last.data());
    double length = std::min(1.0, longest_step / std::max(largest(step), 1.0));
    for (int halving = 0; halving < halvings; ++halving, length /= 2) {
      for (std::size_t j = 0; j < n_; ++j) {
        h[j] = last[j] + length * step[j] / inverse_temperature;
      }
      const double next = fill(z, h, inverse_temperature);
      const double error = column_error();
      // Near the solution phi no longer tells, but the error does.
      if (next > phi || error < outcome.error) {
        phi = next;
        outcome.error = error;
        break;
      }
    }
  }
  return outcome;
}

// y = (diag(c) - P^T P) x, that is y_j = sum_i P_ij (x_j - sum_k P_ik x_k).
void Transport::apply(const double* x, double* y) const {
  std::fill_n(y, n_, 0.0);
  for (std::size_t i = 0; i < n_; ++i) {
    const double* row = matrix_.data() + i * n_;
    const double origin = x[greatest_[i]];
    const double mean = sum_of(n_, [&](std::size_t k) { return row[k] * (x[k] - origin); });
    for (std::size_t j = 0; j < n_; ++j) {
      y[j] += row[j] * ((x[j] - origin) - mean);
    }
  }
}

// Conjugate gradients, preconditioned by the diagonal, for mu with (diag(c) - P^T P) mu = residual_. Constants are the
// kernel. Stops at a residual of `enough`; returns whether it is at most `acceptable`.
bool Transport::solve_columns(double enough, double acceptable) const {
  double* mu = columns_.data();
  double* r = residual_.data();
  double* p = direction_.data();
  std::fill_n(mu, n_, 0.0);
  // The diagonal: sum_i P_ij (1 - P_ij).
  std::fill_n(inverse_diagonal_.data(), n_, 0.0);
  for (std::size_t i = 0; i < n_; ++i) {
    const double* row = matrix_.data() + i * n_;
    double others = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      others += j == greatest_[i] ? 0.0 : row[j];
    }
    for (std::size_t j = 0; j < n_; ++j) {
      inverse_diagonal_[j] += row[j] * (j == greatest_[i] ? others : 1 - row[j]);
    }
  }
  for (double& entry : inverse_diagonal_.span()) {
    entry = entry > 1e-290 ? 1 / entry : 0.0;  // a column that is hard has nothing to solve
  }
  const auto precondition = [&] {
    return sum_of(n_, [&](std::size_t i) { return r[i] * r[i] * inverse_diagonal_[i]; });
  };
  double rho = precondition();
  for (std::size_t i = 0; i < n_; ++i) {
    p[i] = r[i] * inverse_diagonal_[i];
  }
  for (std::size_t step = 0; step < 4 * n_ + 100 && largest(residual_) > enough; ++step) {
    apply(p, image_.data());
    const double curvature = sum_of(n_, [&](std::size_t i) { return p[i] * image_[i]; });
    if (!(curvature > 0)) {
      break;  // nothing left but rounding
    }
    const double length = rho / curvature;
    for (std::size_t i = 0; i < n_; ++i) {
      mu[i] += length * p[i];
      r[i] -= length * image_[i];
    }
    const double next = precondition();
    for (std::size_t i = 0; i < n_; ++i) {
      p[i] = r[i] * inverse_diagonal_[i] + next / rho * p[i];
    }
    rho = next;
  }
  return largest(residual_) <= acceptable;
}

template <class Scalar>
bool Transport::backward(double inverse_temperature, const Scalar* g, double* gradient) {
  constexpr double enough = 1e-14;
  constexpr double acceptable = 1e-8;
  double scale = 0;
  // y_j = sum_i P_ij (G_ij - sum_k P_ik G_ik - mu_j + sum_k P_ik mu_k) times `weight` of i
  const auto accumulate = [&](const double* mu, double* y, const auto& weight) {
    std::fill_n(y, n_, 0.0);
    for (std::size_t i = 0; i < n_; ++i) {
      const double* row = matrix_.data() + i * n_;
      const auto value = [&](std::size_t j) { return static_cast<double>(g[i * n_ + j]) - mu[j]; };
      const double origin = value(greatest_[i]);
      const double mean = sum_of(n_, [&](std::size_t k) { return row[k] * (value(k) - origin); });
      for (std::size_t j = 0; j < n_; ++j) {
        scale = std::max(scale, std::abs(static_cast<double>(g[i * n_ + j])));
        y[j] += row[j] * ((value(j) - origin) - mean) * weight(i);
      }
    }
  };
  std::fill_n(columns_.data(), n_, 0.0);
  accumulate(columns_.data(), residual_.data(), [](std::size_t) { return 1.0; });
  const bool solved = solve_columns(enough * scale, acceptable * scale);
  accumulate(columns_.data(), gradient, [&](std::size_t i) { return 2 * inverse_temperature * (anchor(i) - 0.5); });
  return solved;
}

template bool Transport::backward(double, const float*, double*);
template bool Transport::backward(double, const double*, double*);

}  // namespace ranktape::detail
