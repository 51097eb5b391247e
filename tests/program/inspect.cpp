#include "program.hpp"

#include <doctest/doctest.h>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::refused;
using testing::with_rankings;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("inspect: what a model file holds") {
  ProgramFolder folder;
  printed(with_rankings(folder), "train --train train --epochs 2 --hidden 4 --loss mse --quiet --model made");
  const std::string text = printed(folder, "inspect made");
  CHECK(text.starts_with("made: 6 tensors, 27 numbers, checksum right\n"));
  for (const char* line :
       {"\n  architecture: mlp\n", "\n  layer_sizes: 3,4,1\n", "\n  training.epoch: 2 of 2\n",
        "\n  training.loss: mse(terms=mean)\n", "\n  training.data: 101 documents of 20 queries, 3 features (fing",
        "\n  layers.0.weight  [3, 4]            float32 ", "\n  scaler.mean      [3]               float64 "}) {
    CHECK_MESSAGE(holds(text, line), line, text);
  }
}

TEST_CASE("inspect: what is wrong") {
  ProgramFolder folder;
  with_rankings(folder);
  CHECK(refused(folder, "inspect") == "ranktape: inspect: file is required\n");
  CHECK(refused(folder, "inspect train").starts_with("ranktape: train: the header is said to take "));
  const testing::ProgramRun missing = folder.run("inspect nothing");
  CHECK(missing.status == 1);
  CHECK(missing.errors == "ranktape: nothing: cannot be opened: No such file or directory\n");

  printed(folder, "train --train train --epochs 1 --hidden 4 --quiet --model made");
  std::string bytes = folder.read("made");
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
  folder.put("damaged", bytes);
  CHECK(refused(folder, "inspect damaged").starts_with("ranktape: damaged: "));
}

TEST_CASE("losses: every loss that there is, with its options") {
  const ProgramFolder folder;
  const std::string text = printed(folder, "losses");
  for (const char* name : {"spearman",          "soft_ndcg",
                           "approx_ndcg",       "gumbel_approx_ndcg",
                           "neural_ndcg",       "soft_mrr",
                           "soft_precision",    "soft_recall",
                           "ranknet",           "pairwise_hinge",
                           "pairwise_squared",  "margin_mse",
                           "lambdarank",        "lambdaloss",
                           "listnet",           "softmax",
                           "listmle",           "mse",
                           "pointwise_sigmoid", "ordinal"}) {
    CHECK_MESSAGE(holds("\n" + text, fmt::format("\n{}\n    ", name)), name);
  }
  CHECK(holds(text, "\n    sigma=1: a number above 0\n"));
  CHECK(refused(folder, "losses all") == "ranktape: losses: 'all' belongs to no option\n");
}
