#include <ranktape/core/inspect/inspection.hpp>
#include <doctest/doctest.h>

#include "inspections.hpp"

#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::verdict_text;

namespace {

// Record 4 ranks the scores; nothing is noticed of it.
RankingSummary healthy_ranking() {
  return {.record = 4,
          .scores = 3,
          .operation = "soft_rank",
          .relaxation = "l2",
          .losses = {"spearman_of_ranks"},
          .lists = 10,
          .documents = 100,
          .blocks = 50,
          .single_documents = 40,
          .zero_gradients = 40,
          .median_gap = 0.214,
          .median_strength = 0.3,
          .gaps_above_strength = 0.3,
          .score_deviation = 1,
          .largest_score = 3,
          .lists_with_gradient = 10,
          .steepest_list = 7,
          .steepest_gradient_share = 0.2};
}

Inspection inspection_of(const RankingSummary& ranking) {
  Inspection inspection;
  inspection.records = {{.number = 3, .operation = "linear"},
                        {.number = 4,
                         .operation = "soft_rank",
                         .options = "regularization_strength=0.01, direction=descending",
                         .where = {"/home/me/train.cpp", 44}}};
  inspection.rankings = {ranking};
  return inspection;
}

std::string text_of(const RankingSummary& ranking, const std::string& id) {
  return verdict_text(inspection_of(ranking), id);
}

}  // namespace

TEST_CASE("verdicts: ids and names of rules are unique, and nothing is found in nothing") {
  const std::vector<VerdictRule> rules = verdict_rules();
  REQUIRE(rules.size() >= 18);
  std::set<std::string> ids;
  std::set<std::string> names;
  for (const VerdictRule& rule : rules) {
    ids.insert(rule.id);
    names.insert(rule.name);
    CHECK(rule.id.substr(0, 4) == "RT-G");
  }
  CHECK(ids.size() == rules.size());
  CHECK(names.size() == rules.size());
  CHECK(find_verdicts({}).empty());
  CHECK(to_string(find_verdicts({})).empty());
  CHECK(find_verdicts(inspection_of(healthy_ranking())).empty());
  CHECK(find_verdicts(inspection_of({})).empty());
}

TEST_CASE("verdicts: every rule has its heading in docs/inspection.md, and there is no other") {
  std::ifstream file(RANKTAPE_DOCS_DIRECTORY "/inspection.md");
  REQUIRE(file);
  std::vector<std::string> headings;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("### RT-")) {
      headings.push_back(line);
    }
  }
  std::vector<std::string> expected;
  for (const VerdictRule& rule : verdict_rules()) {
    expected.push_back("### " + rule.id + " " + rule.name);
  }
  CHECK(headings == expected);
}

TEST_CASE("verdicts: the gravest first, then in the order of the rules; a line each") {
  RankingSummary ranking = healthy_ranking();
  ranking.single_block_lists = 6;
  ranking.constant_label_lists = 5;
  ranking.single_documents = 100;
  ranking.median_strength = 0.01;
  ranking.gaps_above_strength = 0.97;
  const std::vector<Verdict> verdicts = find_verdicts(inspection_of(ranking));
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[0].id == "RT-G01");
  CHECK(verdicts[0].rule == "saturated");
  CHECK(verdicts[1].id == "RT-G07");
  CHECK(verdicts[2].id == "RT-G03");
  CHECK(
      to_string(verdicts) ==
      "error RT-G01 saturated: 100 % of the documents are alone in their block, where ranks are hard and their "
      "gradient is 0: the strength, 0.01, is below 97 % of the gaps between neighbouring scores (median gap 0.214), at "
      "record 4, soft_rank (train.cpp:44); try regularization_strength=0.21\n"
      "warning RT-G07 constant labels: 5 of 10 lists (50 %) have equal labels only: there is no order to learn, and "
      "they add nothing to the loss, at record 4, soft_rank (train.cpp:44); leave these lists out of the batches, as "
      "ranktape::train does\n"
      "note RT-G03 one block: in 60 % of the lists all documents are in one block, where ranks are linear in the "
      "scores, at record 4, soft_rank (train.cpp:44); trainings begin so; if it is so after a quarter of the epochs, "
      "try regularization_strength=0.0025, a quarter, or train longer\n");
}

TEST_CASE("verdicts: RT-G01 saturated, from nine tenths of the documents on") {
  RankingSummary ranking = healthy_ranking();
  ranking.single_documents = 89;
  CHECK(text_of(ranking, "RT-G01").empty());
  ranking.single_documents = 90;
  ranking.median_strength = 0.01;
  ranking.gaps_above_strength = 0.968;
  CHECK(text_of(ranking, "RT-G01") ==
        "warning: 90 % of the documents are alone in their block, where ranks are hard and their gradient is 0: the "
        "strength, 0.01, is below 96.8 % of the gaps between neighbouring scores (median gap 0.214), at record 4, "
        "soft_rank (train.cpp:44); try regularization_strength=0.21");
  // Of a sample without the record, or a record that says no strength.
  Inspection inspection = inspection_of(ranking);
  inspection.records.clear();
  CHECK(verdict_text(inspection, "RT-G01").ends_with("at record 4; try a strength of 0.21 (absolute)"));
  // A relaxation without blocks has no such documents, whatever is there.
  ranking.blocks = 0;
  CHECK(text_of(ranking, "RT-G01").empty());
}

