#include "program.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::ProgramRun;
using testing::with_rankings;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view endless =
    "train --train train --valid valid --hidden 4 --seed 3 --epochs 1000000 --quiet --model cut ";

// Starts a training, interrupts it once its log has epochs, and returns what it left.
ProgramRun interrupted(const ProgramFolder& folder, std::string_view signal, std::string_view arguments = "") {
  return folder.run_script(
      fmt::format("rm -f log; $ranktape {}--log log {} > .output 2> .errors & process=$!\n"
                  "until grep -q '\"event\":\"epoch\"' log 2> .ignored || ! kill -0 $process; do sleep 0.02; done\n"
                  "kill -{} $process; wait $process",
                  endless, arguments, signal));
}

}  // namespace

TEST_CASE("resume: without a checkpoint, training begins; a finished one leaves none") {
  ProgramFolder folder;
  const std::string common = "train --train train --epochs 2 --hidden 4 --quiet --model ";
  const std::string first = printed(with_rankings(folder), common + "first --resume");
  CHECK(holds(first, "\nThere is no first.checkpoint: training from the beginning\n"));
  CHECK_FALSE(std::filesystem::exists(folder / "first.checkpoint"));
  printed(folder, common + "second");
  CHECK(folder.read("first") == folder.read("second"));
  printed(folder, common + "first --resume");  // done, so from the beginning
  CHECK(folder.read("first") == folder.read("second"));
}

TEST_CASE("resume: an interrupted training says how to go on") {
  ProgramFolder folder;
  with_rankings(folder);
  for (const char* signal : {"INT", "TERM"}) {
    CAPTURE(signal);
    const ProgramRun run = interrupted(folder, signal);
    CHECK(run.status == 130);
    CHECK(holds(run.output, "\nInterrupted; the same command with --resume goes on from cut.checkpoint\n"));
    CHECK(run.errors.empty());
    CHECK(std::filesystem::exists(folder / "cut.checkpoint"));
    CHECK_FALSE(std::filesystem::exists(folder / "cut"));
  }
  const ProgramRun again = interrupted(folder, "INT", "--resume --threads 2 --checkpoint-seconds 1");
  CHECK(holds(again.output, "\nGoing on from cut.checkpoint, step "));
  CHECK(again.status == 130);
}

TEST_CASE("resume: a checkpoint of another training, of other data, or of no training is refused") {
  ProgramFolder folder;
  with_rankings(folder);
  CHECK(interrupted(folder, "INT", "--checkpoint state").status == 130);
  const auto last_line = [&](std::string_view arguments) {
    const ProgramRun run = folder.run(fmt::format("{}--checkpoint state --resume {}", endless, arguments));
    CHECK(run.status == 2);
    return run.errors;
  };
  CHECK(last_line("--epochs 7 --loss mse") ==
        "ranktape: state: the training that it is of had other options: --epochs was '1000000' and is '7', --loss was "
        "'spearman' and is 'mse'; give the same, or remove the file to begin anew\n");
  folder.put("train", testing::letor(testing::ranking_rows(20, 5)));
  CHECK(last_line("") == "ranktape: state: the training data have changed since; remove the file to begin anew\n");
  printed(with_rankings(folder), "train --train train --epochs 1 --hidden 4 --quiet --model state");
  CHECK(last_line("").starts_with("ranktape: state: no metadata 'settings'; there are: "));
  folder.put("state", "no state");
  CHECK(last_line("").starts_with("ranktape: state: "));
}
