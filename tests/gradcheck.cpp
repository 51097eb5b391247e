#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

const TensorOptions float64_options = {.dtype = DType::float64};

std::vector<OperationExample> examples_of_triple(Random& random);

// y = 3 x, as a user writes an operation; `slope` is what its backward takes for the 3. Its own example is right, so
// that the test of all operations holds.
const Operation triple_operation("test_triple", examples_of_triple);

Tensor triple(Operand x, double slope) {
  Tensor y = x->detach() * 3.0;
  if (Recorder recorder{triple_operation, {x}}) {
    const auto backward = [slope](BackwardPass& pass) { pass.add(0, pass.gradient() * slope); };
    recorder.record(y, backward);
  }
  return y;
}

std::vector<OperationExample> examples_of_triple(Random& random) {
  return {
      {{tests::randn(Shape{4}, random, float64_options)}, [](std::span<const Tensor> x) { return triple(x[0], 3); }}};
}

// y = x, whose backward hands on a gradient of another shape or type.
Tensor with_gradient(Operand x, const Tensor& gradient) {
  Tensor y = x->clone();
  if (Recorder recorder{triple_operation, {x}}) {
    recorder.record(y, [gradient](BackwardPass& pass) { pass.add(0, gradient); });
  }
  return y;
}

}  // namespace

TEST_CASE("gradcheck: a right gradient passes") {
  Random random(1);
  const GradcheckReport report = gradcheck([](std::span<const Tensor> x) { return triple(x[0], 3); },
                                           {tests::randn(Shape{2, 3}, random, float64_options)});
  CHECK(report.passed);
  CHECK(report.message.empty());
  CHECK(report.largest_error < 1e-8);
}

TEST_CASE("gradcheck: a wrong gradient is reported with its place and both values") {
  // The cotangent of one element is the first normal number of gradcheck's own generator.
  const GradcheckReport report = gradcheck([](std::span<const Tensor> x) { return triple(exp(x[0]) + x[1], 2); },
                                           {tests::from({0}, float64_options), tests::from({0.5}, float64_options)});
  CHECK_FALSE(report.passed);
  const double cotangent = Random(20260101).normal();
  CHECK(report.largest_error == doctest::Approx(std::abs(cotangent)).epsilon(1e-6));
  const std::string begin = "input 0, element 0 at 0: gradient ";
  const std::string middle = ", central difference ";
  REQUIRE(report.message.starts_with(begin));
  const std::size_t split = report.message.find(middle);
  REQUIRE(split != std::string::npos);
  CHECK(std::stod(report.message.substr(begin.size())) == doctest::Approx(2 * cotangent).epsilon(1e-12));
  CHECK(std::stod(report.message.substr(split + middle.size())) == doctest::Approx(3 * cotangent).epsilon(1e-6));
}

TEST_CASE("gradcheck: an error of one element of one input is found, however small beside the others") {
  Random random(2);
  const auto nearly = [](std::span<const Tensor> x) {
    const Tensor mask = tests::from({0, 0, 1}, float64_options);
    return x[0] * 3.0 + triple(x[1], 3) + triple(x[1], 3 + 1e-5) * mask;
  };
  const GradcheckReport report = gradcheck(
      nearly, {tests::randn(Shape{3}, random, float64_options), tests::randn(Shape{3}, random, float64_options)});
  CHECK_FALSE(report.passed);
  CHECK(report.message.starts_with("input 1, element 2 at "));
  CHECK(gradcheck(nearly,
                  {tests::randn(Shape{3}, random, float64_options), tests::randn(Shape{3}, random, float64_options)},
                  {.relative_tolerance = 1e-4})
            .passed);
}

TEST_CASE("gradcheck: a gradient that is NaN, and one that does not flow, are wrong") {
  const std::vector<Tensor> at_one = {tests::from({1}, float64_options)};
  CHECK_FALSE(gradcheck([](std::span<const Tensor> x) { return triple(x[0], NAN); }, at_one).passed);
  const GradcheckReport cut = gradcheck([](std::span<const Tensor> x) { return x[0].detach() * 2.0; }, at_one);
  CHECK_FALSE(cut.passed);
  CHECK(cut.message.starts_with("input 0, element 0 at 1: gradient 0, central difference "));
  CHECK(gradcheck([](std::span<const Tensor> x) { return greater(x[0], 0.0); }, at_one).passed);
}

TEST_CASE("gradcheck: float32 is refused") {
  const Tensor x = tests::from({1, 2}).named("x");
  CHECK(error_text<DTypeError>([&] { gradcheck([](std::span<const Tensor> in) { return exp(in[0]); }, {x}); }) ==
        "gradcheck: input 'x' [2] float32 is not float64; differences of float32 values are mostly rounding");
}

TEST_CASE("gradcheck: neither the inputs nor a tape around it are touched") {
  const Tensor x = tests::from({1, 2}, {.dtype = DType::float64, .requires_grad = true});
  const Tape tape;
  CHECK(gradcheck([](std::span<const Tensor> in) { return in[0] * in[1]; }, {x, x}).passed);
  CHECK(tape.records().empty());
  CHECK(x.to_vector<double>() == std::vector<double>{1, 2});
}

TEST_CASE("gradcheck: a backward function that gives a gradient of another shape or type is named") {
  const Tensor w = tests::zeros(Shape{3}, {.dtype = DType::float64, .requires_grad = true}).named("w");
  const Tape tape;
  const Tensor seed = tests::ones(Shape{3}, float64_options);
  CHECK(error_text<ShapeError>(
            [&] { with_gradient(w, tests::ones(Shape{2}, float64_options)).backward({.cotangent = seed}); }) ==
        "test_triple: backward made a gradient of [2] float64 for input 0, 'w' [3] float64; it must be of that shape, "
        "or one that the input broadcasts to, and of its type");
  CHECK(error_text<ShapeError>([&] {
          with_gradient(w, tests::ones(Shape{1}, float64_options)).backward({.cotangent = seed});
        }).starts_with("test_triple: backward made a gradient of [1] float64 for input 0"));
  CHECK(error_text<DTypeError>([&] {
          with_gradient(w, tests::ones(Shape{3})).backward({.cotangent = seed});
        }).starts_with("test_triple: backward made a gradient of [3] float32 for input 0"));
  const Tensor wide = tests::ones(Shape{2, 3}, float64_options);
  CHECK(with_gradient(w, wide).backward({.cotangent = seed})[w].to_vector<double>() == std::vector<double>{2, 2, 2});
}
