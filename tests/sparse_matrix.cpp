#include "support.hpp"

#include <ranktape/core/random.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

template <class T>
std::vector<T> copy(std::span<const T> values) {
  return {values.begin(), values.end()};
}

//  0  1  0  2
//  0  0  0  0
//  3  0  0 -4
SparseMatrix example() { return SparseMatrix::from(4, {0, 2, 2, 4}, {1, 3, 0, 3}, {1, 2, 3, -4}); }

const std::vector<double> example_entries = {0, 1, 0, 2, 0, 0, 0, 0, 3, 0, 0, -4};

std::string refused(std::int64_t columns, std::vector<std::int64_t> offsets, std::vector<std::int32_t> indices,
                    std::vector<float> values) {
  return error_text<ShapeError>(
      [&] { SparseMatrix::from(columns, std::move(offsets), std::move(indices), std::move(values)); });
}

Tensor random_dense(const Shape& shape, Random& random) {
  Tensor dense = Tensor::randn(shape, random);
  for (float& value : dense.mutable_values<float>()) {
    value = random.uniform() < 0.7 ? 0 : value;
  }
  return dense;
}

}  // namespace

TEST_CASE("sparse matrix: what it is made of") {
  const SparseMatrix matrix = example();
  CHECK(matrix.rows() == 3);
  CHECK(matrix.columns() == 4);
  CHECK(matrix.entries() == 4);
  CHECK(matrix.device() == Device::cpu);
  CHECK(copy(matrix.offsets()) == std::vector<std::int64_t>{0, 2, 2, 4});
  CHECK(copy(matrix.indices()) == std::vector<std::int32_t>{1, 3, 0, 3});
  CHECK(copy(matrix.values()) == std::vector<float>{1, 2, 3, -4});
  CHECK(matrix.to_dense().to_vector<double>() == example_entries);
  CHECK(matrix.to_dense(DType::float64).dtype() == DType::float64);
  const SparseMatrix shared = matrix;  // NOLINT(performance-unnecessary-copy-initialization): what is tested
  CHECK(shared.values().data() == matrix.values().data());
  const SparseMatrix none;
  CHECK(none.rows() == 0);
  CHECK(none.columns() == 0);
  CHECK(none.to_dense().shape() == Shape{0, 0});
  CHECK(SparseMatrix::from(5, {0, 0, 0}, {}, {}).to_dense().shape() == Shape{2, 5});
  CHECK(SparseMatrix::from(0, {0, 0}, {}, {}).to_dense().shape() == Shape{1, 0});
}

TEST_CASE("sparse matrix: over memory of another's") {
  const auto owner = std::make_shared<const std::vector<float>>(std::vector<float>{7, 8});
  std::weak_ptr<const std::vector<float>> watched = owner;
  const std::vector<std::int64_t> offsets = {0, 1, 2};
  const std::vector<std::int32_t> indices = {0, 0};
  {
    const SparseMatrix matrix = SparseMatrix::share(1, offsets, indices, *owner, owner);
    CHECK(matrix.values().data() == owner->data());
    CHECK(watched.use_count() == 2);
  }
  CHECK(watched.use_count() == 1);
  CHECK(error_text<ShapeError>([&] { SparseMatrix::share(0, offsets, indices, *owner, owner); }) ==
        "SparseMatrix::share: row 0 has an entry in column 0 of a matrix with 0 columns");
}

TEST_CASE("sparse matrix: what is refused") {
  CHECK(refused(-1, {0}, {}, {}) == "SparseMatrix::from: -1 columns; there may be 0 to 2147483647");
  CHECK(refused(std::int64_t{1} << 31, {0}, {}, {}) ==
        "SparseMatrix::from: 2147483648 columns; there may be 0 to 2147483647");
  const std::string begin =
      "SparseMatrix::from: the offsets must begin with 0; there is one more of them than there are rows";
  CHECK(refused(3, {}, {}, {}) == begin);
  CHECK(refused(3, {1, 1}, {0}, {1}) == begin);
  CHECK(refused(3, {0, 2, 1, 2}, {0, 1}, {1, 1}) == "SparseMatrix::from: offset 2 is 1, less than the 2 before it");
  CHECK(refused(3, {0, 2}, {0}, {1, 1}) ==
        "SparseMatrix::from: 1 column indices and 2 values, and the offsets end with 2; all must agree");
  CHECK(refused(3, {0, 2}, {0, 1}, {1}) ==
        "SparseMatrix::from: 2 column indices and 1 values, and the offsets end with 2; all must agree");
  CHECK(refused(3, {0, 1, 2}, {0, 3}, {1, 1}) ==
        "SparseMatrix::from: row 1 has an entry in column 3 of a matrix with 3 columns");
  CHECK(refused(3, {0, 1}, {-1}, {1}) ==
        "SparseMatrix::from: row 0 has an entry in column -1 of a matrix with 3 columns");
  CHECK(refused(3, {0, 0, 2}, {2, 1}, {1, 1}) ==
        "SparseMatrix::from: in row 1 column 1 comes after column 2; columns must rise inside a row");
  CHECK(refused(3, {0, 2}, {1, 1}, {1, 1}) ==
        "SparseMatrix::from: in row 0 column 1 comes after column 1; columns must rise inside a row");
  CHECK(error_text<ShapeError>([] {
          SparseMatrix::from_dense(Tensor({1, 2}));
        }) == "SparseMatrix::from_dense: [2] float32 must have two dimensions, [rows, columns]");
  CHECK_THROWS_AS(SparseMatrix::from_dense(Tensor()), ShapeError);
}

