#pragma once

#include <ranktape/core/array.hpp>

#include <cstddef>
#include <cstdint>

// Internal: the entropic optimal transport between n points and n anchors, for sinkhorn_sort.
namespace ranktape::detail {

/// P_ij = softmax over j of (h_j - (a_i - z_j)^2) / t with a_i = i / (n - 1), and h such that its columns, like its
/// rows, sum to 1.
class Transport {
 public:
  explicit Transport(std::size_t n);

  struct Outcome {
    std::int64_t iterations;
    double error;  ///< the largest difference of a sum from 1
  };
  /// Finds h, n numbers; `order` sorts z increasingly. Afterwards matrix() is P.
  Outcome solve(const double* z, const std::uint32_t* order, double inverse_temperature, double tolerance,
                std::int64_t max_iterations, double* h);
  /// P from h. Returns the sum of h / t less those of the logarithms of the softmax's denominators.
  double fill(const double* z, const double* h, double inverse_temperature);
  /// Sets `gradient` to dL/dz for the gradient g of P, given P in matrix(); false if that could not be solved for.
  template <class Scalar>
  bool backward(double inverse_temperature, const Scalar* g, double* gradient);

  [[nodiscard]] const double* matrix() const { return matrix_.data(); }
  [[nodiscard]] double anchor(std::size_t i) const {
    return n_ < 2 ? 0.0 : static_cast<double>(i) / static_cast<double>(n_ - 1);
  }

 private:
  [[nodiscard]] double cost(std::size_t i, double z) const {
    const double difference = anchor(i) - z;
    return difference * difference;
  }
  void start(const double* z, const std::uint32_t* order, double* h) const;
  [[nodiscard]] double column_error() const;
  void apply(const double* x, double* y) const;
  [[nodiscard]] bool solve_columns(double enough, double acceptable) const;

  std::size_t n_;
  Array<double> matrix_;
  Array<std::uint32_t> greatest_;  // of each row of the matrix
  Array<double> columns_;          // mu
  Array<double> residual_;
  Array<double> direction_;
  Array<double> image_;
  Array<double> inverse_diagonal_;
};

}  // namespace ranktape::detail
