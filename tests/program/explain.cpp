#include "program.hpp"

#include <doctest/doctest.h>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::ProgramRun;
using testing::refused;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// With `model`, trained by spearman.
ProgramFolder& with_model(ProgramFolder& folder) {
  testing::with_rankings(folder);
  printed(folder, "train --train train --epochs 5 --hidden 4 --quiet --model model");
  return folder;
}

}  // namespace

TEST_CASE("explain: the worst queries, with ranks, blocks, gradients and who pushes whom") {
  ProgramFolder folder;
  const std::string output = printed(with_model(folder), "explain --model model --data valid --lists 2");
  CHECK(output.starts_with("Model model: mlp 3-4-1, relu, 21 parameters.\nLoss spearman("));
  CHECK(holds(output, "\n10 of 10 queries of valid, taken evenly.\n\nQuery "));
  std::size_t queries = 0;
  for (std::size_t at = output.find("\nQuery "); at != std::string::npos; at = output.find("\nQuery ", at + 1)) {
    ++queries;
  }
  CHECK(queries == 2);
  CHECK(holds(output, "\n  document  label"));
  CHECK(holds(output, "  Document "));
}

TEST_CASE("explain: one query, another loss, a report") {
  ProgramFolder folder;
  const std::string output =
      printed(with_model(folder), "explain --model model --data valid --query 7 --loss soft_ndcg --report page.html");
  CHECK(holds(output, "\nLoss soft_ndcg("));
  CHECK(holds(output, "\nQuery 7, 5 documents: loss "));
  CHECK(output.ends_with("\nThe report is in page.html\n"));
  CHECK(folder.read("page.html").starts_with("<!doctype html>"));
  CHECK(folder.read("page.html").find("ranktape explain --model model") != std::string::npos);
}

TEST_CASE("explain: what it refuses") {
  ProgramFolder folder;
  with_model(folder);
  CHECK(refused(folder, "explain --model model --data valid --query 99") ==
        "ranktape: explain: --query: valid has no query '99'\n");
  folder.put("equal", "1 qid:1 1:0.5\n1 qid:1 1:2\n");
  CHECK(refused(folder, "explain --model model --data equal") ==
        "ranktape: equal: no query has an order to learn: each has a single document or equal labels\n");
  CHECK(refused(folder, "explain --model model --data valid --loss spearmn") ==
        "ranktape: explain: --loss: there is no loss 'spearmn'; did you mean 'spearman'?\n");
}
