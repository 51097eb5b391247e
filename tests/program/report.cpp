#include "program.hpp"

#include <ranktape/core/version.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::ProgramRun;
using testing::with_rankings;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// What a page holds for programs.
nlohmann::json json_of(const std::string& page) {
  constexpr std::string_view end = "</script>";
  const std::size_t type = page.find("type=\"application/json\"");
  REQUIRE(type != std::string::npos);
  const std::size_t begin = page.find('>', type) + 1;
  return nlohmann::json::parse(page.substr(begin, page.find(end, begin) - begin));
}

std::string page_of(const ProgramFolder& folder, std::string_view arguments) {
  const std::string output = printed(
      folder,
      fmt::format("train --train train --epochs 3 {}--batch-queries 5 --quiet --model made --report page.html {}",
                  holds(std::string(arguments), "--hidden") ? "" : "--hidden 4 ", arguments));
  CHECK(output.ends_with("\nThe report is in page.html\n"));
  return folder.read("page.html");
}

std::string provenance(const nlohmann::json& report, std::string_view name) {
  for (const nlohmann::json& entry : report["provenance"]) {
    if (entry[0] == name) {
      return entry[1];
    }
  }
  return "(none)";
}

std::vector<nlohmann::json> verdicts_of(const ProgramFolder& folder, std::string_view log) {
  std::vector<nlohmann::json> verdicts;
  std::istringstream lines(folder.read(log));
  for (std::string line; std::getline(lines, line);) {
    if (nlohmann::json event = nlohmann::json::parse(line); event["event"] == "verdict") {
      verdicts.push_back(std::move(event));
    }
  }
  return verdicts;
}

}  // namespace

TEST_CASE("report: what a training's page holds") {
  ProgramFolder folder;
  const std::string page = page_of(with_rankings(folder), "--valid valid --test valid --metrics map,ndcg@5 --seed 4");
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(holds(page, "</html>"));
  const nlohmann::json report = json_of(page);
  CHECK(report["title"] == "ranktape: a training");
  const auto facts = report["facts"].get<std::vector<std::string>>();
  REQUIRE(facts.size() >= 5);
  CHECK(facts[0] == "Trained on 101 documents of 20 queries, 3 features.");
  CHECK(facts[1] == "Model mlp 3-4-1, relu, 21 parameters.");
  CHECK(facts[2].starts_with("Loss spearman("));
  CHECK(facts[3].starts_with("The parameters are those of epoch "));
  CHECK(facts[3].ends_with(" of 3."));
  CHECK(facts[4] ==
        "The gradient is that of 19 training queries with 97 documents, taken evenly from all, without dropout.");

  const nlohmann::json& table = report["tables"][0];
  CHECK(table["columns"] == nlohmann::json({"model", "map", "ndcg@5"}));
  CHECK(table["rows"][0][0] == "before training");
  CHECK(table["rows"][1][0] == "after training");

  CHECK(report["history"]["metric_name"] == "ndcg@10");
  CHECK(report["history"]["points_in_all"] == 12);
  CHECK(report["history"]["updates"].size() == 4);
  CHECK(report["has_intermediate_gradients"] == true);
  CHECK(report["rankings"].size() == 1);
  CHECK(report["rankings"][0]["operation"] == "soft_rank");
  CHECK(report["lists"].size() == 12);

  CHECK(provenance(report, "command line") ==
        "ranktape train --train train --epochs 3 --hidden 4 --batch-queries 5 --quiet --model made --report page.html "
        "--valid valid --test valid --metrics map,ndcg@5 --seed 4");
  CHECK(provenance(report, "training data").starts_with("101 documents of 20 queries, 3 features, fingerprint "));
  CHECK(provenance(report, "validation data") == provenance(report, "test data"));
  CHECK(provenance(report, "--seed") == "4");
  CHECK(holds(report["made_by"].get<std::string>(), std::string(version)));
}

TEST_CASE("report: the same training gives the same bytes, of the page and of the model without one") {
  ProgramFolder folder;
  const std::string page = page_of(with_rankings(folder), "--dropout 0.2");
  const std::string model = folder.read("made");
  CHECK(page == page_of(folder, "--dropout 0.2"));
  printed(folder, "train --train train --epochs 3 --hidden 4 --batch-queries 5 --quiet --model made --dropout 0.2");
  CHECK(folder.read("made") == model);
  folder.put("train", testing::letor(testing::ranking_rows(20, 9)));
  const std::string other = page_of(folder, "--dropout 0.2");
  CHECK(provenance(json_of(page), "training data") != provenance(json_of(other), "training data"));
}

TEST_CASE("report: of every kind of loss, model and data") {
  ProgramFolder folder;
  with_rankings(folder);
  for (const std::string arguments : {"--loss soft_ndcg",
                                      "--loss 'soft_ndcg + 0.3 * spearman'",
                                      "--loss 'spearman(relaxation=kl)'",
                                      "--loss 'spearman(relaxation=lapsum)'",
                                      "--loss gumbel_approx_ndcg",
                                      "--loss neural_ndcg",
                                      "--loss soft_mrr",
                                      "--loss 'soft_precision(k=2)'",
                                      "--loss lambdarank",
                                      "--loss ranknet",
                                      "--loss softmax",
                                      "--loss mse",
                                      "--loss 'ordinal(largest_label=2)'",
                                      "--model-type attention --width 8 --heads 2",
                                      "--sparse always",
                                      "--hidden 0",
                                      "--folds 2",
                                      "--device accelerator",
                                      "--epochs 0",
                                      "--layer-norm --residual --hidden 4,4"}) {
    CAPTURE(arguments);
    const nlohmann::json report = json_of(page_of(folder, arguments));
    CHECK(report["records_in_all"].get<int>() > 0);
    CHECK(report["lists"].empty() == holds(arguments, "ordinal"));  // several scores a document are in no order
  }
}

