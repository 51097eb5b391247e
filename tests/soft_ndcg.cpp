#include "rank_losses.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;
using tests::value_and_gradient;
using tests::ValueAndGradient;
using tests::Values;
using tests::with;

namespace {

constexpr RelaxedRankOptions nearly_hard = {.relaxation = RankRelaxation::lapsum, .temperature = 1e-6};

double value_of(const SoftNdcgOptions& options, const Values& scores, const Values& labels, const Groups& groups) {
  return value_and_gradient(with(options, soft_ndcg_loss), scores, labels, groups).value[0];
}

}  // namespace

TEST_CASE("soft_ndcg_loss: with hard ranks it is 1 - NDCG, of all places and of k") {
  Random random(1);
  const Groups groups = Groups::from_sizes({7, 20, 1, 12});
  Values scores(40);
  Values labels(40);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = random.normal();
    labels[i] = static_cast<double>(random.below(5));
  }
  const Tensor predictions = tests::from(scores);
  const Tensor targets = tests::from(labels);
  for (const Gain gain : {Gain::exponential, Gain::linear}) {
    for (const std::int64_t k : {0, 1, 3, 10, 100}) {
      const Metric metric = ndcg(predictions, targets, Groups::from_sizes({7, 20, 1, 12}), {.k = k, .gain = gain});
      const double mean = (metric.per_list[0] + metric.per_list[1] + metric.per_list[3]) / 3;  // not the single one
      const SoftNdcgOptions options = {.rank = nearly_hard, .gain = gain, .k = k, .truncation_width = 1e-3};
      CHECK(value_of(options, scores, labels, groups) == doctest::Approx(1 - mean).epsilon(1e-6));
    }
  }
}

TEST_CASE("soft_ndcg_loss: the best order has the loss 0, and a step downhill is one") {
  const Groups groups = Groups::from_sizes({4});
  CHECK(std::abs(value_of({.rank = nearly_hard}, {3, 2, 1, 0}, {4, 2, 1, 0}, groups)) <= 1e-12);
  const ValueAndGradient start =
      value_and_gradient(with(SoftNdcgOptions{}, soft_ndcg_loss), {0, 0, 0, 0}, {0, 3, 1, 0}, groups);
  CHECK(start.gradient[1] < start.gradient[2]);
  CHECK(start.gradient[2] < start.gradient[0]);
  CHECK(start.gradient[0] == start.gradient[3]);
}

TEST_CASE("soft_ndcg_loss: documents behind place k have a gradient, which fades with the width") {
  const Groups groups = Groups::from_sizes({6});
  const Values scores = {5, 4, 3, 2, 1, 0};
  const Values labels = {0, 0, 0, 0, 0, 1};
  const auto push = [&](double width) {
    const SoftNdcgOptions options = {.k = 2, .truncation_width = width};
    return value_and_gradient(with(options, soft_ndcg_loss), scores, labels, groups).gradient[5];
  };
  CHECK(push(2) < push(1));
  CHECK(push(1) < push(0.25));
  CHECK(push(0.25) < 0);
}

TEST_CASE("soft_ndcg_loss: labels of any size") {
  const Groups groups = Groups::from_sizes({3});
  // 2^2000 - 1 over the best sum: the second document is worth 2^-10 of the first.
  const double ratio = std::exp2(-10.0);
  const double best = 1 + ratio / std::log2(3.0);
  CHECK(value_of({.rank = nearly_hard}, {2, 3, 1}, {2000, 1990, 0}, groups) ==
        doctest::Approx(1 - (1 / std::log2(3.0) + ratio) / best).epsilon(1e-12));
  for (const Gain gain : {Gain::exponential, Gain::linear}) {
    for (const double largest : {31.0, 32.0, 33.0, 1023.0, 1024.0, 2e8, 1e300}) {
      CAPTURE(largest);
      const double loss = value_of({.gain = gain}, {2, 3, 1}, {largest, 1, 0}, groups);
      CHECK(std::isfinite(loss));
      CHECK(loss > 0);
      CHECK(loss < 1);
    }
  }
  // Gains on both sides of the label from which they are measured in units of the largest.
  CHECK(value_of({}, {2, 3, 1}, {31.999999999, 30, 0}, groups) ==
        doctest::Approx(value_of({}, {2, 3, 1}, {32, 30, 0}, groups)).epsilon(1e-9));
}

TEST_CASE("ndcg_of_ranks: losses of the same ranks share them") {
  const Tensor scores = tests::from({0.3, -1, 2, 0.1, 0}, {.dtype = DType::float64, .requires_grad = true});
  const Tensor labels = tests::from({1, 0, 2, 0, 3}, {.dtype = DType::float64});
  const Tape tape;
  const Tensor ranks = sigmoid_rank(scores, {.temperature = 0.3, .direction = Direction::descending});
  const Tensor of_ranks = ndcg_of_ranks(ranks, labels);
  const Tensor of_scores = soft_ndcg_loss(scores, labels);
  CHECK(of_ranks.item() == of_scores.item());
  CHECK(of_ranks.backward()[scores].to_vector<double>() == of_scores.backward()[scores].to_vector<double>());
  const Tensor rows = tests::from({0.3, -1, 2, 0.1, 0}, Shape{1, 5}, {.dtype = DType::float64});
  CHECK(soft_ndcg_loss(rows, tests::from({1, 0, 2, 0, 3}, Shape{1, 5}, {.dtype = DType::float64})).item() ==
        of_scores.item());
}

