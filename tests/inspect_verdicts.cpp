#include <ranktape/core/inspect/inspection.hpp>
#include <doctest/doctest.h>

#include "inspections.hpp"

#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::healthy_ranking;
using ranktape::tests::inspection_of;
using ranktape::tests::text_of;
using ranktape::tests::verdict_text;

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
      "record 4, soft_rank (train.cpp:44); try regularization_strength=0.21 (21 times as much)\n"
      "warning RT-G07 constant labels: 5 of 10 lists (50 %) have equal labels only: there is no order to learn, and "
      "they add nothing to the loss, at record 4, soft_rank (train.cpp:44); leave these lists out of the batches, as "
      "ranktape::train does\n"
      "note RT-G03 one block: in 60 % of the lists all documents are in one block, where ranks are linear in the "
      "scores, at record 4, soft_rank (train.cpp:44); trainings begin so; if it is so after a quarter of the epochs, "
      "try regularization_strength=0.0025 (0.25 times as much) or train longer\n");
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
        "soft_rank (train.cpp:44); try regularization_strength=0.21 (21 times as much)");
  Inspection learned = inspection_of(ranking);
  learned.history.points = {{.step = 1, .loss = 1, .gradient_norm = 1}, {.step = 2, .loss = 0.2, .gradient_norm = 1}};
  CHECK(verdict_text(learned, "RT-G01").starts_with("note: 90 %"));
  // Of a sample without the record, and lists that had strengths of their own.
  ranking.strength_setting = 0;
  Inspection inspection = inspection_of(ranking);
  inspection.records.clear();
  CHECK(verdict_text(inspection, "RT-G01").ends_with("at record 4; try 21 times the regularization_strength"));
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
  CHECK(text_of(ranking, "RT-G02") ==
        "warning: in 60 % of the lists all documents are in one block, and the loss divides by the norm of the soft "
        "ranks: that is Pearson's correlation of the raw scores, which no strength changes, at record 4, soft_rank "
        "(train.cpp:44); take Normalization::hard_ranks, the default; or try regularization_strength=0.00071 (0.071 "
        "times "
        "as much); the median gap is "
        "0.214");
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
      "note: neighbouring scores are 21 temperatures apart (median gap 2.1, temperature 0.1), where comparisons are "
      "hard and hardly a gradient is left, at record 4, soft_rank (train.cpp:44); try regularization_strength=0.21 (21 "
      "times as much)");
  ranking.median_gap = 10.1;
  CHECK(text_of(ranking, "RT-G05").starts_with("warning: neighbouring scores are 101 temperatures apart"));
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
