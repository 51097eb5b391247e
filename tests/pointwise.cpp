#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;

namespace {

constexpr TensorOptions f64 = {.dtype = DType::float64};

}  // namespace

TEST_CASE("mse_loss: the mean over lists of their means, or the mean over documents") {
  const Groups groups = Groups::from_sizes({1, 3});
  const Tensor scores = tests::from({4, 1, 1, 1}, f64);
  const Tensor targets = tests::from({2, 0, 0, 0}, f64);
  CHECK(mse_loss(scores, targets, groups).item() == doctest::Approx((4 + 1) / 2.0));
  CHECK(mse_loss(scores, targets, groups, {.terms = TermReduction::batch_mean}).item() ==
        doctest::Approx((4 + 3) / 4.0));
  CHECK(mse_loss(scores, targets, groups, {.terms = TermReduction::sum}).item() == doctest::Approx((4 + 3) / 2.0));
  const Tensor weights = tests::from({1, 2, 0, 0}, f64);
  CHECK(mse_loss(scores, targets, groups, {.terms = TermReduction::batch_mean, .weights = {.documents = weights}})
            .item() == doctest::Approx((4 + 2) / 3.0));
}

TEST_CASE("pointwise_sigmoid_loss: labels are scaled, and clipped to 0 ... 1") {
  const auto loss = [](double label, double largest) {
    return pointwise_sigmoid_loss(tests::from({0.7}, f64), tests::from({label}, f64), {.largest_label = largest})
        .item();
  };
  const double relevant = std::log(1 + std::exp(-0.7));
  const double other = std::log(1 + std::exp(0.7));
  CHECK(loss(3, 1) == doctest::Approx(relevant));
  CHECK(loss(-2, 1) == doctest::Approx(other));
  CHECK(loss(3, 4) == doctest::Approx(0.75 * relevant + 0.25 * other));
}

TEST_CASE("ordinal_loss: an output for each level, for groups and rows") {
  const Tensor scores = tests::from({0.5, -1, 2, 0.25}, Shape{2, 2}, f64);
  const auto term = [](double score, bool reached) { return std::log(1 + std::exp(reached ? -score : score)); };
  const double first = term(0.5, true) + term(-1, false);
  const double second = term(2, true) + term(0.25, true);
  CHECK(ordinal_loss(scores, tests::from({1, 2}, f64), Groups::from_sizes({1, 1})).item() ==
        doctest::Approx((first + second) / 2));
  CHECK(ordinal_loss(reshape(scores, Shape{1, 2, 2}), tests::from({1, 2}, Shape{1, 2}, f64)).item() ==
        doctest::Approx((first + second) / 2));
}
