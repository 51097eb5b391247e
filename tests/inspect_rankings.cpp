#include "on_device.hpp"

#include <ranktape/core/inspect/block_pushes.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/core/inspect/ranking_order.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace ranktape;

namespace {

constexpr TensorOptions parameter = {.dtype = DType::float64, .requires_grad = true};
constexpr TensorOptions constant = {.dtype = DType::float64};

Rankings look(const Tape& tape, const Tensor& loss, const RankedListOptions& options = {}) {
  return find_rankings(tape, loss.backward({.keep_intermediate = true}), options);
}

const RankedDocument& document(const RankedList& list, std::int64_t number) {
  for (const RankedDocument& found : list.documents) {
    if (found.document == number) {
      return found;
    }
  }
  FAIL("document ", number, " is not shown");
  return list.documents.front();
}

std::vector<std::int64_t> numbers_of(const RankedList& list) {
  std::vector<std::int64_t> numbers;
  for (const RankedDocument& found : list.documents) {
    numbers.push_back(found.document);
  }
  return numbers;
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(std::abs(found[i] - expected[i]) <= tolerance * (1 + std::abs(expected[i])));
  }
}

}  // namespace

// Descending, so s = -x; less rho = (4, 3, 2, 1) they are -4, -4.2, -4.5, -4, of which the last two pool.
TEST_CASE("rankings: one list by hand") {
  const Tensor scores = tests::from({3, 1.2, 2.5, 0}, parameter).named("scores");
  const Tensor pulls = tests::from({1, 0, 3, 5}, constant);
  const Tape tape;
  const Tensor ranks = soft_rank(scores, {.direction = Direction::descending});
  const Rankings found = look(tape, sum(ranks * pulls));

  REQUIRE(found.summaries.size() == 1);
  const RankingSummary& summary = found.summaries[0];
  CHECK(summary.record == 0);
  CHECK(summary.scores == 0);
  CHECK(summary.scores_name == "scores");
  CHECK(summary.operation == "soft_rank");
  CHECK(summary.relaxation == "l2");
  CHECK(summary.losses.empty());
  CHECK(summary.lists == 1);
  CHECK(summary.short_lists == 0);
  CHECK(summary.documents == 4);
  CHECK(summary.blocks == 3);
  CHECK(summary.single_documents == 2);
  CHECK(summary.single_block_lists == 0);
  CHECK(summary.zero_gradients == 2);
  CHECK(summary.constant_label_lists == 0);
  CHECK(summary.constant_score_lists == 0);
  CHECK(summary.constant_rank_gradient_lists == 0);
  CHECK(summary.tied_scores == 0);
  CHECK(summary.median_gap == doctest::Approx(1.2));
  CHECK(summary.median_strength == doctest::Approx(1));
  CHECK(summary.gaps_above_strength == doctest::Approx(2.0 / 3));
  CHECK(summary.score_deviation ==
        doctest::Approx(std::sqrt((1.325 * 1.325 + 0.475 * 0.475 + 0.825 * 0.825 + 1.675 * 1.675) / 4)));
  CHECK(summary.largest_score == 3);
  CHECK(summary.lists_with_gradient == 1);
  CHECK(summary.steepest_list == 0);
  CHECK(summary.steepest_gradient_share == 1);
  CHECK(summary.dtype == DType::float64);

  REQUIRE(found.lists.size() == 1);
  const RankedList& list = found.lists[0];
  CHECK(list.list == 0);
  CHECK(list.ranking == 0);
  CHECK(list.documents_in_all == 4);
  CHECK(list.loss == doctest::Approx(std::sqrt(2)));  // the gradient is (1, 0, -1, 0)
  CHECK(list.regime == RankRegime::active);
  CHECK(list.strength == doctest::Approx(1));
  check_close(list.gaps, {0.5, 1.2, 1.3}, 1e-12);
  CHECK(numbers_of(list) == std::vector<std::int64_t>{0, 2, 1, 3});
  const std::vector<double> soft = {1.25, 1.75, 3, 4};
  const std::vector<std::int64_t> blocks = {0, 0, 1, 2};
  for (std::size_t place = 0; place < 4; ++place) {
    CHECK(list.documents[place].hard_rank == static_cast<double>(place + 1));
    CHECK(*list.documents[place].soft_rank == doctest::Approx(soft[place]));
    CHECK(list.documents[place].block == blocks[place]);
    CHECK(list.documents[place].alone == (place >= 2));
    CHECK_FALSE(list.documents[place].label);
  }
  CHECK(document(list, 0).gradient == doctest::Approx(1));
  CHECK(document(list, 0).partner == 2);
  CHECK(document(list, 0).push == doctest::Approx(1));
  CHECK(document(list, 2).gradient == doctest::Approx(-1));
  CHECK(document(list, 2).partner == 0);
  CHECK(document(list, 2).push == doctest::Approx(-1));
  CHECK(document(list, 3).gradient == 0);
  CHECK(document(list, 3).partner == -1);
  CHECK(document(list, 3).push == 0);
  CHECK(document(list, 0).sentence ==
        "Document 0 (score 3) is pushed down by 1: most of all against document 2, which shares its block of 2.");
  CHECK(document(list, 2).sentence ==
        "Document 2 (score 2.5) is pushed up by 1: most of all against document 0, which shares its block of 2.");
  CHECK(document(list, 1).sentence ==
        "Document 1 is alone in its block: its rank is hard, and no gradient reaches its score.");
}

