#include "program.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::with_rankings;

namespace {

// The bytes of the model that `ranktape train ARGUMENTS` writes.
std::string trained(const ProgramFolder& folder, std::string_view arguments) {
  printed(folder, fmt::format("train --train train --epochs 2 --hidden 4 --quiet --model made {}", arguments));
  return folder.read("made");
}

std::vector<nlohmann::json> log_of(const ProgramFolder& folder, std::string_view file) {
  std::vector<nlohmann::json> events;
  std::istringstream lines(folder.read(file));
  for (std::string line; std::getline(lines, line);) {
    events.push_back(nlohmann::json::parse(line));
  }
  return events;
}

std::vector<nlohmann::json> epochs_of(const ProgramFolder& folder, std::string_view file) {
  std::vector<nlohmann::json> epochs = log_of(folder, file);
  std::erase_if(epochs, [](const nlohmann::json& event) { return event["event"] != "epoch"; });
  return epochs;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("train: what it prints, and a model that ranks documents never seen") {
  ProgramFolder folder;
  const std::string output = printed(with_rankings(folder),
                                     "train --train train --valid valid --test valid --loss soft_ndcg --epochs 30 "
                                     "--hidden 8 --learning-rate 0.02 --batch-queries 4 --seed 1 --model out "
                                     "--metrics ndcg@5,spearman --quiet");
  CHECK(
      output.starts_with("Training data train: 101 documents of 20 queries, 3 features\n"
                         "Validation data valid: 50 documents of 10 queries, 3 features\n"
                         "Test data valid: 50 documents of 10 queries, 3 features\n"));
  CHECK(holds(output, "\nModel mlp 3-8-1, relu, 41 parameters\nLoss soft_ndcg("));
  CHECK(holds(output, "\nAdam at 0.02, 30 epochs of 5 steps of 4 queries, seed 1, on the cpu\n"));
  CHECK_FALSE(holds(output, "\nepoch "));
  CHECK(holds(output, "\nThe model is in out ("));
  CHECK_FALSE(std::filesystem::exists(folder / "out.checkpoint"));

  folder.put("scores", printed(folder, "predict --model out --data valid"));
  const auto json =
      nlohmann::json::parse(printed(folder, "evaluate --data valid --scores scores --metrics ndcg@5 --format json"));
  CHECK(json["metrics"][0]["means"][0].get<double>() > 0.95);
}

TEST_CASE("train: the same seed gives the same bytes, whatever the threads, another seed others") {
  ProgramFolder folder;
  const std::string bytes = trained(with_rankings(folder), "--threads 1 --dropout 0.2 --loss gumbel_approx_ndcg");
  CHECK(bytes == trained(folder, "--threads 1 --dropout 0.2 --loss gumbel_approx_ndcg"));
  CHECK(bytes == trained(folder, "--threads 2 --dropout 0.2 --loss gumbel_approx_ndcg"));
  CHECK(bytes == trained(folder, "--threads 2 --dropout 0.2 --loss gumbel_approx_ndcg --seed 0 --metrics map"));
  const auto weights = [&](const char* file) {
    return RankingModel::load(folder / file).model.parameters().front().to_vector<double>();
  };
  const std::vector<double> of_zero = weights("made");
  static_cast<void>(trained(folder, "--threads 1 --dropout 0.2 --loss gumbel_approx_ndcg --seed 1"));
  CHECK(of_zero != weights("made"));
}

TEST_CASE("train: the best epoch by the validation data is what is kept") {
  ProgramFolder folder;
  const std::string common =
      "train --train train --valid valid --hidden 8 --learning-rate 0.3 --batch-queries 4 --metric ndcg@3 --quiet ";
  const std::string output = printed(with_rankings(folder), common + "--epochs 12 --model best --log log");
  const std::vector<nlohmann::json> epochs = epochs_of(folder, "log");
  REQUIRE(epochs.size() == 12);
  int best = 0;
  double highest = -1;
  for (const nlohmann::json& epoch : epochs) {
    const auto value = epoch["validation"].get<double>();
    CHECK(epoch["best"].get<bool>() == (value > highest));
    if (value > highest) {
      highest = value;
      best = epoch["epoch"].get<int>();
    }
  }
  CHECK(holds(output, fmt::format("; epoch {} was best by ndcg@3 of the validation data\n", best)));
  REQUIRE(best < 12);  // else this shows nothing
  folder.put("scores", printed(folder, "predict --model best --data valid"));
  const auto json =
      nlohmann::json::parse(printed(folder, "evaluate --data valid --scores scores --metrics ndcg@3 --format json"));
  CHECK(json["metrics"][0]["means"][0].get<double>() == doctest::Approx(highest).epsilon(1e-12));
}

TEST_CASE("train: --patience stops after so many epochs without a better one") {
  ProgramFolder folder;
  const std::string output = printed(with_rankings(folder),
                                     "train --train train --valid valid --hidden 8 --learning-rate 0.3 --epochs 60 "
                                     "--patience 3 --quiet --log log --model made");
  const std::vector<nlohmann::json> epochs = epochs_of(folder, "log");
  REQUIRE(epochs.size() >= 4);
  REQUIRE(epochs.size() < 60);
  CHECK(epochs[epochs.size() - 4]["best"] == true);
  for (std::size_t last = epochs.size() - 3; last < epochs.size(); ++last) {
    CHECK(epochs[last]["best"] == false);
  }
  CHECK(holds(output, fmt::format("; epoch {} was best", epochs.size() - 3)));
}

TEST_CASE("train: a share of the training queries validates") {
  ProgramFolder folder;
  const std::string output = printed(
      with_rankings(folder), "train --train train --valid-share 0.25 --epochs 2 --hidden 4 --quiet --model made");
  CHECK(holds(output, " documents of 15 queries, 3 features\nValidation data (a share of these): "));
  CHECK(holds(output, " documents of 5 queries, 3 features\n"));
  CHECK(holds(output, " was best by ndcg@10 of the validation data\n"));
}

TEST_CASE("train: --log has a line of JSON for the start, every epoch and the end") {
  ProgramFolder folder;
  printed(with_rankings(folder),
          "train --train train --valid valid --test valid --epochs 3 --hidden 4 --quiet --log log --model made "
          "--metrics map --seed 9");
  const std::vector<nlohmann::json> events = log_of(folder, "log");
  REQUIRE(events.size() >= 5);
  CHECK(events.front()["event"] == "start");
  CHECK(events.front()["version"] == std::string(version));
  CHECK(events.front()["epochs_done"] == 0);
  CHECK(events.front()["settings"]["seed"] == "9");
  CHECK(events.front()["settings"]["hidden"] == "4");
  const std::vector<nlohmann::json> epochs = epochs_of(folder, "log");
  REQUIRE(epochs.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(epochs[i]["epoch"] == i + 1);
    CHECK(epochs[i]["queries"] == 19);  // one has equal labels
    CHECK(epochs[i]["documents"] == 97);
    CHECK(epochs[i]["queries_left_out"] == 1);
    for (const char* number :
         {"loss", "gradient_norm", "learning_rate", "seconds", "validation", "score_deviation", "rank_spread"}) {
      CAPTURE(number);
      CHECK(epochs[i][number].is_number());
    }
  }
  CHECK(epochs[2]["loss"].get<double>() < epochs[0]["loss"].get<double>());
  CHECK(events.back()["event"] == "end");
  CHECK(events.back()["test"]["map"].is_number());
}

TEST_CASE("train: --folds cross-validates over queries") {
  ProgramFolder folder;
  const std::string output = printed(with_rankings(folder),
                                     "train --train train --folds 4 --epochs 2 --hidden 4 --quiet --metrics ndcg@5,map "
                                     "--model made");
  CHECK(holds(output, "\nCross-validation, 20 queries in 4 parts:\n"));
  for (int part = 1; part <= 4; ++part) {
    CHECK(holds(output, fmt::format("part {}, epoch 2", part)));
  }
  CHECK_FALSE(holds(output, "part 5"));
  CHECK(holds(output, "mean +- deviation"));
  CHECK(folder.read("made") == trained(folder, ""));
}

TEST_CASE("train: models") {
  ProgramFolder folder;
  with_rankings(folder);
  const auto model_line = [&](std::string_view arguments) {
    const std::string output =
        printed(folder, fmt::format("train --train train --epochs 1 --quiet --model made {}", arguments));
    const std::size_t start = output.find("\nModel ") + 7;
    return output.substr(start, output.find('\n', start) - start);
  };
  CHECK(model_line("") == "mlp 3-64-32-1, relu, 2369 parameters");
  CHECK(model_line("--hidden 0") == "mlp 3-1, 4 parameters");
  CHECK(model_line("--hidden 0 --loss 'ordinal(largest_label=2)'") == "mlp 3-2, 8 parameters");
  CHECK(model_line("--hidden 5,4 --activation tanh --dropout 0.5 --layer-norm --residual")
            .starts_with("mlp 3-5-4-1, tanh"));
  CHECK(model_line("--model-type attention --width 8 --heads 2 --blocks 1 --feed-forward 6").starts_with("attention"));
  CHECK(std::ranges::count(printed(folder, "predict --model made --data valid"), '\n') == 50);
}

TEST_CASE("train: options of the training change the model") {
  ProgramFolder folder;
  const std::string plain = trained(with_rankings(folder), "");
  for (const char* options :
       {"--learning-rate 0.01", "--schedule cosine", "--schedule one_cycle", "--weight-decay 0.1", "--clip-norm 0.001",
        "--batch-queries 3", "--log1p", "--feature-limit 0.5", "--feature-limit inf --learning-rate 0.002",
        "--loss mse", "--loss 'spearman + 0.5 * soft_ndcg'"}) {
    CAPTURE(options);
    CHECK(trained(folder, options) != plain);
  }
}

TEST_CASE("train: no epoch leaves the model as it is made") {
  ProgramFolder folder;
  printed(with_rankings(folder), "train --train train --epochs 0 --hidden 4 --quiet --model none --schedule cosine");
  CHECK(RankingModel::load(folder / "none").feature_count() == 3);
}

TEST_CASE("compare: losses beside each other") {
  ProgramFolder folder;
  const std::string output =
      printed(with_rankings(folder), "compare --train train --test valid --epochs 1 --hidden 4 --seeds 2");
  CHECK(holds(output, "\n1 epochs, mean and standard deviation over 2 seeds, test data ("));
  for (const char* row : {"Spearman, norm of the hard ranks", "Spearman, norm of the soft ranks",
                          "soft NDCG + 0.3 Spearman", "linear model from zero, default loss"}) {
    CHECK_MESSAGE(holds(output, row), std::string(row));
  }
}
