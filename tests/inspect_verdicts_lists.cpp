#include <ranktape/core/inspect/inspection.hpp>
#include <doctest/doctest.h>

#include "inspections.hpp"

#include <string>

using namespace ranktape;
using ranktape::tests::healthy_ranking;
using ranktape::tests::inspection_of;
using ranktape::tests::text_of;
using ranktape::tests::verdict_text;

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
  CHECK(text_of(ranking, "RT-G08") ==
        "warning: 11 of 21 lists have fewer than two documents, and nothing to rank, at record 4, soft_rank "
        "(train.cpp:44); look at the groups: Groups::from_sizes takes the number of documents of each query, not a "
        "number for each document");
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
  CHECK(text_of(ranking, "RT-G12").starts_with("note: list 7 has 95 % of the gradient"));
  ranking.steepest_gradient_share = 0.991;
  CHECK(text_of(ranking, "RT-G12").starts_with("note: list 7 has 99.1 % of the gradient"));
  ranking.relaxation.clear();  // a loss of the raw scores
  CHECK(text_of(ranking, "RT-G12") ==
        "warning: list 7 has 99.1 % of the gradient of 10 lists (10 have any), at record 4, soft_rank (train.cpp:44); "
        "look at the labels and scores of list 7; weights of the queries, or clip_norm, keep one list from deciding "
        "the step");
  ranking.constant_label_lists = 3;
  CHECK(text_of(ranking, "RT-G12").empty());
}
