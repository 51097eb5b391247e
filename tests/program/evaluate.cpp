#include "program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace ranktape;
using testing::ProgramFolder;
using testing::ProgramRun;

namespace {

// Three queries: an ordinary one, one without a relevant document, one with equal labels.
constexpr const char* data =
    "2 qid:a 1:1 # docid = D1\n"
    "0 qid:a 1:1 # docid = D2\n"
    "1 qid:a 1:1 # docid = D3\n"
    "0 qid:b 1:1 # docid = D1\n"
    "0 qid:b 1:1 # docid = D2\n"
    "1 qid:c 1:1 # docid = D9\n";
constexpr const char* in_order = "0.5\n0.25\n0.75\n1\n2\n-1\n";

ProgramFolder& with_data(ProgramFolder& folder) {
  folder.put("data", data);
  folder.put("scores", in_order);
  return folder;
}

std::string refused_evaluation(const ProgramFolder& folder, std::string_view arguments, std::string_view input = "") {
  return testing::refused(folder, fmt::format("evaluate {}", arguments), input);
}

nlohmann::json evaluated(const ProgramFolder& folder, std::string_view arguments) {
  const ProgramRun run = folder.run(fmt::format("evaluate --data data --format json {}", arguments));
  CHECK_MESSAGE(run.status == 0, run.errors);
  return nlohmann::json::parse(run.output);
}

double first_mean(const ProgramFolder& folder, std::string_view arguments) {
  return evaluated(folder, arguments)["metrics"][0]["means"][0].get<double>();
}

}  // namespace

TEST_CASE("evaluate: the table, with the queries left out and every option") {
  ProgramFolder folder;
  const ProgramRun run = with_data(folder).run("evaluate --data data --scores scores --metrics ndcg@2,map,kendall");
  CHECK(run.status == 0);
  CHECK(run.errors.empty());
  CHECK(run.output ==
        "Data: data, 6 documents of 3 queries\n"
        "Scores: scores\n"
        "\n"
        "  metric                 mean          95 % interval  queries  left out\n"
        "  ndcg@2               0.8984       0.7967 to 1.0000        2         1\n"
        "  map                  1.0000       1.0000 to 1.0000        2         1\n"
        "  kendall              0.3333       0.3333 to 0.3333        1         2\n"
        "\n"
        "Left out: 2 of 3 queries with equal labels or scores throughout (kendall)\n"
        "Left out: 1 of 3 queries without a label above 0 (ndcg@2)\n"
        "Left out: 1 of 3 queries without a relevant document (map)\n"
        "Options: convention ranktape, gain exponential, ties stable, no relevant document skip, relevant from label "
        "1, largest label 4, precision over k, average precision over relevant\n"
        "Intervals: percentile bootstrap over queries, 10000 resamples, seed 0\n");
}

TEST_CASE("evaluate: two files of scores") {
  ProgramFolder folder;
  with_data(folder).put("better", "0.75\n0.25\n0.5\n1\n2\n-1\n");
  const ProgramRun run =
      folder.run("evaluate --data data --scores scores --scores-b better --metrics ndcg@2,map --confidence 0.9");
  CHECK(run.status == 0);
  CHECK(run.output ==
        "Data: data, 6 documents of 3 queries\n"
        "Scores A: scores\n"
        "Scores B: better\n"
        "\n"
        "  metric                    A        B     B - A    error          90 % interval        p  queries  left out\n"
        "  ndcg@2               0.8984   1.0000   +0.1016   0.1016     +0.0000 to +0.2033   1.0000        2         1\n"
        "  map                  1.0000   1.0000   +0.0000   0.0000     +0.0000 to +0.0000   1.0000        2         1\n"
        "\n"
        "Left out: 1 of 3 queries without a label above 0 (ndcg@2)\n"
        "Left out: 1 of 3 queries without a relevant document (map)\n"
        "Options: convention ranktape, gain exponential, ties stable, no relevant document skip, relevant from label "
        "1, largest label 4, precision over k, average precision over relevant\n"
        "Intervals: percentile bootstrap over queries, 10000 resamples, seed 0\n"
        "p: paired randomisation test, two-sided, all signs of the differences; error: standard error of B - A\n");
}