TEST_CASE("rankings: labels and the loss over lists are those of the loss") {
  const Tensor scores = tests::from({0.5, 0.25, 0.125, 2, 1}, parameter);
  const Tensor labels = tests::from({0, 2, 1, 1, 1}, constant);
  const Groups groups = Groups::from_sizes({3, 0, 2});
  const SpearmanOptions options = {.rank = {.regularization_strength = 1}, .reduction = Reduction::none};
  const std::vector<double> values = spearman_loss(scores, labels, groups, options).to_vector<double>();
  const Tape tape;
  const Rankings found = look(tape, spearman_loss(scores, labels, groups, {.rank = options.rank}));
  REQUIRE(found.summaries.size() == 1);
  CHECK(found.summaries[0].operation == "soft_rank");
  CHECK(found.summaries[0].losses == std::vector<std::string>{"spearman_of_ranks"});
  CHECK(found.summaries[0].lists == 2);
  CHECK(found.summaries[0].short_lists == 1);
  CHECK(found.summaries[0].constant_label_lists == 1);
  CHECK(found.summaries[0].single_block_lists == 2);
  CHECK_FALSE(found.summaries[0].normalizes_soft_ranks);
  REQUIRE(found.lists.size() == 2);
  CHECK(found.lists[0].list == 0);  // the other one has no information: 0
  CHECK(found.lists[0].loss == doctest::Approx(values[0]));
  CHECK(found.lists[0].regime == RankRegime::linear);
  CHECK(found.lists[1].list == 2);
  CHECK(found.lists[1].loss == 0);
  CHECK(*document(found.lists[0], 1).label == 2);
  CHECK(numbers_of(found.lists[0]) == std::vector<std::int64_t>{2, 1, 0});  // ascending: the smallest score first
  CHECK(document(found.lists[0], 1).sentence.find("Document 1 (label 2, score 0.25) is pushed up by ") == 0);
  CHECK(document(found.lists[0], 1)
            .sentence.find(": most of all against document 0 (label 0), which shares its block of 3.") !=
        std::string::npos);
  CHECK(document(found.lists[1], 0).sentence == "Document 0 gets no gradient: no rank of its block is pulled.");

  const Tape second;
  const Rankings normalized =
      look(second, spearman_loss(scores, labels, groups, {.normalization = Normalization::soft_ranks}));
  CHECK(normalized.summaries.at(0).normalizes_soft_ranks);
}

