#include "elementwise_operations.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

using namespace ranktape::tests;

TEST_CASE("elementwise: at infinity and at the edge of the domain as std has it") {
  const Tensor edges = tests::from({0, infinity, -infinity}, float64_options);
  CHECK(exp(edges).to_vector<double>() == Doubles{1, infinity, 0});
  CHECK(sigmoid(edges).to_vector<double>() == Doubles{0.5, 1, 0});
  CHECK(softplus(edges).to_vector<double>() == Doubles{std::log(2.0), infinity, 0});
  CHECK(reciprocal(edges).to_vector<double>() == Doubles{infinity, 0, -0.0});
  CHECK(log(tests::from({0})).item() == -infinity);
  CHECK(std::isnan(log(tests::from({-1})).item()));
  CHECK(std::isnan(sqrt(tests::from({-1})).item()));
  CHECK(log1p(tests::from({-1})).item() == -infinity);
  CHECK(std::isnan(power(tests::from({-2}), 0.5).item()));
  CHECK(power(tests::from({-2}), 3).item() == -8);
  CHECK(power(tests::from({0}), 0).item() == 1);
}

// A NaN that a later operation swallows is a diverged model that nobody notices.
TEST_CASE("elementwise: NaN goes through, on either side") {
  const Tensor x = tests::from({not_a_number}, float64_options);
  const Tensor one = tests::from({1}, float64_options);
  for (const Tensor& y :
       {relu(x),         leaky_relu(x), elu(x),        gelu(x),           silu(x),         softplus(x),
        sigmoid(x),      tanh(x),       abs(x),        sqrt(x),           exp(x),          log(x),
        clamp(x, -1, 1), maximum(x, 0), minimum(x, 0), maximum(x, one),   maximum(one, x), minimum(x, one),
        minimum(one, x), x + one,       one * x,       where(one, x, one)}) {
    CHECK(std::isnan(y.item()));
  }
  CHECK(equal(x, x).item() == 0);
  CHECK(not_equal(x, x).item() == 1);
}

TEST_CASE("elementwise: derivatives where there is no one slope") {
  const auto slope_at = [](double at, auto&& function) {
    const Tensor x = tests::from({at}, float64_parameter);
    const Tape tape;
    return function(x).backward()[x].item();
  };
  CHECK(slope_at(0, [](const Tensor& x) { return abs(x); }) == 0);
  CHECK(slope_at(0, [](const Tensor& x) { return relu(x); }) == 0);
  CHECK(slope_at(2, [](const Tensor& x) { return maximum(x, 2.0); }) == 0.5);
  CHECK(slope_at(2, [](const Tensor& x) { return minimum(x, 2.0); }) == 0.5);
  CHECK(slope_at(2, [](const Tensor& x) { return clamp(x, 2, 3); }) == 1);
  CHECK(slope_at(3, [](const Tensor& x) { return clamp(x, 2, 3); }) == 1);
  CHECK(slope_at(3.1, [](const Tensor& x) { return clamp(x, 2, 3); }) == 0);
  CHECK(slope_at(0, [](const Tensor& x) { return power(x, 1.0); }) == 1);
  CHECK(slope_at(0, [](const Tensor& x) { return power(x, 0.0); }) == 0);
  CHECK(slope_at(0, [](const Tensor& x) { return power(x, 2.0); }) == 0);
}

TEST_CASE("elementwise: equal operands of maximum and minimum share the gradient") {
  const Tensor a = tests::from({1, 2, 3}, float64_parameter);
  const Tensor b = tests::from({3, 2, 1}, float64_parameter);
  const Tensor seed = tests::from({2, 20, 200}, float64_options);
  const Tape tape;
  const Gradients largest = maximum(a, b).backward({.cotangent = seed});
  CHECK(largest[a].to_vector<double>() == Doubles{0, 10, 200});
  CHECK(largest[b].to_vector<double>() == Doubles{2, 10, 0});
  const Gradients least = minimum(a, b).backward({.cotangent = seed});
  CHECK(least[a].to_vector<double>() == Doubles{2, 10, 0});
  CHECK(least[b].to_vector<double>() == Doubles{0, 10, 200});
  CHECK(maximum(a, a).backward({.cotangent = seed})[a].to_vector<double>() == Doubles{2, 20, 200});
}

// d (a / b) / d b = -a / b^2, where b^2 alone would overflow or vanish.
TEST_CASE("elementwise: the gradient of a quotient is finite where it can be") {
  const Tensor a = tests::from({1e30, 1e-30});
  const Tensor b = tests::from({1e25, 1e-25}, {.requires_grad = true});
  const Tape tape;
  const Doubles by_b = backward_of_ones(a / b)[b].to_vector<double>();
  CHECK(by_b[0] == doctest::Approx(-1e-20).epsilon(1e-6).scale(0));
  CHECK(by_b[1] == doctest::Approx(-1e20).epsilon(1e-6));
  const Tensor large = tests::from({1e25}, {.requires_grad = true});
  CHECK(backward_of_ones(1e30 / large)[large].item() == doctest::Approx(-1e-20).epsilon(1e-6).scale(0));
}

TEST_CASE("elementwise: the exponent's gradient, at a base of 0 too") {
  const Tensor base = tests::from({0, 0, 2}, float64_parameter);
  const Tensor exponent = tests::from({0, 2, 3}, float64_parameter);
  const Tape tape;
  const Gradients gradients = backward_of_ones(power(base, exponent));
  CHECK(gradients[base].to_vector<double>() == Doubles{0, 0, 12});
  CHECK(gradients[exponent].to_vector<double>()[0] == 0);
  CHECK(gradients[exponent].to_vector<double>()[1] == 0);
  CHECK(gradients[exponent].to_vector<double>()[2] == doctest::Approx(8 * std::log(2.0)));
}