TEST_CASE("report: a command line that a shell takes apart again") {
  ProgramFolder folder;
  folder.put("it's <b>", testing::letor(testing::ranking_rows(20, 1)));
  printed(folder,
          "train --train \"it's <b>\" --epochs 1 --quiet --model made --report page.html --loss 'soft_ndcg(k=5)'");
  CHECK(provenance(json_of(folder.read("page.html")), "command line") ==
        "ranktape train --train 'it'\\''s <b>' --epochs 1 --quiet --model made --report page.html --loss "
        "'soft_ndcg(k=5)'");
}

TEST_CASE("report: a page that cannot be written is status 1, and the model is there") {
  ProgramFolder folder;
  with_rankings(folder);
  std::filesystem::create_directory(folder / "page.html");
  folder.put("page.html/old", "stays");
  const ProgramRun run = folder.run("train --train train --epochs 1 --quiet --model made --report page.html");
  CHECK(run.status == 1);
  CHECK(run.errors.starts_with("ranktape: page.html: cannot be written"));
  CHECK(folder.read("page.html/old") == "stays");
  CHECK(holds(run.output, "\nThe model is in made ("));
  CHECK(std::filesystem::exists(folder / "made"));
}

TEST_CASE("report: an interrupted training has one, and a resumed one that of the whole") {
  ProgramFolder folder;
  with_rankings(folder);
  constexpr std::string_view arguments =
      "train --train train --valid valid --hidden 4 --epochs 400 --quiet --model made --report page.html";
  const ProgramRun cut = folder.run_script(
      fmt::format("$ranktape {} --log log > .output 2> .errors & process=$!\n"
                  "until grep -q '\"event\":\"epoch\"' log 2> .ignored || ! kill -0 $process; do sleep 0.01; done\n"
                  "kill -INT $process; wait $process",
                  arguments));
  REQUIRE(cut.status == 130);
  const nlohmann::json part = json_of(folder.read("page.html"));
  const auto result = part["facts"][3].get<std::string>();
  CHECK(result.starts_with("Interrupted after "));
  CHECK(result.ends_with(" of 800 steps; the parameters are those of the last one."));

  printed(folder, fmt::format("{} --resume", arguments));
  const nlohmann::json resumed = json_of(folder.read("page.html"));
  std::filesystem::remove(folder / "made.checkpoint");
  printed(folder, arguments);
  nlohmann::json whole = json_of(folder.read("page.html"));
  CHECK(whole["history"] == resumed["history"]);
  CHECK(whole["lists"] == resumed["lists"]);
  CHECK(whole["history"]["points_in_all"] == 800);
}

TEST_CASE("findings: a planted fault is printed and logged, with what to do") {
  ProgramFolder folder;
  const std::string output = printed(with_rankings(folder),
                                     "train --train train --epochs 2 --hidden 4 --model made --log log "
                                     "--loss 'spearman(temperature=1e-6)'");
  CHECK(
      holds(output, "\n\nHow the gradient flows in this model (docs/inspection.md explains each number):\nerror RT-"));
  CHECK(holds(output, "\nwarning RT-G01 saturated: "));
  CHECK_FALSE(holds(output, "\nnote RT-"));
  const std::vector<nlohmann::json> verdicts = verdicts_of(folder, "log");
  const auto saturated = std::ranges::find_if(verdicts, [](const auto& verdict) { return verdict["id"] == "RT-G01"; });
  REQUIRE(saturated != verdicts.end());
  CHECK((*saturated)["severity"] == "warning");
  CHECK((*saturated)["rule"] == "saturated");
  CHECK((*saturated)["action"].get<std::string>().starts_with("try regularization_strength="));
  CHECK_FALSE(holds(printed(folder,
                            "train --train train --epochs 2 --hidden 4 --model made --quiet --loss "
                            "'spearman(temperature=1e-6)'"),
                    "RT-"));
}

TEST_CASE("findings: the peers' Spearman of one block is Pearson's correlation, and said once") {
  ProgramFolder folder;
  const std::string output = printed(with_rankings(folder),
                                     "train --train train --epochs 4 --hidden 4 --model made "
                                     "--loss 'spearman(normalization=soft_ranks, temperature=1e6)'");
  CHECK(holds(output, "RT-G02 linear: in 100 % of the lists all documents are in one block"));
  CHECK_FALSE(holds(output, "  warning: "));
}

TEST_CASE("findings: none of trainings that go well") {
  ProgramFolder folder;
  with_rankings(folder);
  for (const char* arguments : {"", "--loss soft_ndcg", "--loss 'soft_ndcg + 0.3 * spearman' --schedule cosine",
                                "--loss lambdarank", "--loss mse", "--loss 'ordinal(largest_label=2)'"}) {
    CAPTURE(arguments);
    const std::string output = printed(folder, fmt::format("train --train train --epochs 60 --hidden 16 --model made "
                                                           "--learning-rate 0.01 {}",
                                                           arguments));
    CHECK_FALSE(holds(output, "RT-"));
  }
}