TEST_CASE("rankings: ties, constant lists, pulls that are alike") {
  const Tensor scores = tests::from({1, 1, 2, 5, 5, 7, 8}, parameter);
  const Tape tape;
  const Tensor ranks = soft_rank(scores, Groups::from_sizes({3, 2, 2}), {.regularization_strength = 10});
  const Rankings found = look(tape, sum(ranks));
  const RankingSummary& summary = found.summaries.at(0);
  CHECK(summary.tied_scores == 4);
  CHECK(summary.constant_score_lists == 1);
  CHECK(summary.constant_rank_gradient_lists == 3);
  CHECK(summary.zero_gradients == 7);
  CHECK(summary.lists_with_gradient == 0);
  CHECK(summary.steepest_list == -1);
  CHECK(summary.steepest_gradient_share == 0);
  CHECK(summary.median_gap == 0.5);
  const RankedList& list = found.lists.at(0);
  CHECK(document(list, 0).hard_rank == 1.5);
  CHECK(document(list, 1).hard_rank == 1.5);
  CHECK(document(list, 2).hard_rank == 3);
  CHECK(document(list, 0).sentence == "Document 0 gets no gradient: all ranks of its block are pulled alike.");
  CHECK(document(list, 0).partner == -1);
}

TEST_CASE("rankings: the pushes of a block sum to the gradient") {
  Random random(11);
  const Tensor scores = tests::randn(Shape{60}, random, parameter);
  const Tensor pulls = tests::randn(Shape{60}, random, constant);
  const Groups groups = Groups::from_sizes({20, 1, 39});
  const std::vector<double> x = scores.to_vector<double>();
  const std::vector<double> h = pulls.to_vector<double>();
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
        for (const double strength : {0.02, 0.5, 20.0}) {
          const Tape tape;
          const Tensor ranks = soft_rank(scores, groups, {strength, regularization, direction, unit});
          const Gradients gradients = sum(ranks * pulls).backward({.keep_intermediate = true});
          const std::vector<double> gradient = gradients[scores].to_vector<double>();
          const RankingDetails details = *tape.details(tape.records()[0]).ranking;
          const Rankings found = find_rankings(tape, gradients);
          for (const RankedList& list : found.lists) {
            const auto begin = static_cast<std::size_t>(details.offsets[static_cast<std::size_t>(list.list)]);
            const auto n = static_cast<std::size_t>(list.documents_in_all);
            const std::vector<double> all_ranks = ranks.to_vector<double>();
            const auto order = detail::order_of(std::span(x).subspan(begin, n), details.ascending);
            const detail::BlockPushes pushes({.ranks = std::span(all_ranks).subspan(begin, n),
                                              .rank_gradient = std::span(h).subspan(begin, n),
                                              .blocks = std::span(details.blocks).subspan(begin, n),
                                              .order = order,
                                              .strength = list.strength,
                                              .ascending = details.ascending,
                                              .kl = regularization == Regularization::kl});
            for (const RankedDocument& of : list.documents) {
              double total = 0;
              double most = 0;
              for (std::size_t j = 0; j < n; ++j) {
                if (details.blocks[begin + j] == details.blocks[begin + static_cast<std::size_t>(of.document)]) {
                  const double push = pushes.push(of.document, static_cast<std::int64_t>(j));
                  total += push;
                  most = std::max(most, std::abs(push));
                }
              }
              CHECK(of.gradient == gradient[begin + static_cast<std::size_t>(of.document)]);
              CHECK(total == doctest::Approx(of.gradient).epsilon(1e-8));
              CHECK(pushes.gradient_of(of.document) == doctest::Approx(of.gradient).epsilon(1e-8));
              CHECK(std::abs(of.push) == most);
              CHECK(of.alone == (pushes.size_of_block(of.document) == 1));
              CHECK((of.gradient == 0) == of.alone);
              CHECK(of.sentence.find("by way of") == std::string::npos);  // all of it is
            }
          }
        }
      }
    }
  }
}

