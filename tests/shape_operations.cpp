#include "support.hpp"

#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ranktape.hpp>

#include <numeric>

using namespace ranktape;
using tests::error_text;

namespace {

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

const TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};

}  // namespace

TEST_CASE("shape operations: reshape shares the elements, and the gradient comes back in the old shape") {
  const Tensor w = tests::from({1, 2, 3, 4, 5, 6}, Shape{2, 3}, float64_parameter);
  const Tape tape;
  const Tensor y = reshape(w, {3, 2});
  CHECK(y.shape() == Shape{3, 2});
  CHECK(detail::data<double>(y) == detail::data<double>(w));
  const Tensor slope = sum(y * y).backward()[w];
  CHECK(slope.shape() == w.shape());
  CHECK(values(slope) == std::vector<double>{2, 4, 6, 8, 10, 12});
  CHECK(reshape(tests::from({7}), {}).item() == 7);
}

TEST_CASE("shape operations: expand repeats, and its gradient sums back") {
  const Tensor w = tests::from({1, 2}, Shape{2, 1}, float64_parameter);
  const Tape tape;
  const Tensor y = expand(w, {2, 2, 3});
  CHECK(values(y) == std::vector<double>{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2});
  CHECK(values(sum(y).backward()[w]) == std::vector<double>{6, 6});
  CHECK(expand(tests::scalar(1), {0, 3}).size() == 0);
}

TEST_CASE("shape operations: transpose") {
  std::vector<double> numbers(35 * 18);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Tensor x = tests::from(numbers, Shape{35, 18});
  const Tensor y = transpose(x);
  CHECK(y.shape() == Shape{18, 35});
  CHECK(values(y)[1] == 18);
  CHECK(values(y)[35 * 17 + 34] == 35 * 18 - 1);
  CHECK(values(transpose(y)) == numbers);
}

TEST_CASE("shape operations: slices along each axis, and concatenated they are the whole") {
  Random random(4);
  const Tensor x = tests::randn(Shape{4, 5, 6}, random, float64_parameter);
  const Tensor cotangent = tests::randn(x.shape(), random, {.dtype = DType::float64});
  for (int axis = -1; axis < 3; ++axis) {
    const Tape tape;
    const Tensor whole = concatenate({slice(x, axis, 0, 1), slice(x, axis, 1, 1), slice(x, axis, 1, 4),
                                      slice(x, axis, 4, x.shape()[axis < 0 ? 2 : axis])},
                                     axis);
    CHECK(values(whole) == values(x));
    CHECK(values(whole.backward({.cotangent = cotangent})[x]) == values(cotangent));
  }
  CHECK(values(slice(tests::from({0, 1, 2, 3, 4, 5}, Shape{2, 3}), 1, 1, 3)) == std::vector<double>{1, 2, 4, 5});
}

TEST_CASE("shape operations: a tensor concatenated with itself gets both gradients") {
  const Tensor w = tests::from({1, 2}, float64_parameter);
  const Tape tape;
  const Tensor y = concatenate({w, w, tests::from({9}, {.dtype = DType::float64})}, 0);
  CHECK(values(y) == std::vector<double>{1, 2, 1, 2, 9});
  CHECK(values(sum(y * y).backward()[w]) == std::vector<double>{4, 8});
}

TEST_CASE("shape operations: rows gathered in any order, and repeatedly") {
  const Tensor w = tests::from({0, 1, 10, 11, 20, 21}, Shape{3, 2}, float64_parameter);
  const std::vector<std::int64_t> rows = {2, 0, 2, 2};
  const Tape tape;
  const Tensor y = gather_rows(w, rows);
  CHECK(values(y) == std::vector<double>{20, 21, 0, 1, 20, 21, 20, 21});
  CHECK(values(sum(y).backward()[w]) == std::vector<double>{1, 1, 0, 0, 3, 3});
  CHECK(gather_rows(w, {}).shape() == Shape{0, 2});
}

TEST_CASE("shape operations: gradients of a row taken a million times are added in double") {
  const Tensor w = tests::from({1, 2}, {.requires_grad = true});
  const std::vector<std::int64_t> rows(1'000'000, 1);
  const Tape tape;
  const Tensor y = gather_rows(w, rows);
  const std::vector<double> slope = values(y.backward({.cotangent = tests::full(y.shape(), 0.1F)})[w]);
  CHECK(slope[0] == 0);
  CHECK(slope[1] == doctest::Approx(1e6 * static_cast<double>(0.1F)).epsilon(0x1p-24));
}

TEST_CASE("shape operations: what does not fit is refused") {
  const Tensor x = tests::zeros(Shape{2, 3}).named("x");
  const Tensor y = tests::zeros(Shape{2, 4});
  CHECK(error_text<ShapeError>([&] { reshape(x, {4}); }) ==
        "reshape: 'x' [2, 3] float32 has 6 elements, and shape [4] has 4; the number must stay");
  CHECK(error_text<ShapeError>([&] {
          expand(x, {2, 4});
        }) ==
        "expand: 'x' [2, 3] float32 does not broadcast to [2, 4]: aligned at the last axis, extents must be equal, or "
        "1 in the tensor");
  CHECK(error_text<ShapeError>([&] { expand(x, {3}); }).starts_with("expand: 'x' [2, 3] float32 does not"));
  CHECK(error_text<ShapeError>([&] { transpose(tests::zeros(Shape{3})); }) ==
        "transpose: [3] float32 is not a matrix; reshape it to two dimensions");
  CHECK(error_text<ShapeError>([&] { slice(x, 1, 2, 4); }) ==
        "slice: 2 to 4 is not a stretch of axis 1 of 'x' [2, 3] float32; need 0 <= begin <= end <= 3");
  CHECK(error_text<ShapeError>([&] { slice(x, 1, 2, 1); }) ==
        "slice: 2 to 1 is not a stretch of axis 1 of 'x' [2, 3] float32; need 0 <= begin <= end <= 3");
  CHECK(error_text<ShapeError>([&] { slice(x, 2, 0, 1); }) ==
        "slice: axis 2 is not one of 'x' [2, 3] float32; need -2 <= axis < 2");
  CHECK(error_text<ShapeError>([&] {
          concatenate({x, y}, 0);
        }) ==
        "concatenate: 'x' [2, 3] float32 and [2, 4] float32 do not fit along axis 0; all their other extents must "
        "agree");
  CHECK(error_text<ShapeError>([&] {
          concatenate({x, tests::zeros(Shape{3})}, 0);
        }) ==
        "concatenate: 'x' [2, 3] float32 and [3] float32 do not fit along axis 0; all their other extents must agree");
  CHECK(error_text<DTypeError>([&] {
          concatenate({x, y.to(float64)}, 1);
        }) ==
        "concatenate: 'x' [2, 3] float32 and [2, 4] float64 are of different types; convert one with to(float32)");
  CHECK(error_text<ShapeError>([&] { concatenate(std::span<const Tensor>(), 0); }) ==
        "concatenate: no tensors given; it needs at least one");
  CHECK(error_text<ShapeError>([&] {
          concatenate({x, Tensor()}, 0);
        }) == "input: the tensor is undefined (default-constructed); assign it first");
  const std::vector<std::int64_t> rows = {0, 2};
  CHECK(error_text<ShapeError>([&] { gather_rows(x, rows); }) ==
        "gather_rows: row 2 (position 1 of the list) is not in 'x' [2, 3] float32, which has 2; rows count from 0");
  CHECK(error_text<ShapeError>([&] { gather_rows(tests::scalar(1), rows); }) ==
        "gather_rows: axis 0 of [] float32, which has no axes; reshape it to one dimension");
}
