#include "support.hpp"

#include <ranktape/ranktape.hpp>

#include <cmath>
#include <limits>

using namespace ranktape;
using tests::error_text;

namespace {

constexpr TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};
constexpr double infinity = std::numeric_limits<double>::infinity();

struct NamedReduction {
  const char* name;
  Tensor (*whole)(Operand);
  Tensor (*over_axis)(Operand, int);
  Tensor (*over_groups)(Operand, const Groups&);
  double of_empty;  // NaN: an error
};

constexpr double error = std::numeric_limits<double>::quiet_NaN();
const NamedReduction reductions[] = {
    {"sum", sum, sum, sum, 0},
    {"mean", mean, mean, mean, error},
    {"max", max, max, max, error},
    {"min", min, min, min, error},
    {"logsumexp", logsumexp, logsumexp, logsumexp, -infinity},
    {"norm", norm, norm, norm, 0},
    {"variance", [](Operand x) { return variance(x); }, [](Operand x, int axis) { return variance(x, axis); },
     [](Operand x, const Groups& groups) { return variance(x, groups); }, error}};

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("reduce: all elements, an axis, and axes counted from the end") {
  const Tensor x = tests::from({1, 2, 3, 4, 5, 9}, Shape{2, 3});
  CHECK(sum(x).item() == 24);
  CHECK(sum(x).shape() == Shape{});
  CHECK(values(sum(x, 0)) == std::vector<double>{5, 7, 12});
  CHECK(values(sum(x, 1)) == std::vector<double>{6, 18});
  CHECK(values(sum(x, -1)) == values(sum(x, 1)));
  CHECK(values(sum(x, -2)) == values(sum(x, 0)));
  CHECK(values(mean(x, 1)) == std::vector<double>{2, 6});
  CHECK(values(max(x, 0)) == std::vector<double>{4, 5, 9});
  CHECK(values(min(x, 1)) == std::vector<double>{1, 4});
  CHECK(variance(x, 1).shape() == Shape{2});
  CHECK(values(variance(x, 1)) == std::vector<double>{static_cast<float>(2.0 / 3), static_cast<float>(14.0 / 3)});
  CHECK(values(variance(x, 1, {.unbiased = true})) == std::vector<double>{1, 7});
  CHECK(norm(tests::from({3, -4})).item() == 5);
  CHECK(logsumexp(tests::from({1000, 1000})).item() == doctest::Approx(1000 + std::log(2.0)));
  CHECK(sum(tests::scalar(7)).item() == 7);
}

TEST_CASE("reduce: groups agree with a loop over lists, with columns and without") {
  Random random(5);
  const Groups groups = Groups::from_sizes({4, 1, 7, 2});
  for (const Shape& shape : {Shape{14}, Shape{14, 3}, Shape{14, 2, 19}}) {
    for (const DType dtype : {DType::float32, DType::float64}) {
      const Tensor x = tests::randn(shape, random, {.dtype = dtype, .requires_grad = true});
      for (const NamedReduction& reduction : reductions) {
        CAPTURE(reduction.name);
        CAPTURE(to_string(shape));
        const Tape tape;
        const Tensor together = reduction.over_groups(x, groups);
        CHECK(together.shape() == shape.with(0, 4));
        std::vector<Tensor> separate;
        for (std::int64_t list = 0; list < groups.count(); ++list) {
          const Tensor rows = slice(x, 0, groups.begin(list), groups.begin(list) + groups.size(list));
          separate.push_back(reshape(reduction.over_axis(rows, 0), shape.with(0, 1)));
        }
        const Tensor joined = concatenate(separate, 0);
        CHECK(values(together) == values(joined));
        const Tensor cotangent = tests::randn(together.shape(), random, {.dtype = dtype});
        CHECK(values(together.backward({.cotangent = cotangent})[x]) ==
              values(joined.backward({.cotangent = cotangent})[x]));
      }
    }
  }
}

TEST_CASE("reduce: an axis of any place gives what the transposed matrix gives") {
  Random random(6);
  const Tensor x = tests::randn(Shape{21, 37}, random);
  for (const NamedReduction& reduction : reductions) {
    CAPTURE(reduction.name);
    CHECK(values(reduction.over_axis(x, 0)) == values(reduction.over_axis(transpose(x), 1)));
  }
}

TEST_CASE("reduce: empty lists have a documented value, or an error that names them") {
  const Groups groups = Groups::from_sizes({2, 0, 1});
  const Tensor scores = tests::from({1, 2, 4}).named("scores");
  for (const NamedReduction& reduction : reductions) {
    const std::string name = reduction.name;
    CAPTURE(name);
    if (std::isnan(reduction.of_empty)) {
      const auto text = [&](const std::string& place) {
        return name + ": " + place + " is of length 0, and the " + name +
               " is defined from length 1 on; leave such lists out";
      };
      CHECK(error_text<NumericError>([&] { reduction.over_groups(scores, groups); }, false)
                .ends_with(text("group 1 of 'scores' [3] float32")));
      CHECK(error_text<NumericError>(
                [&] {
                  reduction.over_axis(tests::zeros(Shape{2, 0}), 1);
                },
                false)
                .ends_with(text("axis 1 of [2, 0] float32")));
      CHECK(error_text<NumericError>([&] { reduction.whole(tests::zeros(Shape{0})); }, false)
                .ends_with(text("[0] float32")));
    } else {
      CHECK(values(reduction.over_groups(scores, groups))[1] == reduction.of_empty);
      CHECK(values(reduction.over_axis(tests::zeros(Shape{2, 0}), 1)) == std::vector<double>(2, reduction.of_empty));
      CHECK(reduction.whole(tests::zeros(Shape{0})).item() == reduction.of_empty);
    }
    CHECK(reduction.over_axis(tests::zeros(Shape{0, 0}), 1).size() == 0);  // no list at all
  }
  const Tensor w = tests::from({1, 2, 4}, float64_parameter);
  const Tape tape;
  CHECK(values(logsumexp(w, groups).backward({.cotangent = tests::ones(Shape{3}, {.dtype = DType::float64})})[w])[2] ==
        1);
}