TEST_CASE("rankings: blocks are numbered from rank 1, and whoever shares one shares its mean") {
  Random random(5);
  const Tensor scores = tests::randn(Shape{4, 200}, random, {.requires_grad = true});
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    const Tape tape;
    const Tensor ranks = soft_rank(scores, {.regularization_strength = 0.05, .direction = direction});
    const RankDiagnostics diagnostics = rank_diagnostics();
    const Rankings found = look(tape, mean(square(ranks)), {.max_documents = 1000});
    const RankingSummary& summary = found.summaries.at(0);
    CHECK(summary.blocks == diagnostics.blocks);
    CHECK(summary.single_documents == diagnostics.single_documents);
    CHECK(summary.single_block_lists == diagnostics.single_block_lists);
    CHECK(summary.lists == 4);
    for (const RankedList& list : found.lists) {
      REQUIRE(list.documents.size() == 200);
      CHECK(list.documents.front().block == 0);
      double sum = 0;
      double hard = 0;
      for (std::size_t i = 0; i < 200; ++i) {
        sum += *list.documents[i].soft_rank;
        hard += list.documents[i].hard_rank;
        const bool ends = i + 1 == 200 || list.documents[i + 1].block != list.documents[i].block;
        if (ends) {
          CHECK(sum == doctest::Approx(hard).epsilon(1e-4));  // the mean of a block is that of its hard ranks
          sum = hard = 0;
          CHECK((i + 1 == 200 || list.documents[i + 1].block == list.documents[i].block + 1));
        }
      }
    }
  }
}

TEST_CASE("rankings: nine strengths are those of the operation itself") {
  Random random(7);
  const Tensor scores = tests::randn(Shape{30}, random, parameter);
  const Groups groups = Groups::from_sizes({12, 18});
  const Tensor temperature = tests::from({0.5, 2}, parameter);
  const std::vector<double> x = scores.to_vector<double>();
  const auto list_of = [&](std::int64_t list) {
    const auto begin = static_cast<std::size_t>(groups.begin(list));
    return Tensor::from(std::span(x).subspan(begin, static_cast<std::size_t>(groups.size(list))), constant);
  };
  const auto check = [&](const Tensor& ranks, const Tape& tape, const auto& at) {
    soft_rank(Tensor::from({1, 2, 3}));
    const RankDiagnostics before = rank_diagnostics();
    const Rankings found = look(tape, sum(square(ranks)));
    CHECK(rank_diagnostics().documents == before.documents);
    CHECK(rank_diagnostics().blocks == before.blocks);
    REQUIRE(found.lists.size() == 2);
    for (const RankedList& list : found.lists) {
      REQUIRE(list.strengths.size() == 9);
      CHECK(list.strengths[0].factor == doctest::Approx(0.01).epsilon(1e-12));
      CHECK(list.strengths[4].factor == 1);
      CHECK(list.strengths[8].factor == doctest::Approx(100).epsilon(1e-12));
      for (const StrengthStep& step : list.strengths) {
        const std::vector<double> expected = at(list_of(list.list), list.list, step.factor);
        std::vector<double> of_shown;
        for (const RankedDocument& of : list.documents) {
          of_shown.push_back(expected[static_cast<std::size_t>(of.document)]);
        }
        check_close(step.soft_ranks, of_shown, 1e-10);
        CHECK(step.strength == doctest::Approx(list.strength * step.factor));
      }
      for (std::size_t i = 0; i < list.documents.size(); ++i) {
        CHECK(list.strengths[4].soft_ranks[i] == doctest::Approx(*list.documents[i].soft_rank).epsilon(1e-10));
      }
    }
    return found;
  };
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
      SoftRankOptions options = {0.7, regularization, Direction::descending, unit};
      const Tape tape;
      const Rankings found =
          check(soft_rank(scores, groups, options), tape, [&](const Tensor& list, std::int64_t, double factor) {
            SoftRankOptions own = options;
            own.regularization_strength *= factor;
            return soft_rank(list, own).to_vector<double>();
          });
      const StrengthStep& softest = found.lists[0].strengths[8];
      CHECK(softest.gradient_share == 1);
      CHECK(softest.mean_block_size == static_cast<double>(found.lists[0].documents_in_all));
    }
  }
  {
    const Tape tape;
    const Rankings found =
        check(lapsum_rank(scores, groups, temperature, {.temperature = 0.3}), tape,
              [&](const Tensor& list, std::int64_t number, double factor) {
                const double own = number == 0 ? 0.5 : 2;
                return lapsum_rank(list, RelaxationOptions{.temperature = 0.3 * own * factor}).to_vector<double>();
              });
    CHECK(found.summaries[0].relaxation == "lapsum");
    CHECK(found.summaries[0].blocks == 0);
    CHECK(found.lists[0].regime == RankRegime::unpooled);
    CHECK(found.lists[0].strength == doctest::Approx(found.lists[0].list == 0 ? 0.15 : 0.6));
    CHECK(found.lists[0].strengths[0].gradient_share == 1);
    CHECK(found.lists[0].strengths[0].mean_block_size == 0);
    CHECK(found.lists[0].documents[0].block == -1);
    CHECK(found.lists[0].documents[0].partner == -1);
    CHECK(found.lists[0].documents[0].sentence.find("most of all") == std::string::npos);
    CHECK(found.lists[0].documents[0].sentence.find(" is pushed ") != std::string::npos);
  }
  const Tape tape;
  check(sigmoid_rank(scores, groups, {.temperature = 2, .temperature_unit = StrengthUnit::spread}), tape,
        [&](const Tensor& list, std::int64_t, double factor) {
          return sigmoid_rank(list, {.temperature = 2 * factor, .temperature_unit = StrengthUnit::spread})
              .to_vector<double>();
        });
}

