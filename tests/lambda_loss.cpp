#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;

namespace {

using Values = std::vector<double>;

constexpr TensorOptions f64 = {.dtype = DType::float64};

Values gradient_of(const Tensor& loss, const Tensor& scores) { return loss.backward()[scores].to_vector<double>(); }

}  // namespace

TEST_CASE("lambdarank_loss: two documents by hand") {
  const Tensor scores = tests::from({0.3, 1}, {.dtype = DType::float64, .requires_grad = true});
  const Tensor labels = tests::from({2, 1}, f64);
  const Tape tape;
  const Tensor loss = lambdarank_loss(scores, labels, {.log_base = LogBase::natural});
  // Gains 3 and 1; discounts 1 and 1 / log2(3), the better document in the second place.
  const double second = 1 / std::log2(3.0);
  const double delta = (3 - 1) * (1 - second) / (3 + second);
  CHECK(loss.item() == doctest::Approx(delta * std::log(1 + std::exp(0.7))));
  const double slope = delta / (1 + std::exp(-0.7));
  const Values gradient = gradient_of(loss, scores);
  CHECK(gradient[0] == doctest::Approx(-slope));
  CHECK(gradient[1] == doctest::Approx(slope));
  CHECK(lambdarank_loss(scores, labels).item() == doctest::Approx(loss.item() / std::log(2.0)));
}

TEST_CASE("lambdarank_loss: which pairs truncation keeps") {
  const Tensor scores = tests::from({4, 3, 2, 1}, {.dtype = DType::float64, .requires_grad = true});
  const Tensor labels = tests::from({0, 1, 0, 2}, f64);
  const auto moved = [&](Truncation truncation, std::int64_t k) {
    const Tape tape;
    std::vector<bool> found;
    for (const double slope :
         gradient_of(lambdarank_loss(scores, labels, {.k = k, .truncation = truncation}), scores)) {
      found.push_back(slope != 0);
    }
    return found;
  };
  CHECK(moved(Truncation::either, 1) == std::vector<bool>{true, true, false, true});
  CHECK(moved(Truncation::both, 1) == std::vector<bool>{false, false, false, false});
  CHECK(moved(Truncation::both, 2) == std::vector<bool>{true, true, false, false});
  CHECK(moved(Truncation::either, 0) == std::vector<bool>{true, true, true, true});
}

TEST_CASE("lambdarank_loss: equal scores are in places in the order of the input") {
  const auto loss = [](const Values& labels) {
    return lambdarank_loss(tests::from({1, 1, 1}, f64), tests::from(labels, f64), {.k = 1}).item();
  };
  // Only the first place has pairs.
  CHECK(loss({0, 0, 1}) > 0);
  CHECK(loss({1, 0, 0}) == doctest::Approx(loss({0, 0, 1}) * (1 + (1 - 1 / std::log2(3.0)) / 0.5)));
}

TEST_CASE("lambda losses: labels that would overflow as gains") {
  const Tensor scores = tests::from({1, 2, 3}, {.dtype = DType::float64, .requires_grad = true});
  for (const LambdaScheme scheme : {LambdaScheme::ndcg_loss1, LambdaScheme::ndcg_loss2, LambdaScheme::ndcg_loss2pp}) {
    const Tape tape;
    const Tensor loss = lambda_loss(scores, tests::from({5000, 10, 0}, f64), {.scheme = scheme});
    CHECK(std::isfinite(loss.item()));
    CHECK(gradient_of(loss, scores)[0] < 0);
  }
}

TEST_CASE("lambda_loss: with the weights of LambdaRank it is lambdarank_loss") {
  Random random(5);
  const Tensor scores = tests::randn(Shape{4, 30}, random);
  const Tensor labels = tests::from(Values(120, 1), Shape{4, 30}) + tests::randn(Shape{4, 30}, random) * 0.1;
  const LambdaRankOptions rank = {.sigma = 2, .k = 7, .gain = Gain::linear};
  CHECK(lambda_loss(scores, labels, {.scheme = LambdaScheme::lambdarank, .rank = rank}).item() ==
        lambdarank_loss(scores, labels, rank).item());
}
