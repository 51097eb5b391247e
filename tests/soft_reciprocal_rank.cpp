#include "rank_losses.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace ranktape;
using tests::value_and_gradient;
using tests::ValueAndGradient;
using tests::Values;
using tests::with;

TEST_CASE("soft_reciprocal_rank_loss: with hard ranks it is 1 - MRR") {
  Random random(1);
  const Groups groups = Groups::from_sizes({7, 20, 12});
  Values scores(39);
  Values labels(39);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = random.normal();
    labels[i] = static_cast<double>(random.below(3));
  }
  for (const double relevant_label : {1.0, 2.0}) {
    const ReciprocalRankOptions options = {.rank = {.relaxation = RankRelaxation::l2, .temperature = 1e-4},
                                           .relevant_label = relevant_label};
    const double loss = value_and_gradient(with(options, soft_reciprocal_rank_loss), scores, labels, groups).value[0];
    const Metric metric =
        reciprocal_rank(tests::from(scores), tests::from(labels), groups, {.relevant_label = relevant_label});
    CHECK(loss == doctest::Approx(1 - metric.mean).epsilon(1e-9));
  }
}

TEST_CASE("soft_reciprocal_rank_loss: the best relevant document is pushed; equal best share; sum pushes all") {
  const Groups groups = Groups::from_sizes({4});
  const RelaxedRankOptions rank = {.relaxation = RankRelaxation::sigmoid};
  const auto by_ranks = [&](RelevantRanks relevant, const Values& ranks) {
    const tests::RankLoss loss =
        with(ReciprocalRankOptions{.rank = rank, .relevant = relevant}, reciprocal_rank_of_ranks);
    return value_and_gradient(loss, ranks, {0, 1, 0, 2}, groups);
  };
  const ValueAndGradient best = by_ranks(RelevantRanks::best, {1, 2, 3, 4});
  CHECK(best.value == Values{0.5});
  CHECK(best.gradient == Values{0, 0.25, 0, 0});
  const ValueAndGradient equal = by_ranks(RelevantRanks::best, {1, 2, 4, 2});
  CHECK(equal.value == Values{0.5});
  CHECK(equal.gradient == Values{0, 0.125, 0, 0.125});
  const ValueAndGradient sum = by_ranks(RelevantRanks::sum, {1, 2, 3, 4});
  CHECK(sum.value == Values{0.25});
  CHECK(sum.gradient == Values{0, 0.25, 0, 0.0625});
}

TEST_CASE("soft_reciprocal_rank_loss: negative labels are not relevant, a label that is not finite is refused") {
  const Tensor scores = tests::from({1, 2, 3});
  CHECK(soft_reciprocal_rank_loss(scores, tests::from({-1, -2, -3})).item() == 0);
  CHECK(tests::error_text<NumericError>([&] {
          soft_reciprocal_rank_loss(scores, scores, {.relevant_label = std::numeric_limits<double>::infinity()});
        }) == "soft_reciprocal_rank_loss: the least relevant label is inf; it must be finite");
}