TEST_CASE("rankings: saturated where nearly all documents are alone") {
  const Tensor scores = tests::arange(10, 0, 5, parameter);
  const Tape tape;
  const Rankings found = look(tape, sum(square(soft_rank(scores))));
  CHECK(found.lists.at(0).regime == RankRegime::saturated);
  CHECK(found.lists[0].loss == 0);
  CHECK(found.summaries[0].gaps_above_strength == 1);
  CHECK(found.lists[0].strengths[0].gradient_share == 0);
  CHECK(found.lists[0].strengths[0].mean_block_size == 1);
}

TEST_CASE("rankings: losses of the same ranks, or of the same scores, are added up") {
  const Tensor scores = tests::from({0.5, 0.25, 0.75, 2, 1}, {.requires_grad = true});
  const Tensor labels = tests::from({0, 2, 1, 1, 0});
  const Groups groups = Groups::from_sizes({3, 2});
  const RelaxedRankOptions rank = {.temperature = 2, .direction = Direction::descending};
  const std::vector<double> ndcg =
      soft_ndcg_loss(scores, labels, groups, {.rank = rank, .reduction = Reduction::none}).to_vector<double>();
  const std::vector<double> spearman =
      spearman_loss(scores, labels, groups, {.relaxation = rank, .reduction = Reduction::none}).to_vector<double>();
  const std::vector<double> ranknet =
      ranknet_loss(scores, labels, groups, {.reduction = Reduction::none}).to_vector<double>();
  const std::vector<double> mse = mse_loss(scores, labels, groups, {.reduction = Reduction::none}).to_vector<double>();
  const Tape tape;
  const Tensor mixture =
      rank_mixture_loss(scores, labels, groups, {.rank = rank, .ndcg = 0.5, .spearman = 2, .reciprocal_rank = 0});
  const Tensor squares = mse_loss(scores.to(DType::float64), labels.to(DType::float64), groups).to(DType::float32);
  const Rankings found = look(tape, mixture + ranknet_loss(scores, labels, groups) + squares);
  REQUIRE(found.summaries.size() == 2);
  CHECK(found.summaries[0].losses == std::vector<std::string>{"ndcg_of_ranks", "spearman_of_ranks"});
  CHECK(found.summaries[0].dtype == DType::float32);
  CHECK(found.summaries[1].operation == "mse_loss");
  CHECK(found.summaries[1].losses == std::vector<std::string>{"mse_loss", "ranknet_loss"});
  CHECK(found.summaries[1].relaxation.empty());
  CHECK(found.summaries[1].scores == found.summaries[0].scores);
  REQUIRE(found.lists.size() == 4);
  for (const RankedList& list : found.lists) {
    const auto number = static_cast<std::size_t>(list.list);
    if (list.ranking == 0) {
      CHECK(list.loss == doctest::Approx(ndcg[number] + spearman[number]));
      continue;
    }
    CHECK(list.loss == doctest::Approx(ranknet[number] + mse[number]));
    CHECK(list.regime == RankRegime::unpooled);
    CHECK(list.strengths.empty());
    CHECK(list.strength == 0);
    CHECK_FALSE(list.documents[0].soft_rank);
    CHECK(list.documents[0].score >= list.documents[1].score);
  }
  // What the other losses do to the scores does not come by way of the ranks.
  bool is_said = false;
  for (const RankedDocument& of : found.lists[0].documents) {
    is_said = is_said || of.sentence.find(" (by way of its rank ") != std::string::npos;
  }
  for (const RankedDocument& of : found.lists[1].documents) {
    is_said = is_said || of.sentence.find(" (by way of its rank ") != std::string::npos;
  }
  CHECK(is_said);
}