TEST_CASE("verdicts: the worst of several rankings speaks") {
  RankingSummary ranking = healthy_ranking();
  ranking.single_documents = 95;
  Inspection inspection = inspection_of(healthy_ranking());
  inspection.rankings.push_back(ranking);
  ranking.single_documents = 92;
  inspection.rankings.push_back(ranking);
  CHECK(verdict_text(inspection, "RT-G01").starts_with("warning: 95 % of the documents"));
}

TEST_CASE("verdicts: RT-G02 linear where the loss normalizes soft ranks, else RT-G03 one block") {
  RankingSummary ranking = healthy_ranking();
  ranking.single_block_lists = 5;
  ranking.normalizes_soft_ranks = true;
  CHECK(text_of(ranking, "RT-G02").empty());
  ranking.single_block_lists = 6;
  ranking.median_strength = 3;
  CHECK(
      text_of(ranking, "RT-G02") ==
      "warning: in 60 % of the lists all documents are in one block, and the loss divides by the norm of the soft "
      "ranks: that is Pearson's correlation of the raw scores, which no strength changes, at record 4, soft_rank "
      "(train.cpp:44); take Normalization::hard_ranks, the default; or try regularization_strength=0.00071 (median gap "
      "0.214)");
  CHECK(text_of(ranking, "RT-G03").empty());
  ranking.relaxation = "kl";
  CHECK(text_of(ranking, "RT-G02").find("raw scores (their exponentials), which") != std::string::npos);
  ranking.normalizes_soft_ranks = false;
  CHECK(text_of(ranking, "RT-G02").empty());
  CHECK(text_of(ranking, "RT-G03")
            .starts_with("note: in 60 % of the lists all documents are in one block, where ranks "
                         "are an exponential of the scores"));
  ranking.single_block_lists = 5;
  CHECK(text_of(ranking, "RT-G03").empty());
}

TEST_CASE("verdicts: RT-G04 uneven strength, where a quarter is hard and a quarter one block") {
  Inspection inspection = inspection_of(healthy_ranking());
  const auto list = [](std::int64_t number, std::int64_t documents, double gap, RankRegime regime) {
    return RankedList{
        .list = number, .documents_in_all = documents, .regime = regime, .strength = 0.1, .median_gap = gap};
  };
  inspection.lists = {list(7, 8, 0.5, RankRegime::saturated), list(2, 800, 0.005, RankRegime::linear),
                      list(3, 80, 0.05, RankRegime::active), list(4, 80, 0.05, RankRegime::active)};
  CHECK(verdict_text(inspection, "RT-G04") ==
        "warning: one strength does not fit lists of such different scores; long lists: 4, of hard ranks: 1 (list 7 of "
        "8 documents with a median gap of 0.5; strength 0.1), in one block: 1 (list 2 of 800 documents with a median "
        "gap of 0.005; strength 0.1), at record 4, soft_rank (train.cpp:44); try strength_unit=per_item with a "
        "strength of 4");
  inspection.lists[1].documents_in_all = 16;
  CHECK(verdict_text(inspection, "RT-G04").ends_with("; try strength_unit=spread with a strength of 1.5"));
  inspection.lists[0].documents_in_all = 7;  // short: such are hard or one block whatever the strength
  CHECK(verdict_text(inspection, "RT-G04").empty());
  inspection.lists[0].documents_in_all = 8;
  inspection.lists.push_back(list(5, 80, 0.05, RankRegime::active));
  CHECK(verdict_text(inspection, "RT-G04").empty());
}

TEST_CASE("verdicts: RT-G05 cold, a gap of more than 20 temperatures") {
  RankingSummary ranking = healthy_ranking();
  ranking.relaxation = "sigmoid";
  ranking.blocks = 0;
  ranking.median_gap = 2;
  ranking.median_strength = 0.1;
  CHECK(text_of(ranking, "RT-G05").empty());
  ranking.median_gap = 2.1;
  CHECK(
      text_of(ranking, "RT-G05") ==
      "warning: neighbouring scores are 21 temperatures apart (median gap 2.1, temperature 0.1), where comparisons are "
      "hard and hardly a gradient is left, at record 4, soft_rank (train.cpp:44); try regularization_strength=0.21");
  ranking.blocks = 1;
  CHECK(text_of(ranking, "RT-G05").empty());
}

TEST_CASE("verdicts: RT-G06 constant upstream, from nine tenths of the lists on") {
  RankingSummary ranking = healthy_ranking();
  ranking.constant_rank_gradient_lists = 8;
  CHECK(text_of(ranking, "RT-G06").empty());
  ranking.constant_rank_gradient_lists = 9;
  CHECK(
      text_of(ranking, "RT-G06") ==
      "error: in 9 of 10 lists all ranks get the same gradient; the ranks of n documents always sum to n (n + 1) / 2, "
      "so nothing of it reaches the scores, at record 4, soft_rank (train.cpp:44); weigh the ranks by the labels "
      "(spearman_loss, soft_ndcg_loss) in place of their sum or mean");
}