TEST_CASE("evaluate: JSON, every query, no resampling") {
  ProgramFolder folder;
  const nlohmann::json json =
      evaluated(with_data(folder), "--scores scores --metrics mrr,precision@5 --bootstrap 0 --per-query queries");
  CHECK(json["options"]["resamples"] == 0);
  CHECK(json["options"]["ties"] == "stable");
  CHECK(json["queries"] == 3);
  CHECK(json["metrics"][0] == nlohmann::json{{"metric", "mrr"},
                                             {"means", {1.0}},
                                             {"queries", 2},
                                             {"left_out", 1},
                                             {"left_out_because", "without a relevant document"}});
  CHECK(folder.read("queries") ==
        "query\tdocuments\tmrr\tprecision@5\n"
        "a\t3\t1\t0.4\n"
        "b\t2\tnan\tnan\n"
        "c\t1\t1\t0.2\n");
  const nlohmann::json resampled = evaluated(folder, "--scores scores --metrics ndcg@2 --seed 7");
  CHECK(resampled == evaluated(folder, "--scores scores --metrics ndcg@2 --seed 7"));
  CHECK(resampled["metrics"][0]["interval"].size() == 2);
}

TEST_CASE("evaluate: every form of a score file gives the same") {
  ProgramFolder folder;
  const nlohmann::json plain = evaluated(with_data(folder), "--scores scores")["metrics"];
  folder.put("crlf", "0.5\r\n0.25\r\n+7.5e-1\r\n\r\n1\r\n2\r\n-1");
  folder.put("tsv", "c\tD9\t-1\na\tD3\t0.75\na\tD1\t0.5\nb\tD2\t2\nb\tD1\t1\na\tD2\t0.25\n");
  folder.put("run",
             "a Q0 D3 1 0.75 x\na Q0 D1 2 0.5 x\na Q0 D2 3 0.25 x\nb Q0 D2 1 2 x\nb Q0 D1 2 1 x\nc Q0 D9 1 -1 x\n");
  folder.put("packed", testing::gzip(in_order));
  for (const char* file : {"crlf", "tsv", "run", "packed"}) {
    CAPTURE(file);
    CHECK(evaluated(folder, fmt::format("--scores {}", file))["metrics"] == plain);
  }
  const ProgramRun from_input = folder.run("evaluate --data data --format json --scores -", in_order);
  CHECK(nlohmann::json::parse(from_input.output)["metrics"] == plain);
  const ProgramRun data_from_input = folder.run("evaluate --data - --format json --scores scores", data);
  CHECK(nlohmann::json::parse(data_from_input.output)["metrics"] == plain);
}

TEST_CASE("evaluate: conventions, and options over them") {
  ProgramFolder folder;
  with_data(folder);
  const double sum = 3 + 1 / std::log2(3);
  const double ordinary = (1 + 3 / std::log2(3)) / sum;  // the second best document first
  const auto mean = [&](const char* arguments) {
    return first_mean(folder, fmt::format("--scores scores --metrics ndcg@2 {}", arguments));
  };
  CHECK(mean("") == doctest::Approx((ordinary + 1) / 2));
  CHECK(mean("--convention lightgbm") == doctest::Approx((ordinary + 1 + 1) / 3));
  CHECK(mean("--no-relevant one") == doctest::Approx((ordinary + 1 + 1) / 3));
  CHECK(mean("--convention ranklib") == doctest::Approx((ordinary + 1) / 3));
  const double linear = (1 + 2 / std::log2(3)) / (2 + 1 / std::log2(3));
  CHECK(mean("--convention trec_eval") == doctest::Approx((linear + 1) / 3));
  CHECK(mean("--convention trec_eval --gain exponential") == doctest::Approx((ordinary + 1) / 3));
  CHECK(evaluated(folder, "--scores scores --convention sklearn")["metrics"].size() == 6);  // no mrr

  // Ties: trec_eval puts the last name first, whatever the order of the file; it keeps scores as float.
  folder.put("data", "1 qid:a 1:1 # docid = Z\n0 qid:a 1:1 # docid = Y\n0 qid:a 1:1 # docid = X\n");
  folder.put("tied", "1\n1.000000001\n1\n");
  const auto first = [&](const char* arguments) {
    return first_mean(folder, fmt::format("--scores tied --metrics mrr {}", arguments));
  };
  CHECK(first("") == 0.5);
  CHECK(first("--convention trec_eval") == 1);
  folder.put("tied", "1\n1\n1\n");
  CHECK(first("") == 1);
  CHECK(first("--ties reversed") == doctest::Approx(1.0 / 3));
  CHECK(first("--ties averaged") == doctest::Approx(11.0 / 18));
  CHECK(first("--relevant-label 0 --ties reversed") == 1);
}