TEST_CASE("rankings: a loss of ranks that were converted, two rankings of one tensor, losses of memberships") {
  const Tensor scores = tests::from({0.5, 0.25, 0.75}, {.requires_grad = true});
  const Tensor labels = tests::from({0, 2, 1}, constant);
  const Tape tape;
  const Tensor ranks = soft_rank(scores, {.direction = Direction::descending}).to(DType::float64);
  const Tensor first = ndcg_of_ranks(ranks, labels);
  const Tensor second = sum(square(sigmoid_rank(scores))).to(DType::float64);
  const Tensor third = soft_precision_loss(scores, labels.to(DType::float32), {.k = 1}).to(DType::float64);
  const Rankings found = look(tape, first + second + third);
  REQUIRE(found.summaries.size() == 3);
  CHECK(found.summaries[0].losses == std::vector<std::string>{"ndcg_of_ranks"});
  CHECK(found.summaries[1].relaxation == "sigmoid");
  CHECK(found.summaries[1].losses.empty());
  CHECK(found.summaries[2].operation == "soft_precision_loss");
  CHECK(found.summaries[2].relaxation.empty());
  for (const RankingSummary& summary : found.summaries) {
    CHECK(summary.scores == 0);
    CHECK(summary.largest_score == 0.75);
  }
}

TEST_CASE("rankings: the worst lists first, and of long ones the documents with the largest gradient") {
  const Tensor scores = tests::from({3, 2, 1, 2.5, 1, 2, 1.5, 4, 5}, parameter);
  const Tensor labels = tests::from({2, 1, 0, 0, 1, 2, 3, 1, 0}, constant);
  const Groups groups = Groups::from_sizes({3, 4, 2});
  const Tape tape;
  const Tensor loss = ranknet_loss(scores, labels, groups, {.terms = TermReduction::sum});
  const Gradients gradients = loss.backward({.keep_intermediate = true});
  const Rankings all = find_rankings(tape, gradients);
  REQUIRE(all.lists.size() == 3);
  CHECK(all.lists[0].list == 1);
  CHECK(all.lists[0].loss >= all.lists[1].loss);
  CHECK(all.lists[1].loss >= all.lists[2].loss);
  const Rankings some = find_rankings(tape, gradients, {.max_lists = 1, .max_documents = 2});
  REQUIRE(some.lists.size() == 1);
  CHECK(some.summaries[0].lists == 3);
  const RankedList& list = some.lists[0];
  CHECK(list.documents_in_all == 4);
  REQUIRE(list.documents.size() == 2);
  CHECK(list.documents[0].hard_rank < list.documents[1].hard_rank);
  std::vector<double> sizes;
  for (const RankedDocument& of : all.lists[0].documents) {
    sizes.push_back(std::abs(of.gradient));
  }
  std::ranges::sort(sizes, std::greater<>());
  CHECK(std::min(std::abs(list.documents[0].gradient), std::abs(list.documents[1].gradient)) == sizes[1]);
  CHECK(std::max(std::abs(list.documents[0].gradient), std::abs(list.documents[1].gradient)) == sizes[0]);
  CHECK(find_rankings(tape, gradients, {.max_lists = 0}).lists.empty());
}