TEST_CASE("reduce: lists of one element") {
  const Groups groups = Groups::from_sizes({1, 1});
  const Tensor x = tests::from({-3, 4});
  CHECK(values(variance(x, groups)) == std::vector<double>{0, 0});
  CHECK(values(norm(x, groups)) == std::vector<double>{3, 4});
  CHECK(values(logsumexp(x, groups)) == std::vector<double>{-3, 4});
  CHECK(error_text<NumericError>([&] { variance(x, groups, {.unbiased = true}); }) ==
        "variance: group 0 of [2] float32 is of length 1, and the variance is defined from length 2 on; leave such "
        "lists out");
}

TEST_CASE("reduce: elements that tie for max or min share the gradient") {
  const Tensor w = tests::from({2, 1, 2, 1, 1}, float64_parameter);
  const Tape tape;
  CHECK(values(max(w).backward()[w]) == std::vector<double>{0.5, 0, 0.5, 0, 0});
  CHECK(values((min(w) * 3).backward()[w]) == std::vector<double>{0, 1, 0, 1, 1});
}

TEST_CASE("reduce: NaN and infinities are not lost") {
  const double nan = std::nan("");
  CHECK(std::isnan(max(tests::from({1, nan, 3})).item()));
  CHECK(std::isnan(min(tests::from({nan, 1, -3})).item()));
  CHECK(std::isnan(logsumexp(tests::from({1, nan, 3})).item()));
  CHECK(std::isnan(norm(tests::from({1, nan, 3})).item()));
  CHECK(norm(tests::from({1, -infinity})).item() == infinity);
  CHECK(logsumexp(tests::from({1, infinity})).item() == infinity);
  const Tensor nothing = tests::from({-infinity, -infinity}, float64_parameter);
  const Tape tape;
  const Tensor y = logsumexp(nothing);
  CHECK(y.item() == -infinity);
  CHECK(values(y.backward()[nothing]) == std::vector<double>{0, 0});
}

TEST_CASE("reduce: the norm neither overflows nor vanishes, and has gradient 0 at 0") {
  CHECK(norm(tests::from({3e200, 4e200}, {.dtype = DType::float64})).item() == doctest::Approx(5e200));
  CHECK(norm(tests::from({3e-200, 4e-200}, {.dtype = DType::float64})).item() == doctest::Approx(5e-200));
  CHECK(norm(tests::from({3e30, 4e30})).item() == doctest::Approx(5e30));
  const Tensor zero = tests::zeros(Shape{3}, float64_parameter);
  const Tape tape;
  CHECK(values(norm(zero).backward()[zero]) == std::vector<double>{0, 0, 0});
}

TEST_CASE("reduce: a million elements in float32 are summed in double") {
  constexpr std::int64_t count = 1'000'000;
  const Tensor x = tests::full(Shape{count}, 0.1F);
  const double exact = count * static_cast<double>(0.1F);
  CHECK(sum(x).item() == doctest::Approx(exact).epsilon(0x1p-24));
  CHECK(sum(reshape(x, {count / 2, 2}), 0).to_vector<double>()[1] == doctest::Approx(exact / 2).epsilon(0x1p-24));
  CHECK(sum(x, Groups::from_sizes({count})).item() == doctest::Approx(exact).epsilon(0x1p-24));
  CHECK(mean(x).item() == static_cast<double>(0.1F));
  CHECK(variance(x).item() == 0);
  CHECK(variance(x + 1e6).item() == 0);
}

TEST_CASE("reduce: broadcasting a mean back over its list and differentiating through both") {
  const Tensor w = tests::from({1, 2, 6, 3, 4, 5}, Shape{2, 3}, float64_parameter);
  const Tape tape;
  const Tensor centred = w - expand(reshape(mean(w, 1), {2, 1}), w.shape());
  CHECK(values(centred) == std::vector<double>{-2, -1, 3, -1, 0, 1});
  const std::vector<double> gradient = values(sum(centred * centred).backward()[w]);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    CHECK(gradient[i] == doctest::Approx(2 * values(centred)[i]));
  }
}

TEST_CASE("reduce: what does not fit is refused with the tensor and the numbers") {
  const Tensor x = tests::zeros(Shape{2, 3}).named("features");
  CHECK(error_text<ShapeError>([&] { sum(x, 2); }) ==
        "sum: axis 2 is not one of 'features' [2, 3] float32; need -2 <= axis < 2");
  CHECK(error_text<ShapeError>([&] { mean(x, -3); }) ==
        "mean: axis -3 is not one of 'features' [2, 3] float32; need -2 <= axis < 2");
  CHECK(error_text<ShapeError>([&] { max(tests::scalar(1), 0); }) ==
        "max: axis 0 of [] float32, which has no axes; reshape it to one dimension");
  CHECK(error_text<ShapeError>([&] {
          norm(x, Groups::from_sizes({2, 2}));
        }) == "norm: the groups hold 4 documents, but the first axis of 'features' [2, 3] float32 holds 2");
  CHECK(error_text<ShapeError>([&] { sum(Tensor()); }) ==
        "input: the tensor is undefined (default-constructed); assign it first");
}