TEST_CASE("sparse matrix: rows chosen by ranges and one by one") {
  const SparseMatrix matrix = example();
  const std::vector<RowRange> ranges = {{2, 3}, {1, 1}, {0, 2}, {2, 3}};
  const SparseMatrix chosen = matrix.select(ranges);
  CHECK(copy(chosen.offsets()) == std::vector<std::int64_t>{0, 2, 4, 4, 6});
  CHECK(copy(chosen.indices()) == std::vector<std::int32_t>{0, 3, 1, 3, 0, 3});
  CHECK(copy(chosen.values()) == std::vector<float>{3, -4, 1, 2, 3, -4});
  CHECK(chosen.columns() == 4);
  const std::vector<std::int64_t> rows = {2, 0, 1, 2};
  CHECK(matrix.select(rows).to_dense().to_vector<float>() == chosen.to_dense().to_vector<float>());
  CHECK(matrix.select(std::vector<std::int64_t>{}).rows() == 0);
  const auto refused_range = [&](const RowRange& range) {
    return error_text<ShapeError>([&] { static_cast<void>(matrix.select(std::vector<RowRange>{{0, 1}, range})); });
  };
  CHECK(refused_range({2, 4}) == "SparseMatrix::select: rows 2 to 3 are not among the 3 of the matrix");
  CHECK(refused_range({-1, 1}) == "SparseMatrix::select: rows -1 to 0 are not among the 3 of the matrix");
  CHECK(refused_range({2, 1}) == "SparseMatrix::select: rows 2 to 0 are not among the 3 of the matrix");
  CHECK(error_text<ShapeError>([&] { static_cast<void>(matrix.select(std::vector<std::int64_t>{3})); }) ==
        "SparseMatrix::select: rows 3 to 3 are not among the 3 of the matrix");
}

TEST_CASE("sparse matrix: transposed, with other columns, from a dense one") {
  Random random(5);
  for (const Shape& shape : {Shape{7, 5}, Shape{1, 9}, Shape{9, 1}, Shape{0, 3}, Shape{3, 0}}) {
    const Tensor dense = random_dense(shape, random);
    const SparseMatrix matrix = SparseMatrix::from_dense(dense);
    CHECK(matrix.to_dense().to_vector<float>() == dense.to_vector<float>());
    const SparseMatrix transposed = matrix.transposed();
    CHECK(transposed.rows() == shape[1]);
    CHECK(transposed.columns() == shape[0]);
    CHECK(transposed.entries() == matrix.entries());
    const SparseMatrix again = transposed.transposed();
    CHECK(copy(again.offsets()) == copy(matrix.offsets()));
    CHECK(copy(again.indices()) == copy(matrix.indices()));
    CHECK(copy(again.values()) == copy(matrix.values()));
  }
  CHECK(example().transposed().to_dense().to_vector<double>() ==
        std::vector<double>{0, 0, 3, 1, 0, 0, 0, 0, 0, 2, 0, -4});
  CHECK(example().with_columns(3).to_dense().to_vector<double>() == std::vector<double>{0, 1, 0, 0, 0, 0, 3, 0, 0});
  CHECK(example().with_columns(0).entries() == 0);
  const SparseMatrix wide = example().with_columns(6);
  CHECK(wide.to_dense().shape() == Shape{3, 6});
  CHECK(wide.entries() == 4);
  CHECK_THROWS_AS(static_cast<void>(example().with_columns(-1)), ShapeError);
}

TEST_CASE("sparse matrix: on the accelerator and back") {
  if (!tests::accelerator_present()) return;
  const SparseMatrix there = example().to(Device::accelerator);
  CHECK(there.device() == Device::accelerator);
  CHECK(there.to(Device::cpu).to_dense().to_vector<double>() == example_entries);
  CHECK(there.to_dense().device() == Device::accelerator);
  CHECK(there.transposed().to_dense().to_vector<double>() == example().transposed().to_dense().to_vector<double>());
  CHECK(there.transposed().transposed().to_dense().to_vector<double>() == example_entries);
  CHECK(error_text<DeviceError>([&] { static_cast<void>(there.values()); }) ==
        "SparseMatrix::values: the matrix is on the accelerator; use to(Device::cpu)");
  CHECK_THROWS_AS(static_cast<void>(there.select(std::vector<std::int64_t>{0})), DeviceError);
}
