#include "support.hpp"

#include <ranktape/ranktape.hpp>

#include <cmath>
#include <numeric>

using namespace ranktape;
using tests::error_text;

namespace {

struct ListOperation {
  const char* name;
  Tensor (*over_rows)(Operand);
  Tensor (*over_groups)(Operand, const Groups&);
};

const ListOperation operations[] = {{"softmax", softmax, softmax},
                                    {"log_softmax", log_softmax, log_softmax},
                                    {"cumulative_sum", [](Operand x) { return cumulative_sum(x); }, cumulative_sum},
                                    {"standardise", [](Operand x) { return standardise(x); },
                                     [](Operand x, const Groups& groups) { return standardise(x, groups); }}};

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("normalise: groups agree with a loop over lists, with columns and without") {
  Random random(5);
  const Groups groups = Groups::from_sizes({4, 1, 0, 7, 2});
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const ListOperation& operation : operations) {
      CAPTURE(operation.name);
      const Tensor x = tests::randn(Shape{14, 18}, random, {.dtype = dtype, .requires_grad = true});
      const Tensor cotangent = tests::randn(x.shape(), random, {.dtype = dtype});
      const Tape tape;
      const Tensor together = operation.over_groups(x, groups);
      std::vector<Tensor> separate;
      for (std::int64_t list = 0; list < groups.count(); ++list) {
        const Tensor rows = slice(x, 0, groups.begin(list), groups.begin(list) + groups.size(list));
        separate.push_back(transpose(operation.over_rows(transpose(rows))));
      }
      const Tensor joined = concatenate(separate, 0);
      CHECK(values(together) == values(joined));
      CHECK(values(together.backward({.cotangent = cotangent})[x]) ==
            values(joined.backward({.cotangent = cotangent})[x]));
      const Tensor column = reshape(slice(x, 1, 3, 4), {14});
      CHECK(values(operation.over_groups(column, groups)) == values(reshape(slice(together, 1, 3, 4), {14})));
    }
  }
}

TEST_CASE("normalise: empty and single lists") {
  CHECK(softmax(tests::zeros(Shape{2, 0})).shape() == Shape{2, 0});
  CHECK(standardise(tests::zeros(Shape{0}), Groups()).size() == 0);
  CHECK(softmax(tests::from({1000})).item() == 1);
  CHECK(log_softmax(tests::from({1000})).item() == 0);
  CHECK(standardise(tests::from({1000})).item() == 0);
  CHECK(cumulative_sum(tests::from({1000})).item() == 1000);
}

TEST_CASE("normalise: softmax and log_softmax of large values, and of a million") {
  CHECK(values(softmax(tests::from({1000, 1000, -1000}))) == std::vector<double>{0.5, 0.5, 0});
  CHECK(values(log_softmax(tests::from({0, -1000}))) == std::vector<double>{0, -1000});
  Random random(9);
  const Tensor x = tests::randn(Shape{1'000'000}, random);
  const std::vector<double> probabilities = values(softmax(x));
  // Each rounded to float32: the errors are below 2^-24 of it, of either sign.
  CHECK(std::accumulate(probabilities.begin(), probabilities.end(), 0.0) == doctest::Approx(1).epsilon(0x1p-24));
  CHECK(logsumexp(log_softmax(x)).item() == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("normalise: cumulative sum along any axis, in double within") {
  const Tensor x = tests::from({1, 2, 3, 4, 5, 6}, Shape{2, 3});
  CHECK(values(cumulative_sum(x)) == std::vector<double>{1, 3, 6, 4, 9, 15});
  CHECK(values(cumulative_sum(x, 0)) == std::vector<double>{1, 2, 3, 5, 7, 9});
  const Tensor many = cumulative_sum(tests::full(Shape{1'000'000}, 0.1F));
  CHECK(values(many).back() == doctest::Approx(1e6 * static_cast<double>(0.1F)).epsilon(0x1p-24));
}

TEST_CASE("normalise: standardised lists have mean 0 and variance 1; lists of equal values give 0, also far from 0") {
  Random random(3);
  const Tensor x = tests::randn(Shape{50}, random, {.dtype = DType::float64}) * 7 + 1e4;
  const Groups groups = Groups::from_sizes({20, 30});
  const Tensor y = standardise(x, groups);
  for (const double average : values(mean(y, groups))) {
    CHECK(average == doctest::Approx(0).epsilon(1e-9));
  }
  for (const double spread : values(variance(y, groups))) {
    CHECK(spread == doctest::Approx(1).epsilon(1e-9));
  }
  for (const double epsilon : {0.0, 1e-12}) {
    const Tensor equal = tests::full(Shape{7}, 1e8 / 3, {.dtype = DType::float64, .requires_grad = true});
    const Tape tape;
    const Tensor zero = standardise(equal, {.epsilon = epsilon});
    CHECK(values(zero) == std::vector<double>(7, 0.0));
    const Tensor slope = zero.backward({.cotangent = tests::ones(Shape{7}, {.dtype = DType::float64})})[equal];
    CHECK(values(slope) == std::vector<double>(7, 0.0));
  }
}

TEST_CASE("normalise: what does not fit is refused") {
  const Tensor scores = tests::zeros(Shape{3}).named("scores");
  CHECK(error_text<ShapeError>([&] { softmax(scores, Groups::from_sizes({2})); }) ==
        "softmax: the groups hold 2 documents, but the first axis of 'scores' [3] float32 holds 3");
  CHECK(error_text<ShapeError>([&] { log_softmax(tests::scalar(1)); }) ==
        "log_softmax: axis -1 of [] float32, which has no axes; reshape it to one dimension");
  CHECK(error_text<ShapeError>([&] { cumulative_sum(scores, 1); }) ==
        "cumulative_sum: axis 1 is not one of 'scores' [3] float32; need -1 <= axis < 1");
  CHECK(error_text<NumericError>([&] { standardise(scores, {.epsilon = -1}); }) ==
        "standardise: epsilon -1 is not a number of at least 0; 1e-12 is usual");
}
