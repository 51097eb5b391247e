#include "list_losses.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;

namespace {

using Values = std::vector<double>;

/// RankNet's loss and gradient, pair by pair.
tests::Outcome ranknet_by_pairs(const Values& scores, const Values& labels) {
  double total = 0;
  double pairs = 0;
  Values slopes(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (labels[i] > labels[j]) {
        const double d = scores[i] - scores[j];
        total += d < 0 ? std::log1p(std::exp(d)) - d : std::log1p(std::exp(-d));
        pairs += 1;
        slopes[i] -= 1 / (1 + std::exp(d));
        slopes[j] += 1 / (1 + std::exp(d));
      }
    }
  }
  for (double& slope : slopes) {
    slope /= pairs;
  }
  return {{total / pairs}, slopes};
}

void check_ranknet(const Values& scores, const Values& labels) {
  const Groups one = Groups::from_sizes({static_cast<std::int64_t>(scores.size())});
  const tests::Outcome expected = ranknet_by_pairs(scores, labels);
  const tests::Outcome found = tests::run("ranknet", scores, labels, one);
  CHECK(found.result[0] == doctest::Approx(expected.result[0]).epsilon(1e-13));
  double worst = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    worst = std::max(worst, std::abs(found.gradient[i] - expected.gradient[i]));
  }
  CHECK(worst <= 1e-14);
}

}  // namespace

TEST_CASE("ranknet_loss: scores of any spread, about the one from which each pair takes its exponential") {
  Random random(6);
  const Values labels = tests::random_labels(61, random);
  const Values normal = tests::random_values(61, random);
  for (const double spread : {1e-6, 1.0, 20.0, 23.0, 30.0, 300.0, 1e6}) {
    CAPTURE(spread);
    Values scores = normal;
    for (double& score : scores) {
      score = 1e5 + score * spread;
    }
    check_ranknet(scores, labels);
  }
}

TEST_CASE("ranknet_loss: lists of every length up to 80, and one of 3000") {
  Random random(3);
  for (const std::size_t n : std::vector<std::size_t>{2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 66, 72, 73, 80, 3000}) {
    CAPTURE(n);
    Values labels = tests::random_labels(n, random);
    labels[0] = 5;
    check_ranknet(tests::random_values(n, random), labels);
  }
}

TEST_CASE("pairwise losses: the weight of a pair is that of its better document") {
  const Tensor scores = tests::from({0.5, 0.25, 1}, {.dtype = DType::float64});
  const Tensor labels = tests::from({2, 1, 0}, {.dtype = DType::float64});
  const Tensor weights = tests::from({3, 5, 7}, {.dtype = DType::float64});
  const double loss =
      pairwise_hinge_loss(scores, labels, {.margin = 1, .terms = TermReduction::sum, .weights = {.documents = weights}})
          .item();
  CHECK(loss == doctest::Approx(3 * 0.75 + 3 * 1.5 + 5 * 1.75));
  CHECK(pairwise_hinge_loss(scores, labels, {.weights = {.documents = weights}}).item() ==
        doctest::Approx(loss / (3 + 3 + 5)));
  CHECK(
      pairwise_squared_loss(scores, labels, {.terms = TermReduction::sum, .weights = {.documents = weights}}).item() ==
      doctest::Approx(4 * 0.75 * 0.75 + 5 * 2.5 * 2.5 + 6 * 1.75 * 1.75));
}

TEST_CASE("pairwise losses: the terms of a list summed, averaged, or averaged over the batch") {
  const Groups groups = Groups::from_sizes({2, 3});
  const Tensor scores = tests::from({0, 0, 0, 0, 0}, {.dtype = DType::float64});
  const Tensor labels = tests::from({1, 0, 2, 1, 0}, {.dtype = DType::float64});
  const auto hinge = [&](TermReduction terms) {
    return pairwise_hinge_loss(scores, labels, groups,
                               {.terms = terms, .weights = {.queries = tests::from({3, 1}, {.dtype = DType::float64})}})
        .item();
  };
  CHECK(hinge(TermReduction::sum) == doctest::Approx((3 * 1 + 1 * 3) / 4.0));
  CHECK(hinge(TermReduction::mean) == doctest::Approx(1));
  CHECK(hinge(TermReduction::batch_mean) == doctest::Approx((3 * 1 + 1 * 3) / (3 * 1 + 1 * 3.0)));
}
