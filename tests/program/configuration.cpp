#include "program.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::refused;
using testing::with_rankings;

namespace {

constexpr const char* run = "train --train train --config c.toml --model made";

// What is wrong with a configuration file of this text, for `train`.
std::string refused_text(const ProgramFolder& folder, std::string_view text, std::string_view arguments = "") {
  folder.put("c.toml", text);
  return refused(folder, fmt::format("{} {}", run, arguments));
}

std::string model_of(const ProgramFolder& folder, std::string_view arguments) {
  printed(folder, arguments);
  return folder.read("made");
}

}  // namespace

TEST_CASE("configuration: a file gives the options, at the top or in a table of the command") {
  ProgramFolder folder;
  with_rankings(folder).put("c.toml",
                            "epochs = 2\n"
                            "hidden = [5, 4]     # of two layers\n"
                            "quiet = true\n"
                            "log1p = true\n"
                            "[train]\n"
                            "loss = 'soft_ndcg + 0.3 * spearman'\n"
                            "learning-rate = 2e-2\n"
                            "metrics = ['map', 'ndcg@3']\n"
                            "[predict]\n"
                            "nothing = 'of this command'\n");
  const std::string model = model_of(folder, run);
  CHECK(model == model_of(folder,
                          "train --train train --epochs 2 --hidden 5,4 --quiet --log1p=true --loss 'soft_ndcg + 0.3 * "
                          "spearman' --learning-rate 0.02 --metrics map,ndcg@3 --model made"));
}

TEST_CASE("configuration: what stands on the command line overrides it") {
  ProgramFolder folder;
  with_rankings(folder).put("c.toml", "epochs = 9\nhidden = [5, 4]\nquiet = true\nseed = 3\nmetric = 'map'\n");
  const std::string model = model_of(folder, fmt::format("{} --epochs 1 --hidden=6 --seed 4", run));
  CHECK(RankingModel::load(folder / "made").model.description() == "mlp 3-6-1, relu, 31 parameters");
  CHECK(model == model_of(folder, "train --train train --epochs 1 --hidden 6 --seed 4 --metric map --model made"));
  folder.put("c.toml", "epochs = 'many'\n");
  printed(folder, fmt::format("{} --epochs 1", run));
}

TEST_CASE("configuration: what is wrong is named by file and line") {
  ProgramFolder folder;
  with_rankings(folder);
  CHECK(refused_text(folder, "seed = 1\nepohcs = 3\n") ==
        "ranktape: c.toml:2: train has no option 'epohcs'; did you mean 'epochs'?\n");
  CHECK(refused_text(folder, "[train]\n\nleaves = 31\n") == "ranktape: c.toml:3: train has no option 'leaves'\n");
  CHECK(refused_text(folder, "[trian]\nepochs = 3\n") ==
        "ranktape: c.toml:1: [trian] is no command; did you mean 'train'?\n");
  CHECK(refused_text(folder, "\nepochs = 'many'\n") == "ranktape: c.toml:2: --epochs: many is not a number from 0\n");
  CHECK(refused_text(folder, "epochs = 1.5\n") == "ranktape: c.toml:1: --epochs: '1.5' is not a whole number\n");
  CHECK(refused_text(folder, "seed = 1\nloss = 'spearmn'\n") ==
        "ranktape: c.toml:2: --loss: there is no loss 'spearmn'; did you mean 'spearman'?\n");
  CHECK(refused_text(folder, "quiet = 'often'\n") == "ranktape: c.toml:1: --quiet: 'often' is not true or false\n");
  CHECK(refused_text(folder, "seed = 1979-05-27\n") ==
        "ranktape: c.toml:1: 'seed' is neither text, number, true or false, nor an array of these\n");
  CHECK(refused_text(folder, "hidden = [8, [4]]\n") ==
        "ranktape: c.toml:1: 'hidden' is neither text, number, true or false, nor an array of these\n");
  CHECK(refused_text(folder, "metrics = []\n") == "ranktape: c.toml:1: 'metrics' is empty; leave it out\n");
  CHECK(refused_text(folder, "valid = ''\n") == "ranktape: c.toml:1: 'valid' is empty; leave it out\n");
  CHECK(refused_text(folder, "config = 'other.toml'\n") ==
        "ranktape: c.toml:1: a configuration file cannot name another\n");
  CHECK(refused_text(folder, "seed = 1\nepochs = \n").starts_with("ranktape: c.toml:2: Error while parsing"));
  CHECK(refused_text(folder, "seed = 1\nseed = 2\n").starts_with("ranktape: c.toml:2: Error while parsing"));
  CHECK(refused_text(folder, "seed = 1\n", "--epohcs 3") ==
        "ranktape: train: there is no option '--epohcs'; did you mean '--epochs'?\n");
}

TEST_CASE("configuration: a file that is not there, and commands without one") {
  ProgramFolder folder;
  const testing::ProgramRun missing = with_rankings(folder).run("train --train train --config nothing.toml");
  CHECK(missing.status == 1);
  CHECK(missing.errors == "ranktape: nothing.toml: cannot be opened: No such file or directory\n");
  CHECK(refused(folder, "train --train train --config") == "ranktape: train: --config: 1 required FILE missing\n");
  CHECK(refused(folder, "predict --model m --data train --config c.toml") ==
        "ranktape: predict: there is no option '--config'\n");
}
