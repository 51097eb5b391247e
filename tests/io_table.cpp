#include <ranktape/core/io/read_dataset.hpp>
#include <ranktape/core/io/table.hpp>
#include <ranktape/core/io/table_load.hpp>
#include <doctest/doctest.h>

#include "io_datasets.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::testing::block_sizes;
using ranktape::testing::check_same;
using ranktape::testing::error_of;
using ranktape::testing::gzip;
using ranktape::testing::put;
using ranktape::testing::TemporaryFolder;

namespace {

Dataset parse_in_blocks(std::string_view text, const TableColumns& columns, const LetorOptions& options,
                        std::size_t bytes) {
  return detail::load_table(*detail::open_memory(text), "t.csv", columns, options, "", SourceLocation::current(),
                            bytes);
}

Dataset parse(std::string_view text, const TableColumns& columns = {}, const LetorOptions& options = {}) {
  Dataset dataset = parse_table(text, "t.csv", columns, options);
  for (const std::size_t bytes : block_sizes) {
    check_same(parse_in_blocks(text, columns, options, bytes), dataset);
  }
  return dataset;
}

std::string refusal(std::string_view text, const TableColumns& columns = {}, const LetorOptions& options = {}) {
  std::string message = error_of<FormatError>([&] { parse_table(text, "t.csv", columns, options); });
  for (const std::size_t bytes : block_sizes) {
    CHECK(error_of<FormatError>([&] { parse_in_blocks(text, columns, options, bytes); }) == message);
  }
  return message;
}

}  // namespace

TEST_CASE("table: columns by their names, in any order") {
  const Dataset dataset = parse("clicks,qid,label,docid,bm25\n3,a,1,x,0.5\n4,a,0,y,-2e8\n5,b,2,,+.25\n");
  CHECK(dataset.features.to_vector<float>() == std::vector<float>{3, 0.5F, 4, -2e8F, 5, 0.25F});
  CHECK(dataset.labels.to_vector<float>() == std::vector<float>{1, 0, 2});
  CHECK(dataset.groups == Groups::from_sizes({2, 1}));
  CHECK(dataset.query_ids == std::vector<std::string>{"a", "b"});
  CHECK(dataset.document_ids == std::vector<std::string>{"x", "y", ""});
  CHECK(dataset.feature_names == std::vector<std::string>{"clicks", "bm25"});
  CHECK(!dataset.document_weights.defined());
}

TEST_CASE("table: columns that are chosen") {
  const std::string_view text = "a,grade,b,who,w,c\n1,2,3,p,0.5,4\n5,0,6,p,2,7\n";
  const Dataset dataset = parse(text, {.label = "grade", .query = "who", .weight = "w", .features = {"c", "a"}});
  CHECK(dataset.features.to_vector<float>() == std::vector<float>{4, 1, 7, 5});
  CHECK(dataset.feature_names == std::vector<std::string>{"c", "a"});
  CHECK(dataset.document_weights.to_vector<float>() == std::vector<float>{0.5F, 2});
  CHECK(dataset.query_ids == std::vector<std::string>{"p"});
}

TEST_CASE("table: odd but legal texts give the same data") {
  for (const std::string_view text : {
           "label,qid,a,b\n1,7,0.5,0.25\n0,7,0,2\n",
           "label,qid,a,b\n1,7,0.5,0.25\n0,7,0,2",
           "label,qid,a,b\r\n1,7,0.5,0.25\r\n0,7,0,2\r\n",
           "\xef\xbb\xbflabel,qid,a,b\n1,7,0.5,0.25\n0,7,0,2\n",
           "label,qid,a,b\n\n1,7,0.5,0.25\n  \n0,7,0,2\n\n",
           "label,qid,a,b\n1 , 7 , 0.5,\t0.25\n0,7,0,2 \n",
           "\"label\",\"qid\",\"a\",\"b\"\n\"1\",\"7\",\"0.5\",0.25\n0,7,\"0\",2\n",
           "label,qid,a,b\n1e0,7,5e-1,+0.25\n-0,7,,2\n",
       }) {
    CAPTURE(text);
    const Dataset dataset = parse(text);
    CHECK(dataset.features.to_vector<float>() == std::vector<float>{0.5F, 0.25F, 0, 2});
    CHECK(dataset.labels.to_vector<float>() == std::vector<float>{1, 0});
    CHECK(dataset.query_ids == std::vector<std::string>{"7"});
    CHECK(dataset.feature_names == std::vector<std::string>{"a", "b"});
  }
  const Dataset bare = parse("1;7;0.5;0.25\n0;7;0;2\n", {.header = false, .separator = ';'});
  CHECK(bare.features.to_vector<float>() == std::vector<float>{0.5F, 0.25F, 0, 2});
  CHECK(bare.feature_names.empty());
}

TEST_CASE("table: quotes, empty fields, NaN and queries that come back") {
  const Dataset quoted = parse("label,qid,\"a, \"\"b\"\"\"\n1,\"x, \"\"y\"\"\",2\n0,\"x, \"\"y\"\"\",3\n");
  CHECK(quoted.query_ids == std::vector<std::string>{"x, \"y\""});
  CHECK(quoted.query_count() == 1);
  CHECK(quoted.feature_names == std::vector<std::string>{"a, \"b\""});
  const Dataset missing =
      parse("label,qid,a,b\n1,1,,nan\n0,1,2,\n", {}, {.missing_feature = MissingFeature::nan, .allow_nan = true});
  CHECK(missing.summary.nan_values == 3);
  CHECK(missing.features.shape() == Shape{2, 2});
  const Dataset merged =
      parse("label,qid,a\n1,1,1\n1,2,2\n0,1,3\n", {}, {.scattered_queries = ScatteredQueries::merge});
  CHECK(merged.features.to_vector<float>() == std::vector<float>{1, 3, 2});
  CHECK(parse("label,a\n1,1\n", {}, {.one_query = true}).query_count() == 1);
}

