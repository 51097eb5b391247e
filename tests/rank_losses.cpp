// What all losses of soft ranks have in common.

#include "rank_losses.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace ranktape;
using tests::RankLoss;
using tests::value_and_gradient;
using tests::ValueAndGradient;
using tests::Values;

namespace {

const Values labels = {2, 0, 1, 1, 0, 3, 1, 1, 1, 0, 0, 0, 0, 3, 1, 0, 2, 1, 0, 4};
const Groups lists = Groups::from_sizes({5, 0, 1, 3, 3, 8});

Values scores_for(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Values scores(count);
  std::generate(scores.begin(), scores.end(), [&] { return random.normal(); });
  return scores;
}

void check_near(const Values& a, const Values& b, double bound) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(std::abs(a[i] - b[i]) <= bound);
  }
}

double largest(const Values& values) {
  double most = 0;
  for (const double value : values) {
    most = std::max(most, std::abs(value));
  }
  return most;
}

template <class Options>
using Of = Tensor (*)(Operand, Operand, const Groups&, const Options&);

}  // namespace

TEST_CASE("rank losses: the order of a list's documents does not matter") {
  const std::vector<std::int64_t> order = {4, 2, 0, 1, 3, 5, 7, 8, 6, 10, 9, 11, 19, 13, 18, 12, 14, 17, 16, 15};
  const Values scores = scores_for(labels.size(), 1);
  Values moved_scores;
  Values moved_labels;
  for (const std::int64_t i : order) {
    moved_scores.push_back(scores[static_cast<std::size_t>(i)]);
    moved_labels.push_back(labels[static_cast<std::size_t>(i)]);
  }
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    const ValueAndGradient here = value_and_gradient(tested.loss, scores, labels, lists);
    const ValueAndGradient there = value_and_gradient(tested.loss, moved_scores, moved_labels, lists);
    check_near(here.value, there.value, 1e-13);
    Values expected;
    for (const std::int64_t i : order) {
      expected.push_back(here.gradient[static_cast<std::size_t>(i)]);
    }
    check_near(there.gradient, expected, 1e-13);
  }
}

TEST_CASE("rank losses: adding a number to all scores of a list changes nothing, and gradients of a list sum to 0") {
  const Values scores = scores_for(labels.size(), 2);
  Values shifted = scores;
  for (std::size_t i = 0; i < shifted.size(); ++i) {
    shifted[i] += i < 5 ? 2.0 : -0.5;
  }
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    const ValueAndGradient here = value_and_gradient(tested.loss, scores, labels, lists);
    const ValueAndGradient there = value_and_gradient(tested.loss, shifted, labels, lists);
    check_near(here.value, there.value, 1e-12);
    check_near(here.gradient, there.gradient, 1e-12);
    for (std::int64_t list = 0; list < lists.count(); ++list) {
      const auto begin = here.gradient.begin() + lists.begin(list);
      CHECK(std::abs(std::accumulate(begin, begin + lists.size(list), 0.0)) <= 1e-14);
    }
  }
}

TEST_CASE("rank losses: reductions, and lists without information") {
  const Values scores = scores_for(labels.size(), 3);
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    const ValueAndGradient each = value_and_gradient(tested.loss, scores, labels, lists, Reduction::none);
    const ValueAndGradient sum = value_and_gradient(tested.loss, scores, labels, lists, Reduction::sum);
    const ValueAndGradient mean = value_and_gradient(tested.loss, scores, labels, lists, Reduction::mean);
    REQUIRE(each.value.size() == 6);
    CHECK(each.value[0] != 0);
    CHECK(each.value[5] != 0);
    // An empty list, a single document, constant labels, no relevant document.
    CHECK(Values(each.value.begin() + 1, each.value.begin() + 5) == Values(4, 0.0));
    CHECK(sum.value[0] == doctest::Approx(each.value[0] + each.value[5]).epsilon(1e-14));
    CHECK(mean.value[0] == doctest::Approx(sum.value[0] / 2).epsilon(1e-14));
    for (std::size_t i = 0; i < labels.size(); ++i) {
      CHECK(each.gradient[i] == sum.gradient[i]);
      CHECK(mean.gradient[i] == doctest::Approx(sum.gradient[i] / 2).epsilon(1e-14));
      const bool is_informative = i < 5 || i >= 12;
      CHECK((is_informative || each.gradient[i] == 0));
    }
    CHECK(value_and_gradient(tested.loss, {1, 2}, {3, 3}, Groups::from_sizes({2})).value == Values{0});
    CHECK(value_and_gradient(tested.loss, {}, {}, Groups::from_sizes({0})).value == Values{0});
    CHECK(value_and_gradient(tested.loss, {}, {}, Groups()).value == Values{0});
  }
}

TEST_CASE("rank losses: a list's loss does not depend on the others, nor rows on being groups") {
  const Values scores = scores_for(12, 4);
  const Values targets = {1, 0, 2, 0, 0, 0, 1, 3, 1, 0, 1, 2};
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    const ValueAndGradient together =
        value_and_gradient(tested.loss, scores, targets, Groups::from_sizes({4, 8}), Reduction::none);
    const ValueAndGradient alone = value_and_gradient(tested.loss, {scores.begin() + 4, scores.end()},
                                                      {targets.begin() + 4, targets.end()}, Groups::from_sizes({8}));
    CHECK(together.value[1] == alone.value[0]);
    CHECK(Values(together.gradient.begin() + 4, together.gradient.end()) == alone.gradient);
  }
}

