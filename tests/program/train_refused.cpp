#include "program.hpp"

#include <doctest/doctest.h>

using namespace ranktape;
using testing::ProgramFolder;
using testing::ProgramRun;
using testing::refused;
using testing::with_rankings;

namespace {

// The one line of a wrong `train --train train ARGUMENTS`, without "ranktape: train: ".
std::string refused_train(const ProgramFolder& folder, std::string_view arguments) {
  const std::string text = refused(folder, fmt::format("train --train train --epochs 1 {}", arguments));
  constexpr std::string_view before = "ranktape: train: ";
  CHECK_MESSAGE(text.starts_with(before), text);
  CHECK_MESSAGE(text.ends_with("\n"), text);
  return text.size() > before.size() ? text.substr(before.size(), text.size() - before.size() - 1) : text;
}

}  // namespace

TEST_CASE("program: commands") {
  const ProgramFolder folder;
  const std::string all = "train, compare, predict, evaluate, convert, inspect, explain, losses\n";
  CHECK(refused(folder, "") == "ranktape: a command is needed: one of " + all);
  CHECK(refused(folder, "trian") == "ranktape: there is no command 'trian'; did you mean 'train'?\n");
  CHECK(refused(folder, "download --data x") == "ranktape: there is no command 'download'; there are " + all);
  for (const char* arguments :
       {"--help", "--version", "train --help", "compare --help", "predict --help", "evaluate --help", "convert --help",
        "inspect --help", "explain --help", "losses --help"}) {
    CAPTURE(arguments);
    CHECK_FALSE(testing::printed(folder, arguments).empty());
  }
}

TEST_CASE("train: options that there are not") {
  ProgramFolder folder;
  with_rankings(folder);
  CHECK(refused(folder, "train") == "ranktape: train: --train is required\n");
  CHECK(refused(folder, "train --trian train") ==
        "ranktape: train: there is no option '--trian'; did you mean '--train'?\n");
  CHECK(refused_train(folder, "--learning_rate=1") ==
        "there is no option '--learning_rate'; did you mean '--learning-rate'?");
  CHECK(refused_train(folder, "--leaves 31") == "there is no option '--leaves'");
  CHECK(refused_train(folder, "more") == "'more' belongs to no option");
  CHECK(refused_train(folder, "--hidden") == "--hidden: 1 required INT missing");
}

TEST_CASE("train: values that an option does not take") {
  ProgramFolder folder;
  with_rankings(folder);
  CHECK(refused_train(folder, "--loss spearmn") == "--loss: there is no loss 'spearmn'; did you mean 'spearman'?");
  CHECK(refused_train(folder, "--loss 'spearman + 2'").starts_with("--loss: loss 'spearman + 2': "));
  CHECK(refused_train(folder, "--loss 'ranknet(sgima=1)'").starts_with("--loss: loss ranknet: "));
  CHECK(refused_train(folder, "--metric ndgc@5") == "--metric: no metric is called 'ndgc'; did you mean 'ndcg'?");
  CHECK(refused_train(folder, "--metrics map,mrrr") == "--metrics: no metric is called 'mrrr'; did you mean 'mrr'?");
  CHECK(refused_train(folder, "--model-type atention") ==
        "--model-type: 'atention' is none of mlp, attention; did you mean 'attention'?");
  CHECK(refused_train(folder, "--activation rleu") ==
        "--activation: 'rleu' is none of relu, leaky_relu, elu, gelu, silu, tanh, sigmoid; did you mean 'relu'?");
  CHECK(refused_train(folder, "--schedule linear") == "--schedule: 'linear' is none of constant, cosine, one_cycle");
  CHECK(refused_train(folder, "--epochs 1.5") == "--epochs: '1.5' is not a whole number");
  CHECK(refused_train(folder, "--epochs=-1") == "--epochs: -1 is not a number from 0");
  CHECK(refused_train(folder, "--learning-rate fast") == "--learning-rate: fast is not a number above 0");
  CHECK(refused_train(folder, "--learning-rate inf") == "--learning-rate: inf is not a number above 0");
  CHECK(refused_train(folder, "--dropout 1") == "--dropout: 1 is not a number from 0 to below 1");
  CHECK(refused_train(folder, "--seed=-1") == "--seed: -1 is not a number from 0");
  CHECK(refused_train(folder, "--hidden 8,x") == "--hidden: x is not a number from 0");
  CHECK(refused_train(folder, "--layer-norm=perhaps") == "--layer-norm: 'perhaps' is not true or false");
}

TEST_CASE("train: options that do not go together") {
  ProgramFolder folder;
  with_rankings(folder);
  CHECK(refused_train(folder, "--hidden 8,0") ==
        "--hidden: a layer of size 0 in 8,0; give 0 alone, for a linear model");
  CHECK(refused_train(folder, "--model-type attention --width 16 --heads 3") ==
        "--heads: 3 heads do not divide the --width 16 into equal parts");
  CHECK(refused_train(folder, "--patience 2") == "--patience needs validation data: --valid FILE or --valid-share");
  CHECK(refused_train(folder, "--valid valid --valid-share 0.5") ==
        "--valid and --valid-share were both given; leave out one");
  CHECK(refused_train(folder, "--folds 1") ==
        "--folds: a single part leaves nothing to train on; give at least 2, or 0 for none");
  CHECK(refused_train(folder, "--model nowhere/model") == "--model: there is no folder 'nowhere'");
  CHECK(refused_train(folder, "--checkpoint nowhere/state") == "--checkpoint: there is no folder 'nowhere'");
  CHECK(refused_train(folder, "--report nowhere/page.html") == "--report: there is no folder 'nowhere'");

  const auto after_reading = [&](std::string_view arguments) {
    const ProgramRun run = folder.run(fmt::format("train --train train --epochs 1 {}", arguments));
    CHECK(run.status == 2);
    return run.errors;
  };
  CHECK(after_reading("--folds 21") == "ranktape: train: --folds: 20 queries do not make 21 parts; give fewer\n");
  CHECK(after_reading("--loss ordinal --model-type attention") ==
        "ranktape: train: the loss wants several numbers a document, and --model-type attention gives one\n");
}

TEST_CASE("train: bad data are status 2, files that are not there status 1") {
  ProgramFolder folder;
  with_rankings(folder);
  folder.put("bad", "1 qid:1 1:0.5\n1 qid:1 1:x\n");
  CHECK(refused(folder, "train --train bad") == "ranktape: bad:2: token 3 '1:x' has a value that is not a number\n");
  CHECK(refused(folder, "train --train train --valid bad") ==
        "ranktape: bad:2: token 3 '1:x' has a value that is not a number\n");
  folder.put("equal", "1 qid:1 1:0.5\n1 qid:1 1:2\n");
  const ProgramRun nothing_to_learn = folder.run("train --train equal");
  CHECK(nothing_to_learn.status != 0);
  CHECK_FALSE(nothing_to_learn.errors.empty());

  const ProgramRun missing = folder.run("train --train nothing");
  CHECK(missing.status == 1);
  CHECK(missing.errors == "ranktape: nothing: cannot be opened: No such file or directory\n");
  const ProgramRun no_log = folder.run("train --train train --epochs 1 --log nowhere/log");
  CHECK(no_log.status == 1);
  CHECK(no_log.errors == "ranktape: nowhere/log: cannot be written: No such file or directory\n");
}
