#include "rank_losses.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace ranktape;
using tests::value_and_gradient;
using tests::Values;
using tests::with;

TEST_CASE("neural_ndcg_loss: as the temperature falls it is 1 - NDCG, of all places and of k") {
  Random random(1);
  const Groups groups = Groups::from_sizes({7, 15});
  Values scores(22);
  Values labels(22);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = random.normal();
    labels[i] = static_cast<double>(random.below(5));
  }
  for (const Gain gain : {Gain::exponential, Gain::linear}) {
    for (const std::int64_t k : {0, 3}) {
      const NeuralNdcgOptions options = {.temperature = 1e-4, .gain = gain, .k = k};
      const double loss = value_and_gradient(with(options, neural_ndcg_loss), scores, labels, groups).value[0];
      const Metric metric = ndcg(tests::from(scores), tests::from(labels), groups, {.k = k, .gain = gain});
      CHECK(loss == doctest::Approx(1 - metric.mean).epsilon(1e-9));
    }
  }
}

TEST_CASE("neural_ndcg_loss: without scaling it is the discounted gains of neural_sort's matrix") {
  const Tensor scores = tests::from({0.3, -1, 2, 0.1}, {.dtype = DType::float64, .requires_grad = true});
  const Tensor labels = tests::from({1, 0, 2, 3}, {.dtype = DType::float64});
  const Tensor gains = tests::from({1, 0, 3, 7}, {.dtype = DType::float64});
  Values discounts;
  for (const double place : {1, 2, 3, 4}) {
    discounts.push_back(1 / std::log2(1 + place));
  }
  const double best = 7 * discounts[0] + 3 * discounts[1] + discounts[2];
  const Tape tape;
  const Tensor matrix = neural_sort(scores, {.temperature = 1.5, .direction = Direction::descending});
  const Tensor sorted_gains = sum(matrix * gains, -1);
  const Tensor expected = 1.0 - sum(sorted_gains * tests::from(discounts, {.dtype = DType::float64})) / best;
  const Tensor loss = neural_ndcg_loss(scores, labels, {.temperature = 1.5, .iterations = 0});
  CHECK(loss.item() == doctest::Approx(expected.item()).epsilon(1e-14));
  const Values gradient = loss.backward()[scores].to_vector<double>();
  const Values expected_gradient = expected.backward()[scores].to_vector<double>();
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    CHECK(gradient[i] == doctest::Approx(expected_gradient[i]).epsilon(1e-12));
  }
}

TEST_CASE("neural_ndcg_loss: equal scores, and scores far apart") {
  const Groups groups = Groups::from_sizes({4});
  for (const Values& scores : {Values{1, 1, 1, 1}, Values{0, 1e6, -1e6, 3}, Values{1e-12, 0, 2e-12, 0}}) {
    const tests::ValueAndGradient found =
        value_and_gradient(with(NeuralNdcgOptions{}, neural_ndcg_loss), scores, {0, 2, 1, 0}, groups);
    CHECK(std::isfinite(found.value[0]));
    for (const double one : found.gradient) {
      CHECK(std::isfinite(one));
    }
  }
}

TEST_CASE("neural_ndcg_loss: exact error texts") {
  const Tensor scores = tests::from({1, 2, 3});
  const auto text = [&](const NeuralNdcgOptions& options) {
    return tests::error_text<NumericError>([&] { neural_ndcg_loss(scores, scores, options); });
  };
  CHECK(text({.k = -1}) == "neural_ndcg_loss: k is -1; it must be a number of places, or 0 for all");
  CHECK(text({.iterations = -1}) ==
        "neural_ndcg_loss: -1 iterations with a tolerance of 1e-06 are asked for; neither may be negative");
  CHECK(text({.temperature = -1}) == "neural_ndcg_loss: temperature is -1; it must be positive and finite");
}
