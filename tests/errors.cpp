#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <type_traits>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

const TensorOptions float64_options = {.dtype = DType::float64};
const TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};

}  // namespace

static_assert(std::is_base_of_v<std::runtime_error, Error>);
static_assert(std::is_base_of_v<Error, ShapeError> && std::is_base_of_v<Error, DTypeError>);
static_assert(std::is_base_of_v<Error, DeviceError> && std::is_base_of_v<Error, TapeError>);
static_assert(std::is_base_of_v<Error, NumericError> && std::is_base_of_v<Error, FormatError>);

TEST_CASE("errors: shapes that do not fit") {
  const Tensor a = Tensor::zeros(Shape{4, 3}).named("features");
  const Tensor b = Tensor::zeros(Shape{4});
  CHECK(
      error_text<ShapeError>([&] { a + b; }) ==
      "add: shapes 'features' [4, 3] float32 and [4] float32 do not broadcast: aligned at the last axis, extents must "
      "be equal or 1");
  CHECK(
      error_text<ShapeError>([&] { matmul(a, a); }) ==
      "matmul: a 'features' [4, 3] float32 has 3 columns, and b 'features' [4, 3] float32 has 4 rows; they must agree "
      "(see MatmulOptions)");
  CHECK(error_text<ShapeError>([&] { linear(b, a); }) ==
        "linear: x [4] float32 has one dimension, and must have two; for one row of 4 features use reshape(x, {1, 4}), "
        "for 4 rows of one feature reshape(x, {4, 1})");
  CHECK(error_text<ShapeError>([&] { dot(a, b); }) ==
        "dot: 'features' [4, 3] float32 and [4] float32 are of different shapes; reshape or expand one");
}

TEST_CASE("errors: types that differ") {
  const Tensor a = Tensor::zeros(Shape{3}).named("a");
  const Tensor b = Tensor::zeros(Shape{3}, float64_options).named("b");
  CHECK(error_text<DTypeError>([&] { a* b; }) ==
        "multiply: 'a' [3] float32 and 'b' [3] float64 are of different types; convert one with to(float32)");
  CHECK(error_text<DTypeError>([&] { less(b, a); }) ==
        "less: 'b' [3] float64 and 'a' [3] float32 are of different types; convert one with to(float64)");
  CHECK(error_text<DTypeError>([&] { where(a, b, b); }) ==
        "where: 'a' [3] float32 and 'b' [3] float64 are of different types; convert one with to(float32)");
}

TEST_CASE("errors: ranking what cannot be ranked") {
  const Tensor column = Tensor::zeros(Shape{5, 1}).named("scores");
  CHECK(error_text<ShapeError>([&] { soft_rank(column); }) ==
        "soft_rank: each row of 'scores' [5, 1] float32 would be a list of one document; give a tensor of shape "
        "[documents] with Groups, or reshape it so that the last dimension is a list");
  CHECK(error_text<ShapeError>([&] {
          soft_sort(Tensor::zeros(Shape{5}), Groups::from_sizes({2, 2}));
        }) == "soft_sort: the groups hold 4 documents, but the values [5] float32 hold 5");
  const Tensor holey = Tensor({1, NAN, 2}).named("scores");
  CHECK(
      error_text<NumericError>([&] { soft_rank(holey); }) ==
      "soft_rank: element 1 of 'scores' [3] float32 is nan; values must be finite to be ranked: look at what computed "
      "them");
  CHECK(
      error_text<NumericError>([] {
        soft_rank(Tensor({1, 2}), {.regularization_strength = 0});
      }) ==
      "soft_rank: regularization_strength is 0, which makes hard ranks with no gradient; call rank or sort for those, "
      "or give a positive strength");
  CHECK(error_text<NumericError>([] {
          soft_rank(Tensor({1, 2}), {.regularization_strength = -2});
        }) == "soft_rank: regularization_strength is -2; it must be positive and finite");
  CHECK(error_text<ShapeError>([] {
          spearman_loss(Tensor({1, 2, 3}), Tensor({1, 2}));
        }) ==
        "spearman_loss: predictions [3] float32 and targets [2] float32 differ in shape; each document needs one of "
        "each");
}

