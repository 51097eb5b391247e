#include "program.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::ranking_rows;
using testing::RankingRow;
using testing::with_rankings;

namespace {

// The parameters of the model that `ranktape train ARGUMENTS` makes.
std::vector<double> trained(const ProgramFolder& folder, std::string_view arguments, std::string_view input = "") {
  printed(folder, fmt::format("train --epochs 2 --hidden 4 --quiet --model made {}", arguments), input);
  std::vector<double> values;
  for (const Tensor& parameter : RankingModel::load(folder / "made").model.parameters()) {
    const std::vector<double> more = parameter.to_vector<double>();
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

}  // namespace

TEST_CASE("train: the same data in every format train the same model") {
  ProgramFolder folder;
  const std::string text = with_rankings(folder).read("train");
  const std::vector<double> model = trained(folder, "--train train");
  CHECK(model == trained(folder, "--train -", text));
  folder.put("packed", testing::gzip(text));
  CHECK(model == trained(folder, "--train packed"));
  CHECK(model == trained(folder, "--train -", testing::gzip(text)));
  printed(folder, "convert --data train --output cache");
  CHECK(model == trained(folder, "--train cache"));

  const std::vector<RankingRow> rows = ranking_rows(20, 1);
  std::string csv = "a,grade,query,b,c\n";
  std::string tsv;
  std::string plain;
  std::string counts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [query, label, x] = rows[i];
    csv += fmt::format("{},{},{},{},{}\n", x[0], label, query, x[1], x[2]);
    tsv += fmt::format("{}\t{}\t{}\t{}\t{}\n", label, query, x[0], x[1], x[2]);
    plain += fmt::format("{} 1:{} 2:{} 3:{}\n", label, x[0], x[1], x[2]);
    if (i + 1 == rows.size() || rows[i + 1].query != query) {
      counts += fmt::format("{}\n", 4 + query % 3);
    }
  }
  folder.put("t.csv", csv);
  CHECK(model == trained(folder, "--train t.csv --label-column grade --query-column query"));
  CHECK(model == trained(folder, "--train t.csv --label-column grade --query-column query --feature-columns a,b,c"));
  folder.put("t.tsv", tsv);
  CHECK(model == trained(folder, "--train t.tsv --no-header --label-column 1 --query-column 2"));
  folder.put("plain", plain);
  folder.put("plain.query", counts);
  CHECK(model == trained(folder, "--train plain"));
}

TEST_CASE("train: sparse data stay sparse") {
  ProgramFolder folder;
  std::string text;
  for (const RankingRow& row : ranking_rows(20, 1)) {
    text += fmt::format("{} qid:{} {}:{} 400:{}\n", row.label, row.query, 1 + row.query % 7, row.features[0],
                        row.features[1]);
  }
  folder.put("sparse", text);
  CHECK(printed(folder, "train --train sparse --sparse always --epochs 1 --quiet --model made")
            .starts_with("Training data sparse: 101 documents of 20 queries, 400 features, sparse\n"));
  const std::vector<double> model = trained(folder, "--train sparse --sparse always");
  printed(folder, "convert --data sparse --sparse always --output cache");
  CHECK(model == trained(folder, "--train cache"));

  // The model scores the same document the same, dense or sparse.
  folder.put("scores", printed(folder, "predict --model made --data sparse --sparse always"));
  const auto evaluated = [&] {
    return printed(folder, "evaluate --data sparse --scores scores --metrics ndcg@10 --bootstrap 0");
  };
  const std::string of_sparse = evaluated();
  folder.put("scores", printed(folder, "predict --model made --data sparse --sparse never"));
  CHECK(evaluated() == of_sparse);
}

TEST_CASE("train: weights beside the data count") {
  ProgramFolder folder;
  with_rankings(folder);
  const std::vector<double> plain = trained(folder, "--train train");
  std::string ones;
  std::string mixed;
  for (int query = 0; query < 20; ++query) {
    ones += "1\n";
    mixed += query % 2 == 0 ? "3\n" : "0.5\n";
  }
  folder.put("train.weight", ones);
  CHECK(printed(folder, "train --train train --epochs 1 --quiet --model made").find("3 features, weights\n") !=
        std::string::npos);
  CHECK(trained(folder, "--train train") == plain);
  folder.put("train.weight", mixed);
  CHECK(trained(folder, "--train train") != plain);
  folder.put("train.weight", "1\n2\n");
  CHECK(testing::refused(folder, "train --train train").starts_with("ranktape: train.weight"));
}

TEST_CASE("train: a query that comes back is refused, or merged") {
  ProgramFolder folder;
  folder.put("scattered", "1 qid:1 1:1\n0 qid:2 1:2\n1 qid:2 1:3\n0 qid:1 1:4\n");
  CHECK(testing::refused(folder, "train --train scattered").starts_with("ranktape: scattered:4: "));
  CHECK(printed(folder, "train --train scattered --merge-queries --epochs 1 --quiet --model made")
            .starts_with("Training data scattered: 4 documents of 2 queries, 1 features\n"));
}

TEST_CASE("train: what is odd about the data is said") {
  ProgramFolder folder;
  folder.put("odd",
             "1 qid:1 1:1 2:5\n0 qid:1 1:2 2:5\n"
             "0 qid:2 1:1 2:5\n0 qid:2 1:2 2:5\n"
             "1 qid:3 1:1 2:5\n");
  folder.put("more", "1 qid:1 1:1 2:5 3:9\n0 qid:1 1:2 2:5\n");
  const std::string output =
      printed(folder, "train --train odd --valid more --epochs 1 --hidden 0 --quiet --model made --loss listnet");
  CHECK(
      output.starts_with("Training data odd: 5 documents of 3 queries, 2 features\n"
                         "Validation data more: 2 documents of 1 queries, 2 features\n"
                         "  Training queries without a relevant document: 1\n"));
  for (const char* note :
       {"  Training queries with a single document: no order to learn: 1\n",
        "  Features that are the same in every training document, and say nothing: 1\n",
        "  Values in the validation data of features that the training data do not have, left out: 1\n",
        "  Queries of the validation data that are also in the training data, and flatter the model: 1\n"}) {
    CHECK_MESSAGE(output.find(note) != std::string::npos, note, output);
  }
}