TEST_CASE("rankings: of many lists an even sample is sorted") {
  Random random(3);
  std::vector<std::int64_t> sizes(5000, 4);
  std::vector<double> values(20000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = i % 4 < 2 ? 0 : static_cast<double>(i % 4);  // gaps 0, 2, 1
  }
  const Tensor scores = tests::from(values, parameter);
  const Tape tape;
  const Rankings found = look(tape, sum(square(soft_rank(scores, Groups::from_sizes(sizes)))));
  CHECK(found.summaries[0].tied_scores == 10000);
  CHECK(found.summaries[0].median_gap == 1);
  CHECK(found.summaries[0].gaps_above_strength == doctest::Approx(1.0 / 3));
  CHECK(found.lists.size() == 12);
  CHECK(found.lists[0].list == 0);  // alike: by number
  CHECK(found.lists[11].list == 11);

  const Tensor longer = tests::arange(1000, 0, 0.001, parameter);
  const Tape second;
  const Rankings of_long = look(second, sum(square(soft_rank(longer))));
  CHECK(of_long.lists.at(0).documents.size() == 48);
  CHECK(of_long.lists[0].gaps.size() == 512);
  CHECK(of_long.lists[0].strengths[0].soft_ranks.size() == 48);
}

TEST_CASE("rankings: odd tapes") {
  const Tensor scores = tests::from({1, 2, 3}, parameter);
  const Tensor labels = tests::from({0, 1, 2}, constant);
  SUBCASE("nothing recorded") {
    const Tape tape;
    CHECK(find_rankings(tape, Gradients()).summaries.empty());
  }
  SUBCASE("no gradients at all, or only those of parameters") {
    const Tape tape;
    const Tensor hidden = scores * 2.0;
    const Tensor loss = spearman_loss(hidden, labels);
    const Rankings none = find_rankings(tape, Gradients());
    CHECK(none.summaries.at(0).zero_gradients == 3);
    CHECK(none.lists.at(0).documents.at(0).sentence ==
          "Document 0: its gradient is not known; backward({.keep_intermediate = true}) keeps it.");
    const Rankings of_parameters = find_rankings(tape, loss.backward());
    CHECK(of_parameters.lists.at(0).documents.at(0).sentence == none.lists[0].documents[0].sentence);
    CHECK(find_rankings(tape, loss.backward({.keep_intermediate = true})).lists.at(0).documents.at(0).gradient != 0);
  }
  SUBCASE("a ranking that the loss does not use") {
    const Tape tape;
    soft_rank(scores, {.regularization_strength = 10});
    const Rankings found = look(tape, sum(square(scores)));
    CHECK(found.summaries.at(0).constant_rank_gradient_lists == 0);
    CHECK(found.lists.at(0).documents.at(0).sentence == "Document 0 (score 1) is pushed down by 2.");
    const Tape second;
    soft_rank(scores, {.regularization_strength = 10});
    const Tensor other = tests::from({1, 2}, parameter);
    CHECK(look(second, sum(square(other))).lists.at(0).documents.at(0).sentence ==
          "Document 0 gets no gradient: none reaches its rank.");
  }
  SUBCASE("lists without documents, and of one") {
    const Tape tape;
    const Rankings found = look(tape, sum(soft_rank(scores, Groups::from_sizes({0, 1, 1, 0, 1}))));
    CHECK(found.summaries.at(0).lists == 0);
    CHECK(found.summaries[0].short_lists == 5);
    CHECK(found.summaries[0].score_deviation == 0);
    CHECK(found.lists.empty());
    const Tensor nothing = tests::from(std::vector<double>(), parameter);
    const Tape second;
    CHECK(look(second, sum(soft_rank(nothing))).summaries.at(0).lists == 0);
  }
  SUBCASE("constant scores with a temperature to learn") {
    const Tensor temperature = tests::from({1.0}, parameter);
    const Tape tape;
    CHECK(look(tape, sum(square(lapsum_rank(labels, temperature)))).summaries.empty());
  }
  SUBCASE("several predictions of each document") {
    const Tensor levels = tests::from({1, 2, 3, 4, 5, 6}, Shape{3, 2}, parameter);
    const Tape tape;
    CHECK(look(tape, ordinal_loss(levels, labels)).summaries.empty());
  }
  SUBCASE("rows") {
    const Tensor rows = tests::from({1, 2, 3, 3, 1, 2}, Shape{2, 3}, parameter);
    const Tape tape;
    const Rankings found = look(tape, neural_ndcg_loss(rows, tests::from({0, 1, 2, 0, 1, 2}, Shape{2, 3}, constant)));
    CHECK(found.summaries.at(0).lists == 2);
    CHECK(found.summaries[0].relaxation.empty());
    CHECK(found.lists.at(0).list == 1);
    CHECK(numbers_of(found.lists[0]) == std::vector<std::int64_t>{0, 2, 1});
  }
}