TEST_CASE("rank losses: weights of 1 are none, a query's multiplies, a document's of 0 leaves it out of the labels") {
  const Values scores = scores_for(labels.size(), 5);
  const Tensor predictions = tests::from(scores, {.dtype = DType::float64});
  const Tensor targets = tests::from(labels, {.dtype = DType::float64});
  const Tensor ones = tests::ones(Shape{20}, {.dtype = DType::float64});
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    const auto losses = [&](const LossWeights& weights) {
      return tested.loss(predictions, targets, lists, weights, Reduction::none).to_vector<double>();
    };
    const Values plain = losses({});
    check_near(losses({.documents = ones}), plain, 1e-14);
    const Values weighted = losses({.queries = tests::from({2, 1, 1, 1, 1, 0.25}, {.dtype = DType::float64})});
    CHECK(weighted[0] == 2 * plain[0]);
    CHECK(weighted[5] == 0.25 * plain[5]);
    CHECK(losses({.documents = tests::zeros(Shape{20}, {.dtype = DType::float64})}) == Values(6, 0.0));
  }
}

TEST_CASE("rank losses: float32 is within rounding of float64, at scores of any size") {
  for (const double scale : {1e-3, 1.0, 30.0}) {
    Values scores = scores_for(labels.size(), 6);
    for (double& score : scores) {
      score = static_cast<float>(score * scale);
    }
    for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
      CAPTURE(tested.name);
      CAPTURE(scale);
      const ValueAndGradient wide =
          value_and_gradient(tested.loss, scores, labels, lists, Reduction::mean, DType::float64);
      const ValueAndGradient narrow =
          value_and_gradient(tested.loss, scores, labels, lists, Reduction::mean, DType::float32);
      check_near(wide.value, narrow.value, 1e-6);
      check_near(wide.gradient, narrow.gradient, 1e-6 * std::max(1.0, largest(wide.gradient)));
    }
  }
}

TEST_CASE("rank losses: the bits do not depend on the number of threads") {
  constexpr std::size_t documents = 12000;  // enough work to be shared
  const Groups groups = Groups::from_sizes(std::vector<std::int64_t>(documents / 50, 50));
  const Values scores = scores_for(documents, 7);
  Values targets(documents);
  for (std::size_t i = 0; i < documents; ++i) {
    targets[i] = static_cast<double>(i * 7919 % 37) / 8;
  }
  const int threads = num_threads();
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    set_num_threads(1);
    const ValueAndGradient alone = value_and_gradient(tested.loss, scores, targets, groups);
    set_num_threads(3);
    const ValueAndGradient shared = value_and_gradient(tested.loss, scores, targets, groups);
    set_num_threads(threads);
    CHECK(alone.value == shared.value);
    CHECK(alone.gradient == shared.gradient);
  }
}

TEST_CASE("rank losses: what does not fit is refused with the loss's name") {
  const Tensor four = tests::from({1, 2, 3, 4}, {.dtype = DType::float64});
  const Tensor three = tests::from({1, 2, 3}, {.dtype = DType::float64});
  const Tensor bad = tests::from({1, std::nan(""), 3, 4}, {.dtype = DType::float64});
  const Groups groups = Groups::from_sizes({4});
  const auto call = [&]<class Options>(Of<Options> loss, const Tensor& predictions, const Tensor& targets) {
    return tests::error_text<Error>([&] { loss(predictions, targets, groups, Options{}); }, false);
  };
  const auto mentions = [](const std::string& text, const std::string& part) {
    const bool found = text.find(part) != std::string::npos;
    CHECK_MESSAGE(found, text);
  };
  const auto check = [&](auto loss, const std::string& name) {
    mentions(call(loss, four, three), name +
                                          ": predictions [4] float64 and targets [3] float64 differ in shape; each "
                                          "document needs one of each");
    mentions(call(loss, bad, four), name + ": element 1 of [4] float64 is nan; values must be finite to be ranked");
    mentions(call(loss, four, bad), name + ": element 1 of [4] float64 is nan; values must be finite to be ranked");
  };
  check(Of<SoftNdcgOptions>{soft_ndcg_loss}, "soft_ndcg_loss");
  check(Of<SpearmanOptions>{spearman_loss}, "spearman_loss");
  check(Of<ReciprocalRankOptions>{soft_reciprocal_rank_loss}, "soft_reciprocal_rank_loss");
  check(Of<SoftTopKOptions>{soft_precision_loss}, "soft_precision_loss");
  check(Of<SoftTopKOptions>{soft_recall_loss}, "soft_recall_loss");
  check(Of<NeuralNdcgOptions>{neural_ndcg_loss}, "neural_ndcg_loss");
  check(Of<RankMixtureOptions>{rank_mixture_loss}, "rank_mixture_loss");
}
