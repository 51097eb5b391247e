#include "program.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

using namespace ranktape;
using testing::ProgramFolder;
using testing::ProgramRun;

namespace {

constexpr const char* data =
    "2 qid:a 1:1 2:0.5 # docid = D1\n"
    "0 qid:a 1:3 2:0.25 # docid = D2\n"
    "1 qid:b 2:1 # docid = D1\n";

/// A folder with a model of two features: score = 2 first - second.
ProgramFolder& with_model(ProgramFolder& folder) {
  Random random(0);
  const Mlp model({2, 1}, random);
  for (Tensor parameter : model.parameters()) {
    const std::span<float> values = parameter.mutable_values<float>();
    std::fill(values.begin(), values.end(), 0.0F);
    if (values.size() == 2) {
      values[0] = 2;
      values[1] = -1;
    }
  }
  const FeatureScaler scaler = FeatureScaler::fit(Tensor::from({-1, -1, 1, 1}, Shape{2, 2}));  // mean 0, deviation 1
  RankingModel{model, scaler, 1}.save(folder / "model");
  folder.put("data", data);
  return folder;
}

}  // namespace

TEST_CASE("predict: one score a line, from a file and from standard input") {
  ProgramFolder folder;
  const std::string scores = "1.5\n5.75\n-1\n";
  ProgramRun run = with_model(folder).run("predict --model model --data data");
  CHECK(run.status == 0);
  CHECK(run.output == scores);
  CHECK(run.errors.empty());

  CHECK(folder.run("predict --model model --data -", data).output == scores);
  CHECK(folder.run("predict --model model --data -", testing::gzip(data)).output == scores);

  run = folder.run("predict --model model --data data --output out");
  CHECK(run.status == 0);
  CHECK(run.output.empty());
  CHECK(folder.read("out") == scores);
}

TEST_CASE("predict: query, document and score") {
  ProgramFolder folder;
  CHECK(with_model(folder).run("predict --model model --data data --format tsv").output ==
        "a\tD1\t1.5\na\tD2\t5.75\nb\tD1\t-1\n");
  CHECK(folder.run("predict --model model --data data --format trec --run-name mine").output ==
        "a Q0 D2 1 5.75 mine\na Q0 D1 2 1.5 mine\nb Q0 D1 1 -1 mine\n");
}

TEST_CASE("predict: a file without ids, one query or counted") {
  ProgramFolder folder;
  with_model(folder).put("plain", "0 1:1\n0 1:2\n0 1:3\n");
  CHECK(folder.run("predict --model model --data plain --format tsv").output == "1\t0\t2\n1\t1\t4\n1\t2\t6\n");
  folder.put("counts", "1\n2\n");
  CHECK(folder.run("predict --model model --data plain --format tsv --query-file counts").output ==
        "1\t0\t2\n2\t0\t4\n2\t1\t6\n");
}

TEST_CASE("predict: scores stay in the order of the file where queries are scattered") {
  ProgramFolder folder;
  with_model(folder).put("scattered", "0 qid:1 1:1\n0 qid:2 1:2\n0 qid:1 1:3\n");
  CHECK(folder.run("predict --model model --data scattered").output == "2\n4\n6\n");
  CHECK(folder.run("predict --model model --data scattered --format tsv").output == "1\t0\t2\n2\t0\t4\n1\t1\t6\n");
}

TEST_CASE("predict: what is wrong, and the exit status") {
  ProgramFolder folder;
  ProgramRun run = with_model(folder).run("predict --model nothing --data data");
  CHECK(run.status == 1);
  CHECK(run.errors == "ranktape: nothing: cannot be opened: No such file or directory\n");
  folder.put("bad", "1 qid:1 1:x\n");
  run = folder.run("predict --model model --data bad");
  CHECK(run.status == 2);
  CHECK(run.errors.starts_with("ranktape: bad:1: "));
  run = folder.run("predict --model model --data -", "1 qid:1 1:x\n");
  CHECK(run.status == 2);
  CHECK(run.errors.starts_with("ranktape: (standard input):1: "));
  run = folder.run("predict --model data --data data");
  CHECK(run.status == 2);
  CHECK(run.errors.starts_with("ranktape: data: "));
  CHECK(testing::refused(folder, "predict --model model --data data --format trek") ==
        "ranktape: predict: --format: 'trek' is none of scores, tsv, trec; did you mean 'trec'?\n");
  CHECK(testing::refused(folder, "predict --model model --data data --run-name 'two words'") ==
        "ranktape: predict: --run-name: 'two words' is not one word\n");
  CHECK(testing::refused(folder, "predict --data data") == "ranktape: predict: --model is required\n");
  CHECK(testing::refused(folder, "predict --modell model --data data") ==
        "ranktape: predict: there is no option '--modell'; did you mean '--model'?\n");
  CHECK(folder.run("predict --help").status == 0);
}