TEST_CASE("verdicts: RT-G07 constant labels: a note, a warning, an error") {
  RankingSummary ranking = healthy_ranking();
  ranking.lists = 20;
  ranking.constant_label_lists = 1;
  CHECK(text_of(ranking, "RT-G07").empty());
  ranking.constant_label_lists = 2;
  CHECK(text_of(ranking, "RT-G07").starts_with("note: 2 of 20 lists (10 %) have equal labels only"));
  ranking.constant_label_lists = 10;
  CHECK(text_of(ranking, "RT-G07").starts_with("warning: 10 of 20 lists (50 %) have equal labels only"));
  ranking.constant_label_lists = 20;
  CHECK(text_of(ranking, "RT-G07").starts_with("error: 20 of 20 lists (100 %) have equal labels only"));
  CHECK(text_of(ranking, "RT-G07").ends_with("; look at how the labels were read, and whether the groups match them"));
}

TEST_CASE("verdicts: RT-G08 short lists, where most are") {
  RankingSummary ranking = healthy_ranking();
  ranking.short_lists = 10;
  CHECK(text_of(ranking, "RT-G08").empty());
  ranking.short_lists = 11;
  CHECK(
      text_of(ranking, "RT-G08") ==
      "warning: 11 of 21 lists have fewer than two documents, and nothing to rank, at record 4, soft_rank "
      "(train.cpp:44); look at the groups; without groups the lists lie along the last axis, so scores of [n, 1] are n "
      "lists of one: reshape them to [n]");
  CHECK(text_of({.record = 4, .short_lists = 5}, "RT-G08").starts_with("error: 5 of 5 lists"));
}

TEST_CASE("verdicts: RT-G09 constant scores, but not before the first step; RT-G10 tied scores") {
  RankingSummary ranking = healthy_ranking();
  ranking.constant_score_lists = 4;
  ranking.tied_scores = 49;
  CHECK(text_of(ranking, "RT-G09").empty());
  CHECK(text_of(ranking, "RT-G10").empty());
  ranking.tied_scores = 50;
  CHECK(text_of(ranking, "RT-G10") ==
        "warning: 50 % of the documents have exactly the score of another one of their list, and get the same rank and "
        "the same place in the gradient, at record 4, soft_rank (train.cpp:44); look for documents that are in a list "
        "twice, scores that are rounded, clipped or made by few units, and dead units (RT-G13)");
  ranking.constant_score_lists = 5;
  CHECK(text_of(ranking, "RT-G10").empty());
  CHECK(
      text_of(ranking, "RT-G09") ==
      "warning: in 5 of 10 lists all scores are equal: the model does not tell documents apart, at record 4, soft_rank "
      "(train.cpp:44); look for dead units (RT-G13) and for features that are equal within a list; before the first "
      "step of a model that begins at zero it is normal");
  Inspection inspection = inspection_of(ranking);
  inspection.history.points = {{.step = 1, .loss = 1, .gradient_norm = 1}};
  CHECK(verdict_text(inspection, "RT-G09").empty());
  inspection.history.points.push_back({.step = 2, .loss = 1, .gradient_norm = 1});
  CHECK_FALSE(verdict_text(inspection, "RT-G09").empty());
}

TEST_CASE("verdicts: RT-G11 lost digits, where a gap is less than eight float32 numbers wide") {
  RankingSummary ranking = healthy_ranking();
  ranking.largest_score = 1048576;  // neighbours are 2^-3 apart
  ranking.median_gap = 1;
  CHECK(text_of(ranking, "RT-G11").empty());
  ranking.median_gap = 0.75;
  CHECK(
      text_of(ranking, "RT-G11") ==
      "warning: scores reach 1.05e+06, where float32 numbers are 0.12 apart, and the median gap between neighbours is "
      "0.75: rounding decides their order, at record 4, soft_rank (train.cpp:44); subtract the mean of each list "
      "before the ranks (layer_norm, or features that are scaled), or compute in float64");
  ranking.median_gap = 0;  // all rounded away
  ranking.score_deviation = 0.5;
  CHECK(text_of(ranking, "RT-G11").find("and the deviation of a list's scores is 0.5:") != std::string::npos);
  ranking.dtype = DType::float64;
  CHECK(text_of(ranking, "RT-G11").empty());
}

TEST_CASE("verdicts: RT-G12 one list has the gradient of eight or more") {
  RankingSummary ranking = healthy_ranking();
  ranking.steepest_gradient_share = 0.89;
  CHECK(text_of(ranking, "RT-G12").empty());
  ranking.steepest_gradient_share = 0.95;
  CHECK(
      text_of(ranking, "RT-G12") ==
      "warning: list 7 has 95 % of the gradient of 10 lists (10 have any), at record 4, soft_rank (train.cpp:44); look "
      "at the labels and scores of list 7; weights of the queries, or clip_norm, keep one list from deciding the step");
  ranking.constant_label_lists = 3;
  CHECK(text_of(ranking, "RT-G12").empty());
}
