#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;

namespace {

constexpr TensorOptions f64 = {.dtype = DType::float64};

}  // namespace

TEST_CASE("listwise losses: two documents, of which one is relevant, are a pair") {
  const Tensor scores = tests::from({0.3, 1}, f64);
  const Tensor labels = tests::from({1, 0}, f64);
  const double pair = ranknet_loss(scores, labels).item();
  CHECK(softmax_loss(scores, labels).item() == doctest::Approx(pair));
  CHECK(listmle_loss(scores, labels).item() == doctest::Approx(pair));
  CHECK(listmle_loss(scores, labels, {.place_weights = PlaceWeights::exponential}).item() == doctest::Approx(pair));
}

TEST_CASE("softmax_loss: what the sum of the labels does") {
  const Groups groups = Groups::from_sizes({2, 2});
  const Tensor scores = tests::from({0, 0, 0, 0}, f64);
  const Tensor labels = tests::from({3, 0, 1, 0}, f64);
  const auto loss = [&](TermReduction terms) { return softmax_loss(scores, labels, groups, {.terms = terms}).item(); };
  const double log2 = std::log(2.0);
  CHECK(loss(TermReduction::sum) == doctest::Approx(2 * log2));
  CHECK(loss(TermReduction::mean) == doctest::Approx(log2));
  CHECK(loss(TermReduction::batch_mean) == doctest::Approx((3 + 1) * log2 / (3 + 1)));
}

TEST_CASE("listmle_loss: equal labels stay in the order of the input") {
  const auto loss = [](double first, double second) {
    return listmle_loss(tests::from({first, second, 0}, f64), tests::from({1, 1, 0}, f64)).item();
  };
  const auto expected = [](double first, double second) {
    return std::log(std::exp(first) + std::exp(second) + 1) - first + std::log(std::exp(second) + 1) - second;
  };
  CHECK(loss(0.3, 2) == doctest::Approx(expected(0.3, 2)));
  CHECK(loss(2, 0.3) == doctest::Approx(expected(2, 0.3)));
}

TEST_CASE("listmle_loss: no list is too long for the weights of the places") {
  Random random(2);
  const Tensor scores = tests::randn(Shape{5000}, random, {.requires_grad = true});
  const Tensor labels = tests::arange(5000);
  const Tape tape;
  const Tensor loss = listmle_loss(scores, labels, {.place_weights = PlaceWeights::exponential});
  // The weights fall by half from place to place and sum to 2; each term is about log(5000).
  CHECK(loss.item() == doctest::Approx(2 * std::log(5000.0)).epsilon(0.2));
  CHECK(std::isfinite(loss.backward()[scores].to_vector<double>()[4999]));
}