TEST_CASE("errors: numbers outside an operation's domain") {
  CHECK(error_text<NumericError>([] { clamp(Tensor({1}), 2, 1); }) == "clamp: low 2 is not at most high 1");
  CHECK(error_text<NumericError>([] { clamp(Tensor({1}), NAN, 1); }) == "clamp: low nan is not at most high 1");
}

TEST_CASE("errors: the place is that of the call, also for operators and inner expressions") {
  const Tensor a = Tensor::zeros(Shape{3});
  const Tensor b = Tensor::zeros(Shape{2});
  const auto place_of = [](auto&& function) {
    try {
      function();
    } catch (const Error& error) {
      const std::string text = error.what();
      return text.substr(0, text.find(": "));
    }
    return std::string();
  };
  const auto here = [](int line) { return std::string(__FILE__) + ":" + std::to_string(line); };
  CHECK(place_of([&] { a + b; }) == here(__LINE__));
  CHECK(place_of([&] { exp(a) * (1.0 - b); }) == here(__LINE__));
  CHECK(place_of([&] { sum(spearman_loss(a, b)); }) == here(__LINE__));
  CHECK(place_of([&] { Tensor::zeros({1, 2, 3, 4, 5}); }) == here(__LINE__));
}

TEST_CASE("errors: a parameter changed after it was recorded is named, with the operation that needs it") {
  Tensor w = Tensor::from({1, 2}, float64_parameter).named("w");
  const Tape tape;
  const Tensor y = sum(square(w));
  w.mutable_values<double>()[0] = 5;
  CHECK(error_text<TapeError>([&] { y.backward(); }) ==
        "square: tensor 'w' [2] float64 was changed after it was recorded (by an optimizer's step, or through "
        "mutable_values); its gradient would be wrong: call backward before changing it, or record again");
  // The tape is as it was: what does not need the old value can still go back.
  const Tensor z = sum(w * 3.0);
  CHECK(z.backward()[w].to_vector<double>() == std::vector<double>{3, 3});
}

TEST_CASE("errors: a failure in mid-forward, in any operation, leaves the tape usable") {
  const Tensor w = Tensor::from({1, 2, 3}, float64_parameter);
  const Tensor two = Tensor::ones(Shape{2}, float64_options);
  const Tensor single = Tensor::ones(Shape{3});
  const Tape tape;
  const Tensor y = w * 2.0;
  int failures = 0;
  const auto fails = [&](auto&& function) {
    try {
      function();
    } catch (const Error&) {
      ++failures;
    }
    CHECK(tape.records().size() == 1);
    CHECK(tape.tensors().size() == 2);
  };
  fails([&] { y + two; });
  fails([&] { power(y, single); });
  fails([&] { where(two, y, y); });
  fails([&] { clamp(y, 1, 0); });
  fails([&] { maximum(y, Tensor()); });
  fails([&] { matmul(y, y); });
  fails([&] { linear(y, y); });
  fails([&] { dot(y, two); });
  fails([&] { sum(y, 3); });
  fails([&] { sum(y, Groups::from_sizes({1, 1})); });
  fails([&] { reshape(y, Shape{2, 2}); });
  fails([&] { soft_rank(y, {.regularization_strength = 0}); });
  fails([&] { soft_sort(y, Groups::from_sizes({4})); });
  fails([&] { spearman_loss(y, two); });
  fails([&] { spearman_loss(y, single); });
  fails([&] { sort(y, Groups::from_sizes({9})); });
  CHECK(failures == 16);
  CHECK(sum(y * y).backward()[w].to_vector<double>() == std::vector<double>{8, 16, 24});
}

TEST_CASE("errors: a failure in the middle of backward leaves the tape usable, and recording") {
  const Tensor w = Tensor::from({0, 4}, float64_parameter);
  const Tape tape;
  const Tensor y = sum(sqrt(w));
  CHECK(error_text<NumericError>([&] { y.backward({.check_finite = true}); }) ==
        "sqrt: backward made a gradient of inf at element 0 of input 0, [2] float64; look at that value of the input, "
        "and at the gradient that came in");
  CHECK(y.backward()[w].to_vector<double>() == std::vector<double>{std::numeric_limits<double>::infinity(), 0.25});
  const Tensor z = sum(w * w);
  CHECK(z.requires_grad());
  CHECK(z.backward()[w].to_vector<double>() == std::vector<double>{0, 8});
}
