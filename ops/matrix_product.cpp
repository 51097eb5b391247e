#include <ranktape/core/kernels.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/matrix_product.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <vector>

namespace ranktape::detail {
namespace {

template <class Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Scalar>
Eigen::Map<const Matrix<Scalar>> map(const Tensor& matrix) {
  return {data<Scalar>(matrix), matrix.shape()[0], matrix.shape()[1]};
}

}  // namespace

void multiply(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b, Tensor& out, bool accumulate) {
  if (!accumulate) {
    fill(out, 0);
  }
  dispatch(out.dtype(), [&]<class Scalar>() {
    const auto left = map<Scalar>(a);
    const auto right = map<Scalar>(b);
    Eigen::Map<Matrix<Scalar>> sum(data<Scalar>(out), out.shape()[0], out.shape()[1]);
    if (transpose_a && transpose_b) {
      sum.noalias() += left.transpose() * right.transpose();
    } else if (transpose_a) {
      sum.noalias() += left.transpose() * right;
    } else if (transpose_b) {
      sum.noalias() += left * right.transpose();
    } else {
      sum.noalias() += left * right;
    }
  });
}

void sum_columns(const Tensor& matrix, Tensor& sums) {
  dispatch(matrix.dtype(), [&]<class Scalar>() {
    const std::int64_t columns = matrix.shape()[1];
    std::vector<double, PoolAllocator<double>> totals(static_cast<std::size_t>(columns), 0.0);
    const Scalar* element = data<Scalar>(matrix);
    for (std::int64_t row = 0; row < matrix.shape()[0]; ++row) {
      for (double& total : totals) {
        total += static_cast<double>(*element++);
      }
    }
    std::transform(totals.begin(), totals.end(), data<Scalar>(sums),
                   [](double total) { return static_cast<Scalar>(total); });
  });
}

}  // namespace ranktape::detail