TEST_CASE("table: what does not fit is refused with line and column") {
  const TableColumns bare = {.header = false};
  const std::pair<std::string_view, std::string> cases[] = {
      {"", ": the file is empty"},
      {"label,qid,a\n", ": no document in 1 lines; the first one names the columns"},
      {"label,qid,a\n1,1\n", ":2: 2 fields for 3 columns; 'a' is missing"},
      {"label,qid,a\n\n1,1,2,3\n", ":3: more fields than the 3 columns; a text with the separator in it needs quotes"},
      {"label,qid,a\n1,1,2,\n", ":2: more fields than the 3 columns; a text with the separator in it needs quotes"},
      {"label,qid,a\n1,1,x\n", ":2: column 'a': 'x' is not a number"},
      {"label,qid,a\n1,1,1e39\n", ":2: column 'a': '1e39' is not a finite float32 number"},
      {"label,qid,a\n1,1,nan\n", ":2: column 'a': 'nan' is not a finite float32 number"},
      {"label,qid,a\nz,1,1\n", ":2: column 'label': 'z' is not a number"},
      {"label,qid,a\n,1,1\n", ":2: column 'label': '' is not a number"},
      {"label,qid,a\n-1,1,1\n",
       ":2: column 'label': label '-1' is negative; relevance begins at 0 (allow_negative_labels takes any number)"},
      {"label,qid,a\n1,,1\n", ":2: the query's column is empty"},
      {"label,qid,a\n1,\"1,1\n", ":2: column 'qid' has a quote that does not end where the field does"},
      {"label,qid,a\n1,\"1\"x,1\n", ":2: column 'qid' has a quote that does not end where the field does"},
      {"label,qid,a\n1,1,1\n1,2,1\n1,1,1\n",
       ":4: qid '1' comes back after another (its rows ended in line 2); sort the file by qid, or read it with "
       "ScatteredQueries::merge"},
      {"label,\"qid,a\n", ":1: column 2 has a quote that does not end where the field does"},
      {"label,qid,a,a\n", ":1: two columns have the name 'a'"},
      {"y,qid,a\n", ":1: no column 'label', 'relevance' or 'target' among 'y', 'qid', 'a'; name the label's column"},
      {"label,qid\n", ":1: no column is left for features among 'label', 'qid'; is ',' the separator?"},
      {"label,a\n1,2\n",
       ": no row has a qid, and no .query file beside it gives each query's count of documents; one_query takes all "
       "rows as one list"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.first);
    CHECK(refusal(one.first) == "t.csv" + one.second);
  }
  CHECK(refusal("label,qid,a\n1,1,1\n", {.weight = "w"}) == "t.csv:1: no column 'w'; there are: 'label', 'qid', 'a'");
  CHECK(refusal("label,qid,a\n1,1,1\n", {.features = {"a", "a"}}) == "t.csv:1: column 'a' is asked for twice");
  CHECK(refusal("label,qid,a,w\n1,1,1,-1\n", {.weight = "w"}) == "t.csv:2: column 'w': weight '-1' is negative");
  CHECK(refusal("1,1,x\n", bare) == "t.csv:1: column '3': 'x' is not a number");
  CHECK(refusal("label,qid,a\n1,1,\n", {}, {.missing_feature = MissingFeature::error}) ==
        "t.csv:2: feature 1 is left out; write it, or read with MissingFeature::zero");
  CHECK(refusal("label,qid,a\n1,1,x\n1,1\n", {}, {.max_errors = 5}) ==
        "t.csv:2: column 'a': 'x' is not a number\nt.csv:3: 2 fields for 3 columns; 'a' is missing");
}

TEST_CASE("table: read_dataset tells the formats apart") {
  const TemporaryFolder folder;
  const std::string rows = "label\tqid\ta\n1\t1\t2\n";
  put(folder / "t.tsv", rows);
  put(folder / "t.tab.gz", gzip(rows));
  put(folder / "t.csv", "label,qid,a\n1,1,2\n");
  put(folder / "t.txt", "1 qid:1 1:2\n");
  write_dataset_cache(folder / "binary.txt", read_letor(folder / "t.txt"));
  for (const char* name : {"t.tsv", "t.tab.gz", "t.csv", "t.txt", "binary.txt"}) {
    CAPTURE(name);
    const Dataset dataset = read_dataset(folder / name);
    CHECK(dataset.features.to_vector<float>() == std::vector<float>{2});
    CHECK(dataset.query_ids == std::vector<std::string>{"1"});
  }
  CHECK(read_dataset(folder / "t.txt", {.format = DatasetFormat::letor}).document_count() == 1);
  const auto refused = [&](const char* name, const LetorOptions& text) {
    return error_of<FormatError>([&] { read_dataset(folder / name, {.text = text}); });
  };
  CHECK(refused("t.csv", {.features = 2}) == (folder / "t.csv").string() + ": has 1 features, but 2 are asked for");
  CHECK(refused("binary.txt", {.index_base = 0}) ==
        (folder / "binary.txt").string() + ": has the index base 1, but 0 is asked for; read the text with it");
}