TEST_CASE("approx_ndcg_loss: sigmoid ranks at temperature 0.1") {
  const Tensor scores = tests::from({0.3, -1, 2, 0.1, 0});
  const Tensor labels = tests::from({1, 0, 2, 0, 3});
  const SoftNdcgOptions options = {.rank = {.relaxation = RankRelaxation::sigmoid, .temperature = 0.1}};
  CHECK(approx_ndcg_loss(scores, labels).item() == soft_ndcg_loss(scores, labels, options).item());
}

TEST_CASE("gumbel_approx_ndcg_loss: the mean over noisy copies, drawn sample by sample") {
  const Tensor scores = tests::from({0.3, -1, 2, 0.1, 0}, {.dtype = DType::float64, .requires_grad = true});
  const Tensor labels = tests::from({1, 0, 2, 0, 3}, {.dtype = DType::float64});
  const Groups groups = Groups::from_sizes({3, 2});
  const GumbelNdcgOptions options = {.samples = 3, .noise_scale = 0.5};
  Random random(7);
  Random same(7);
  const Tape tape;
  const Tensor loss = gumbel_approx_ndcg_loss(scores, labels, groups, random, options);
  Tensor expected = tests::scalar(0, {.dtype = DType::float64});
  for (int sample = 0; sample < 3; ++sample) {
    Values noise(5);
    for (double& one : noise) {
      one = -0.5 * std::log(-std::log(same.uniform() + std::ldexp(1.0, -54)));
    }
    expected =
        expected + approx_ndcg_loss(scores + tests::from(noise, {.dtype = DType::float64}), labels, groups) / 3.0;
  }
  CHECK(loss.item() == doctest::Approx(expected.item()).epsilon(1e-14));
  const Values gradient = loss.backward()[scores].to_vector<double>();
  const Values expected_gradient = expected.backward()[scores].to_vector<double>();
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    CHECK(gradient[i] == doctest::Approx(expected_gradient[i]).epsilon(1e-12));
  }
  const Tensor quiet = gumbel_approx_ndcg_loss(scores, labels, groups, random, {.samples = 2, .noise_scale = 0});
  CHECK(quiet.item() == doctest::Approx(approx_ndcg_loss(scores, labels, groups).item()).epsilon(1e-15));
}

TEST_CASE("soft_ndcg_loss: 10,000 documents in one list") {
  Random random(3);
  const Tensor scores = tests::randn(Shape{10000}, random, {.dtype = DType::float64});
  const Tensor labels = tests::from(rank(scores).to_vector<double>(), {.dtype = DType::float64}) * (1.0 / 2000);
  const Groups groups = Groups::from_sizes({10000});
  const RelaxedRankOptions soft = {.relaxation = RankRelaxation::lapsum, .temperature = 0.01};
  CHECK(soft_ndcg_loss(scores, labels, groups, {.rank = soft}).item() < 0.01);
  CHECK(soft_ndcg_loss(-scores, labels, groups, {.rank = soft}).item() > 0.1);
}

TEST_CASE("soft_ndcg_loss: exact error texts") {
  const Tensor scores = tests::from({1, 2, 3, 4});
  const Tensor labels = tests::from({1, 0, 2, 0});
  const auto text = [&](const SoftNdcgOptions& options, const Tensor& targets) {
    return tests::error_text<NumericError>([&] { soft_ndcg_loss(scores, targets, options); });
  };
  CHECK(text({}, tests::from({1, 0, -2, 0})) ==
        "soft_ndcg_loss: element 2 of [4] float32 is negative; labels must not be negative to have a gain");
  CHECK(text({.k = -1}, labels) == "soft_ndcg_loss: k is -1; it must be a number of places, or 0 for all");
  CHECK(text({.k = 2, .truncation_width = 0}, labels) ==
        "soft_ndcg_loss: the truncation width is 0; it must be positive and finite");
  CHECK(text({.rank = {.relaxation = RankRelaxation::sigmoid, .temperature = -2}}, labels) ==
        "soft_ndcg_loss: temperature is -2; it must be positive and finite");
  Random random(1);
  const auto noisy = [&](const GumbelNdcgOptions& options) {
    return tests::error_text<NumericError>([&] { gumbel_approx_ndcg_loss(scores, labels, random, options); });
  };
  CHECK(noisy({.samples = 0}) == "gumbel_approx_ndcg_loss: 0 samples are asked for; at least 1 is needed");
  CHECK(noisy({.noise_scale = -1}) ==
        "gumbel_approx_ndcg_loss: the scale of the noise is -1; it must be finite and not negative");
}