TEST_CASE("evaluate: what is wrong with a score file") {
  ProgramFolder folder;
  with_data(folder);
  const auto text = [&](std::string_view bytes) {
    folder.put("bad", bytes);
    return refused_evaluation(folder, "--data data --scores bad");
  };
  CHECK(text("1\n2\n") == "ranktape: bad: 2 scores, but data has 6 documents\n");
  CHECK(text("") == "ranktape: bad: 0 scores, but data has 6 documents\n");
  CHECK(text("1\nx\n3\n4\n5\n6\n") == "ranktape: bad:2: score 'x' is not a finite number\n");
  CHECK(text("1\n2\nnan\n4\n5\n6\n") == "ranktape: bad:3: score 'nan' is not a finite number\n");
  CHECK(text("1\n2\n3\n1e999\n5\n6\n") == "ranktape: bad:4: score '1e999' is not a finite number\n");
  CHECK(text("1 2\n") ==
        "ranktape: bad:1: 2 columns; a file of scores has one a line, QUERY DOCUMENT SCORE, or QUERY Q0 DOCUMENT RANK "
        "SCORE NAME\n");
  CHECK(text("\n1\n2 3\n") == "ranktape: bad:3: 2 columns, but line 2 has 1\n");
  CHECK(text("a D1 1\na D7 1\n") == "ranktape: bad:2: data has no document 'D7' of query 'a'\n");
  CHECK(text("a D1 1\na D2 1\na D1 2\n") == "ranktape: bad:3: document 'D1' of query 'a' has its score in line 1\n");
  CHECK(text("a D1 1\na D2 1\na D3 1\nb D2 1\n") ==
        "ranktape: bad: no score for document 'D1' of query 'b' of data; 2 of 6 documents have none\n");
  folder.put("data", "1 qid:a 1:1 # docid = D1\n1 qid:a 1:1 # docid = D1\n");
  CHECK(text("a D1 1\na D1 2\n") ==
        "ranktape: data: query 'a' has two documents 'D1', so bad cannot be matched by name; give one score a line\n");
}

TEST_CASE("evaluate: what is wrong with the rest, and the exit status") {
  ProgramFolder folder;
  with_data(folder);
  CHECK(refused_evaluation(folder, "--data data --scores scores --metrics ndgc@10") ==
        "ranktape: evaluate: --metrics: no metric is called 'ndgc'; did you mean 'ndcg'?\n");
  CHECK(refused_evaluation(folder, "--data data --scores scores --metrics ndcg@0") ==
        "ranktape: evaluate: --metrics: 'ndcg@0': after @ comes a whole number from 1 on, as in ndcg@10\n");
  CHECK(refused_evaluation(folder, "--data data --scores scores --convention treceval") ==
        "ranktape: evaluate: --convention: 'treceval' is none of ranktape, lightgbm, xgboost, trec_eval, sklearn, "
        "ranklib; did you mean 'trec_eval'?\n");
  CHECK(refused_evaluation(folder, "--data data --scores scores --confidence 95") ==
        "ranktape: evaluate: --confidence: '95' is not between 0 and 1\n");
  CHECK(refused_evaluation(folder, "--data - --scores -") ==
        "ranktape: evaluate: only one of --data, --scores and --scores-b can be standard input\n");
  CHECK(refused_evaluation(folder, "--data data --scores scores --metrics mrr --ties together") ==
        "ranktape: data: mrr is not defined for ties taken together; take them averaged\n");
  CHECK(refused_evaluation(folder, "--data data --scores scores --metrics err --largest-label 1") ==
        "ranktape: data: document 0 has label 2, above the largest label of the options, 1, which "
        "expected reciprocal rank divides by\n");
  CHECK(refused_evaluation(folder, "--data - --scores scores", "1 1:1\n")
            .starts_with("ranktape: (standard input): no row has a qid"));
  const ProgramRun run = folder.run("evaluate --data data --scores nothing");
  CHECK(run.status == 1);
  CHECK(run.errors == "ranktape: nothing: cannot be opened: No such file or directory\n");
  CHECK(folder.run("evaluate --help").status == 0);
}