namespace {

Tensor odd_sum(const Tensor& numbers, const RecordDetails& told, double slope);

const Operation odd_operation("test_odd_sum", [](Random& random) -> std::vector<OperationExample> {
  return {
      {{Tensor::randn(Shape{2}, random, constant)}, [](std::span<const Tensor> x) { return odd_sum(x[0], {}, 1); }}};
});

/// A user's own operation that tells whatever it is given.
Tensor odd_sum(const Tensor& numbers, const RecordDetails& told, double slope) {
  const Tensor result = sum(numbers.detach());
  if (Recorder recorder{odd_operation, {numbers}}) {
    recorder.record(
        result,
        [numbers, slope](BackwardPass& pass) {
          const TensorOptions alike = {.dtype = numbers.dtype(), .device = numbers.device()};
          pass.add(0, Tensor::full(numbers.shape(), slope, alike) * pass.gradient());
        },
        [told](RecordDetails& details) { details = told; });
  }
  return result;
}

}  // namespace

TEST_CASE("rankings: NaN and details that do not fit") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor scores = tests::from({1, nan, -infinity, 3, infinity}, parameter);
  RecordDetails told;
  told.list_loss = {.offsets = {0, 3, 5},
                    .values = {nan, 2},
                    .counts = {true, true},
                    .targets = tests::from({nan, nan, 1, 1, 1}, constant)};
  {
    const Tape tape;
    const Rankings found = look(tape, odd_sum(scores, told, nan));
    REQUIRE(found.lists.size() == 2);
    CHECK(found.lists[0].list == 0);  // NaN is worst
    CHECK(numbers_of(found.lists[0]) == std::vector<std::int64_t>{0, 2, 1});
    CHECK(found.lists[0].gaps.empty());
    CHECK(found.summaries[0].largest_score == 3);
    CHECK(found.summaries[0].constant_label_lists == 1);
    CHECK(document(found.lists[1], 0).sentence ==
          "Document 0 (label 1, score 3) gets a gradient that is not a finite number: nan.");
  }
  const auto is_left_out = [&](const RecordDetails& details) {
    const Tape tape;
    return look(tape, odd_sum(scores, details, 1)).summaries.empty();
  };
  told.list_loss->offsets = {0, 3, 4};
  CHECK(is_left_out(told));
  told.list_loss->offsets = {0, 6, 5};
  CHECK(is_left_out(told));
  told.list_loss->offsets = {};
  CHECK(is_left_out(told));
  told.list_loss->offsets = {0, 5};
  CHECK(is_left_out(told));  // two values
  told.list_loss = std::nullopt;
  told.ranking = {.relaxation = "l2", .offsets = {0, 5}, .strengths = {1}};
  CHECK(is_left_out(told));  // the output is no rank for each
}
