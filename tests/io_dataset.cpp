#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/io/letor.hpp>
#include <doctest/doctest.h>

#include "io_datasets.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::testing::check_same;
using ranktape::testing::error_of;
using ranktape::testing::gzip;
using ranktape::testing::parse_at_every_cut;
using ranktape::testing::put;
using ranktape::testing::same_bits;
using ranktape::testing::TemporaryFolder;

namespace {

std::string text_of_queries(int queries) {
  std::string text;
  for (int query = 0; query < queries; ++query) {
    for (int row = 0; row <= query % 3; ++row) {
      text += std::to_string(row) + " qid:" + std::to_string(query) + " 1:" + std::to_string(query * 10 + row) + "\n";
    }
  }
  return text;
}

/// Rows of few entries in many columns.
std::string sparse_text(int rows, int columns) {
  std::string text;
  for (int row = 0; row < rows; ++row) {
    text += std::to_string(row % 3) + " qid:" + std::to_string(row / 4);
    for (int i = 0; i < 3; ++i) {
      text += " " + std::to_string(1 + (row * 3 + i) % columns) + ":" + std::to_string(row + i);
    }
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("dataset: weights of documents or of queries, by their count") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "rank.train";
  const std::string file = path.string() + ".weight";
  put(path, "1 qid:a 1:1\n0 qid:b 1:2\n2 qid:a 1:3\n");
  const LetorOptions merge = {.scattered_queries = ScatteredQueries::merge};
  CHECK(!read_letor(path, merge).document_weights.defined());
  put(file, "1\n0.5\r\n\n 4e0 ");
  const Dataset documents = read_letor(path, merge);
  CHECK(documents.document_weights.to_vector<float>() == std::vector<float>{1, 4, 0.5F});
  CHECK(!documents.query_weights.defined());
  put(file, "3\n2\n");
  const Dataset queries = read_letor(path, merge);
  CHECK(queries.query_weights.to_vector<float>() == std::vector<float>{3, 2});
  CHECK(!queries.document_weights.defined());
  put(folder / "w.gz", gzip("5\n6\n7\n"));
  LetorOptions named = merge;
  named.weight_file = folder / "w.gz";
  CHECK(read_letor(path, named).document_weights.to_vector<float>() == std::vector<float>{5, 7, 6});

  const auto refused = [&](std::string_view weights) {
    put(file, weights);
    return error_of<FormatError>([&] { read_letor(path, merge); });
  };
  CHECK(refused("1\n") == file +
                              ": 1 weights for 3 documents in 2 queries; there must be one for each document, or one "
                              "for each query");
  CHECK(refused("1\nx\n1\n") == file + ":2: 'x' is not a weight, a finite number from 0 on");
  CHECK(refused("1\n1\n-1\n") == file + ":3: '-1' is not a weight, a finite number from 0 on");
  CHECK(refused("1\n1\ninf\n") == file + ":3: 'inf' is not a weight, a finite number from 0 on");
  CHECK(refused("1 1\n") == file + ":1: '1 1' is not a weight, a finite number from 0 on");
}

TEST_CASE("dataset: weights go with their queries and documents") {
  Dataset dataset = parse_letor(text_of_queries(3), "t");  // of 1, 2 and 3 documents
  dataset.query_weights = Tensor({1, 2, 3});
  dataset.document_weights = Tensor({10, 20, 21, 30, 31, 32});
  const std::vector<std::int64_t> chosen = {2, 0};
  const Batch batch = dataset.select(chosen);
  CHECK(batch.query_weights.to_vector<float>() == std::vector<float>{3, 1});
  CHECK(batch.document_weights.to_vector<float>() == std::vector<float>{30, 31, 32, 10});
  CHECK(same_bits(dataset.subset(chosen).query_weights, batch.query_weights));
  CHECK(same_bits(dataset.subset(chosen).document_weights, batch.document_weights));
  CHECK(same_bits(dataset.all().query_weights, dataset.query_weights));
  CHECK(dataset.batches(2)[1].query_weights.to_vector<float>() == std::vector<float>{3});
}

TEST_CASE("dataset: a split by queries takes each query once, the same for a seed") {
  const Dataset dataset = parse_letor(text_of_queries(40), "t");
  const DatasetSplit split = split_queries(dataset, 0.25, 7);
  CHECK(split.valid.query_count() == 10);
  CHECK(split.train.query_count() == 30);
  CHECK(count_shared_queries(split.train, split.valid) == 0);
  CHECK(std::ranges::is_sorted(split.valid.file_rows));
  CHECK(std::ranges::is_sorted(split.train.file_rows));
  CHECK(split_queries(dataset, 0.25, 7).valid.query_ids == split.valid.query_ids);
  CHECK(split_queries(dataset, 0.25, 8).valid.query_ids != split.valid.query_ids);
  CHECK(split_queries(dataset, 1e-9, 1).valid.query_count() == 1);
  CHECK(split_queries(dataset, 0.999, 1).train.query_count() == 1);

  std::multiset<std::string> seen;
  for (std::int64_t fold = 0; fold < 7; ++fold) {
    const DatasetSplit part = split_fold(dataset, 7, fold, 3);
    CHECK(part.valid.query_count() + part.train.query_count() == 40);
    CHECK((part.valid.query_count() == 5 || part.valid.query_count() == 6));
    CHECK(count_shared_queries(part.train, part.valid) == 0);
    seen.insert(part.valid.query_ids.begin(), part.valid.query_ids.end());
  }
  CHECK(seen == std::multiset<std::string>(dataset.query_ids.begin(), dataset.query_ids.end()));

  const Dataset one = parse_letor("1 qid:1 1:1\n", "t");
  CHECK(error_of<ShapeError>([&] {
          split_queries(one, 0.5, 1);
        }).ends_with("split_queries: 1 queries cannot be split; there must be at least 2"));
  CHECK(error_of<NumericError>([&] {
          split_queries(dataset, 1, 1);
        }).ends_with("split_queries: a share of 1; it must be above 0 and below 1"));
  CHECK(error_of<NumericError>([&] {
          split_fold(dataset, 5, 5, 1);
        }).ends_with("split_fold: fold 5 of 5; there must be at least 2, counted from 0"));
  CHECK(error_of<ShapeError>([&] {
          split_fold(one, 5, 0, 1);
        }).ends_with("split_fold: 1 queries cannot make 5 folds; take fewer folds"));
}

TEST_CASE("dataset: sparse features are the table's values") {
  std::string text = sparse_text(50, 40) + "0 qid:x\n1 qid:0 5:1 3:2\n";
  const LetorOptions dense = {.scattered_queries = ScatteredQueries::merge, .sparse = SparseFeatures::never};
  LetorOptions always = dense;
  always.sparse = SparseFeatures::always;
  const Dataset table = parse_at_every_cut(text, dense);
  const Dataset sparse = parse_at_every_cut(text, always);
  CHECK(!table.sparse_features);
  REQUIRE(sparse.sparse_features);
  CHECK(!sparse.features.defined());
  CHECK(sparse.feature_count() == table.feature_count());
  CHECK(same_bits(sparse.sparse_features->to_dense(), table.features));
  CHECK(sparse.sparse_features->entries() == 152);
  CHECK(ranktape::testing::same_summary(sparse.summary, table.summary));
  const std::vector<std::int64_t> chosen = {3, 0};
  CHECK(same_bits(sparse.select(chosen).sparse_features->to_dense(), table.select(chosen).features));
  CHECK(same_bits(sparse.subset(chosen).sparse_features->to_dense(), table.subset(chosen).features));
  CHECK(sparse.subset(chosen).summary.constant_features == table.subset(chosen).summary.constant_features);
  CHECK(sparse.all().sparse_features->entries() == 152);

  LetorOptions cut = always;
  cut.features = 4;
  cut.extra_features = ExtraFeatures::ignore;
  LetorOptions cut_dense = cut;
  cut_dense.sparse = SparseFeatures::never;
  const Dataset narrow = parse_at_every_cut(text, cut);
  CHECK(same_bits(narrow.sparse_features->to_dense(), parse_at_every_cut(text, cut_dense).features));
  CHECK(narrow.summary.ignored_values > 100);
  CHECK(error_of<NumericError>([] {
          parse_letor("1 qid:1 1:1\n", "t", {.missing_feature = MissingFeature::nan, .sparse = SparseFeatures::always});
        }).ends_with("LetorOptions: values that a sparse matrix leaves out are 0; use MissingFeature::zero"));
}

TEST_CASE("dataset: features become sparse by themselves where the table would be large and empty") {
  const std::string text = sparse_text(2000, 5000);  // a table of 40 MB with 6000 values
  CHECK(parse_letor(text, "t").sparse_features.has_value());
  CHECK(!parse_letor(text, "t", {.sparse = SparseFeatures::never}).sparse_features);
  CHECK(!parse_letor(text, "t", {.missing_feature = MissingFeature::nan}).sparse_features);
  CHECK(!parse_letor(sparse_text(20, 60), "t").sparse_features);      // small
  CHECK(!parse_letor(sparse_text(200000, 30), "t").sparse_features);  // a tenth is given
  // One wrong index does not make a table sparse, but is an error.
  CHECK(error_of<FormatError>([&] { parse_letor(sparse_text(50000, 20) + "1 qid:z 2000000:1\n", "t"); }) ==
        "t:50001: the largest index is 2000000: a table of 50001 x 2000000 takes 400 GB, more than 0.268, for 150001 "
        "values given; mend the index, raise max_table_bytes, or read with SparseFeatures::always");
}