TEST_CASE("elementwise: comparisons are constants of the operands' type") {
  const Tensor x = tests::from({1, 2, 3}, {.requires_grad = true});
  const Tape tape;
  const Tensor held = greater(x, 2.0);
  CHECK(held.dtype() == DType::float32);
  CHECK_FALSE(held.requires_grad());
  CHECK(tape.records().empty());
  CHECK(held.to_vector<double>() == Doubles{0, 0, 1});
  CHECK(greater_equal(x, 2.0).to_vector<double>() == Doubles{0, 1, 1});
  CHECK(less(x, 2.0).to_vector<double>() == Doubles{1, 0, 0});
  CHECK(less_equal(x, 2.0).to_vector<double>() == Doubles{1, 1, 0});
  CHECK(equal(x, 2.0).to_vector<double>() == Doubles{0, 1, 0});
  CHECK(not_equal(x, 2.0).to_vector<double>() == Doubles{1, 0, 1});
  CHECK(equal(tests::from({0.1}), 0.1).item() == 1);  // the number takes the tensor's type
  CHECK(equal(tests::from({-0.0}), 0.0).item() == 1);
  CHECK(backward_of_ones(held * x)[x].to_vector<double>() == Doubles{0, 0, 1});
}

TEST_CASE("elementwise: where chooses, broadcasting all three") {
  const Tensor condition = tests::from({1, 0, -2}, float64_options);
  const Tensor a = tests::from({1, 2}, Shape{2, 1}, float64_parameter);
  const Tensor b = tests::scalar(9, float64_parameter);
  const Tape tape;
  const Tensor y = where(condition, a, b);
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y.to_vector<double>() == Doubles{1, 9, 1, 2, 9, 2});
  const Gradients gradients = y.backward({.cotangent = tests::from({1, 2, 3, 4, 5, 6}, Shape{2, 3}, float64_options)});
  CHECK(gradients[a].to_vector<double>() == Doubles{4, 10});
  CHECK(gradients[b].item() == 7);
  CHECK(where(tests::from({1, 0}, Shape{2, 1}, float64_options), b, tests::from({5, 6, 7}, float64_options))
            .to_vector<double>() == Doubles{9, 9, 9, 5, 6, 7});
}

TEST_CASE("elementwise: where gives the side not chosen exactly nothing, even of an infinite gradient") {
  const Tensor a = tests::from({1, 2}, float64_parameter);
  const Tensor b = tests::from({3, 4}, float64_parameter);
  const Tape tape;
  const Tensor y = where(tests::from({1, 0}, float64_options), a, b);
  const Gradients gradients = y.backward({.cotangent = tests::from({infinity, -infinity}, float64_options)});
  CHECK(gradients[a].to_vector<double>() == Doubles{infinity, 0});
  CHECK(gradients[b].to_vector<double>() == Doubles{0, -infinity});
}

TEST_CASE("elementwise: operands that do not go together") {
  const Tensor a = tests::zeros(Shape{2, 3}).named("a");
  const Tensor b = tests::zeros(Shape{2});
  const Tensor wide = tests::zeros(Shape{3}, float64_options);
  const auto shapes = [](const std::string& name) {
    return name +
           ": shapes 'a' [2, 3] float32 and [2] float32 do not broadcast: aligned at the last axis, extents must be "
           "equal or 1";
  };
  const auto types = [](const std::string& name) {
    return name + ": 'a' [2, 3] float32 and [3] float64 are of different types; convert one with to(float32)";
  };
  for (const Binary& operation : binary_operations()) {
    CAPTURE(operation.name);
    const std::string shape_text = error_text<ShapeError>([&] { operation.ours(a, b); }, false);
    CHECK(shape_text.substr(shape_text.find(": ") + 2) == shapes(operation.name));
    const std::string type_text = error_text<DTypeError>([&] { operation.ours(a, wide); }, false);
    CHECK(type_text.substr(type_text.find(": ") + 2) == types(operation.name));
  }
  CHECK(error_text<ShapeError>([&] { where(a, a, b); }) == shapes("where"));
  CHECK(error_text<ShapeError>([&] { where(b, a, a); }) ==
        "where: the condition [2] float32 does not broadcast with the values' shape [2, 3]");
  CHECK(error_text<ShapeError>([] {
          tests::zeros(Shape{1, 2}) + tests::zeros(Shape{2, 3, 1, 3});
        }).starts_with("add: shapes [1, 2] float32 and [2, 3, 1, 3] float32 do not broadcast"));
}

TEST_CASE("elementwise: operations never write to their inputs") {
  for (const Unary& operation : unary_operations()) {
    CAPTURE(operation.name);
    const Tensor x = tests::from({0.5, 2, 3}, float64_parameter);
    const Tensor seed = tests::from({2, 3, 4}, float64_options);
    const Tape tape;
    const Tensor y = operation.ours(x);
    const Doubles before = y.to_vector<double>();
    y.backward({.cotangent = seed});
    CHECK(x.to_vector<double>() == Doubles{0.5, 2, 3});
    CHECK(y.to_vector<double>() == before);
    CHECK(seed.to_vector<double>() == Doubles{2, 3, 4});
  }
}
