#include "simd_targets.hpp"

#include <ranktape/core/threads.hpp>
#include <ranktape/ops/matrix_product.hpp>
#include <ranktape/ranktape.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace ranktape;
using detail::MatrixView;
using detail::multiply;

namespace {

/// Whole numbers, so small that every sum of products is exact in float32: any mistake shows, and rounding does not.
template <class Scalar>
std::vector<Scalar> small_integers(std::int64_t count, Random& random) {
  std::vector<Scalar> values(static_cast<std::size_t>(count));
  for (Scalar& value : values) {
    value = static_cast<Scalar>(static_cast<int>(random.below(17)) - 8);
  }
  return values;
}

template <class Scalar>
MatrixView<Scalar> stored(const std::vector<Scalar>& values, std::int64_t rows, std::int64_t columns, bool transposed) {
  return transposed ? MatrixView<Scalar>(values.data(), columns, rows).transposed()
                    : MatrixView<Scalar>(values.data(), rows, columns);
}

template <class Scalar>
Scalar element(const MatrixView<Scalar>& matrix, std::int64_t i, std::int64_t j) {
  return matrix.data[i * matrix.row_step + j * matrix.column_step];
}

/// The sums of products in double, in the plainest way.
template <class Scalar>
std::vector<Scalar> plain_product(const MatrixView<Scalar>& a, const MatrixView<Scalar>& b,
                                  const std::vector<Scalar>& start) {
  std::vector<Scalar> result = start;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < b.columns; ++j) {
      double sum = static_cast<double>(result[static_cast<std::size_t>(i * b.columns + j)]);
      for (std::int64_t k = 0; k < a.columns; ++k) {
        sum += static_cast<double>(element(a, i, k)) * static_cast<double>(element(b, k, j));
      }
      result[static_cast<std::size_t>(i * b.columns + j)] = static_cast<Scalar>(sum);
    }
  }
  return result;
}

/// Whether all products of these extents, of stored and of transposed factors, are exact.
template <class Scalar>
bool products_are_exact(std::int64_t rows, std::int64_t depth, std::int64_t columns, Random& random) {
  const std::vector<Scalar> a = small_integers<Scalar>(rows * depth, random);
  const std::vector<Scalar> b = small_integers<Scalar>(depth * columns, random);
  const std::vector<Scalar> before = small_integers<Scalar>(rows * columns, random);
  const std::vector<Scalar> zeros(before.size(), Scalar{0});
  const std::vector<Scalar> unset(before.size(), std::numeric_limits<Scalar>::quiet_NaN());
  bool exact = true;
  for (const bool transpose_a : {false, true}) {
    for (const bool transpose_b : {false, true}) {
      const MatrixView<Scalar> left = stored(a, rows, depth, transpose_a);
      const MatrixView<Scalar> right = stored(b, depth, columns, transpose_b);
      std::vector<Scalar> out = unset;
      multiply(left, right, out.data());
      exact = exact && out == plain_product(left, right, zeros);
      out = before;
      multiply(left, right, out.data(), true);
      exact = exact && out == plain_product(left, right, before);
    }
  }
  return exact;
}

template <class Scalar>
void check_shapes() {
  Random random(1);
  for (std::int64_t size = 1; size <= 70; ++size) {
    const std::int64_t other = 1 + (size * 37) % 70;
    CAPTURE(size);
    CHECK(products_are_exact<Scalar>(size, other, 71 - size, random));
    CHECK(products_are_exact<Scalar>(other, size, size, random));
    CHECK(products_are_exact<Scalar>(size, size, 1, random));
    CHECK(products_are_exact<Scalar>(1, size, other, random));
    CHECK(products_are_exact<Scalar>(other, 1, size, random));
  }
  CHECK(products_are_exact<Scalar>(136, 300, 64, random));
  CHECK(products_are_exact<Scalar>(200, 300, 32, random));
  CHECK(products_are_exact<Scalar>(300, 9, 290, random));  // so wide that B is copied
  CHECK(products_are_exact<Scalar>(97, 513, 129, random));
}

template <class Scalar>
std::vector<Scalar> product_of(std::int64_t rows, std::int64_t depth, std::int64_t columns, bool transpose_a) {
  Random random(2);
  const TensorOptions options = {.dtype = sizeof(Scalar) == 4 ? DType::float32 : DType::float64};
  const Tensor a = Tensor::randn(transpose_a ? Shape{depth, rows} : Shape{rows, depth}, random, options);
  const Tensor b = Tensor::randn(Shape{depth, columns}, random, options);
  return matmul(a, b, {.transpose_a = transpose_a}).to_vector<Scalar>();
}

}  // namespace

TEST_CASE_TEMPLATE("matrix product: exact for every instruction set, shape and transpose", Scalar, float, double) {
  tests::for_each_simd_target([] { check_shapes<Scalar>(); });
}

TEST_CASE_TEMPLATE("matrix product: without rows, columns or depth", Scalar, float, double) {
  Random random(3);
  for (const std::int64_t empty : {0, 1, 2}) {
    CAPTURE(empty);
    CHECK(products_are_exact<Scalar>(empty == 0 ? 0 : 5, empty == 1 ? 0 : 7, empty == 2 ? 0 : 33, random));
    CHECK(products_are_exact<Scalar>(empty == 0 ? 0 : 1, empty == 1 ? 0 : 7, empty == 2 ? 0 : 1, random));
  }
}

TEST_CASE_TEMPLATE("matrix product: the bits depend neither on threads nor on the rows beside", Scalar, float, double) {
  const int threads = num_threads();
  for (const bool transpose_a : {false, true}) {
    set_num_threads(1);
    const std::vector<Scalar> alone = product_of<Scalar>(700, 300, 48, transpose_a);
    for (const int shared : {2, 3}) {
      set_num_threads(shared);
      CHECK(product_of<Scalar>(700, 300, 48, transpose_a) == alone);
    }
  }
  set_num_threads(threads);

  Random random(4);
  const std::vector<Scalar> a =
      Tensor::randn(Shape{31, 300}, random, {.dtype = DType::float64}).template to_vector<Scalar>();
  const std::vector<Scalar> b =
      Tensor::randn(Shape{300, 21}, random, {.dtype = DType::float64}).template to_vector<Scalar>();
  const MatrixView<Scalar> left(a.data(), 31, 300);
  const MatrixView<Scalar> right(b.data(), 300, 21);
  std::vector<Scalar> together(31 * 21);
  std::vector<Scalar> single(21);
  multiply(left, right, together.data());
  for (std::int64_t i = 0; i < left.rows; ++i) {
    multiply(left.rows_between(i, i + 1), right, single.data());
    CHECK(std::equal(single.begin(), single.end(), together.begin() + i * 21));
  }
}

TEST_CASE("matrix product: float32 sums a long depth as well as its digits allow") {
  Random random(5);
  constexpr std::int64_t depth = 20'000;
  const Tensor a = Tensor::randn(Shape{4, depth}, random);
  const Tensor b = Tensor::randn(Shape{depth, 20}, random);
  tests::for_each_simd_target([&] {
    const std::vector<double> right = matmul(a.to(float64), b.to(float64)).to_vector<double>();
    const std::vector<double> found = matmul(a, b).to_vector<double>();
    for (std::size_t i = 0; i < right.size(); ++i) {
      // A random walk of roundings of sums of size sqrt(depth).
      CHECK(std::abs(found[i] - right[i]) < static_cast<double>(depth) * 0x1p-24);
    }
  });
}
