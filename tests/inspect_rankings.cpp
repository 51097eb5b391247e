#include "on_device.hpp"
#include "ranked_lists.hpp"

#include <ranktape/core/inspect/block_pushes.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/core/inspect/ranking_order.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ranktape;

using tests::check_close;
using tests::constant;
using tests::document;
using tests::look;
using tests::numbers_of;
using tests::parameter;

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
