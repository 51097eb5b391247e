#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/number.hpp>
#include <doctest/doctest.h>

#include "io_datasets.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::testing::gzip;
using ranktape::testing::put;
using ranktape::testing::TemporaryFolder;

namespace {

std::vector<float> table(const Dataset& dataset) { return dataset.features.to_vector<float>(); }
std::vector<float> labels(const Dataset& dataset) { return dataset.labels.to_vector<float>(); }
Dataset parse(std::string_view text, const LetorOptions& options = {}) {
  return ranktape::testing::parse_at_every_cut(text, options);
}

}  // namespace

TEST_CASE("letor: labels, queries, features and document names") {
  const Dataset dataset = parse(
      "2 qid:10 1:0.5 3:-1.25 #docid = GX001-01 inc = 1 prob = 0.5\n"
      "0 qid:10 2:1e-3\n"
      "1 qid:32 1:1 2:2 3:3 # docid=b\n");
  CHECK(dataset.features.shape() == Shape{3, 3});
  CHECK(table(dataset) == std::vector<float>{0.5F, 0, -1.25F, 0, 1e-3F, 0, 1, 2, 3});
  CHECK(labels(dataset) == std::vector<float>{2, 0, 1});
  CHECK(dataset.groups == Groups::from_sizes({2, 1}));
  CHECK(dataset.query_ids == std::vector<std::string>{"10", "32"});
  CHECK(dataset.document_ids == std::vector<std::string>{"GX001-01", "", "b"});
  CHECK(dataset.file_rows.empty());
  CHECK(dataset.index_base == 1);
  CHECK(dataset.source == "train.txt");
}

TEST_CASE("letor: odd but legal texts give the same data") {
  const std::vector<float> expected = {0.5F, 0.25F, 0, 2};
  for (const std::string_view text : {
           "1 qid:7 1:0.5 2:0.25\n0 qid:7 2:2\n",
           "1 qid:7 1:0.5 2:0.25\n0 qid:7 2:2",                              // no last line end
           "1 qid:7 1:0.5 2:0.25\r\n0 qid:7 2:2\r\n",                        // CRLF
           "1 qid:7 1:0.5 2:0.25 \r\n0 qid:7 2:2 \r\n",                      // and a blank before it
           "1 qid:7 1:0.5 2:0.25 \t \n0 qid:7 2:2\t\n",                      // trailing blanks
           "1\tqid:7\t1:0.5\t\t2:0.25\n0  qid:7   2:2\n",                    // tabs
           "  1 qid:7 1:0.5 2:0.25\n\t0 qid:7 2:2\n",                        // leading blanks
           "\n\n1 qid:7 1:0.5 2:0.25\n \t\r\n0 qid:7 2:2\n\n",               // empty lines
           "# head\n1 qid:7 1:0.5 2:0.25 # a\n  # b\n0 qid:7 2:2#c\n#",      // comments
           "1 qid:7 2:0.25 1:0.5\n0 qid:7 2:2\n",                            // indices out of order
           "+1 qid:7 1:+0.5 2:+.25\n-0 qid:7 2:2.\n",                        // plus, no zero, no decimals
           "1e0 qid:7 1:5e-1 2:2.5E-01\n0.0 qid:7 2:0.2e+1\n",               // exponents
           "1 qid:7 001:0.5 2:0.25\n0 qid:7 0000000000000000000000002:2\n",  // leading zeros
           "1 qid:7 1:0.5 2:0.25\n0 qid:7 1:0 2:2\n",                        // a zero written out
           "1 qid:7 1:0.5 2:0.25\n0 qid:7 1:1e-60 2:2\n",                    // below the smallest float32
           "1 qid:7 1:0.5 2:0.25\n0 qid:7 1:-1e-999 2:2\n",                  // and the smallest double
           "1 qid:7 1:0.5 2:0.25\n0 qid:7 1:0e999999999999999999999 2:2\n",
           "1 qid:7 1:0.50000000000000000000000000000000000000 2:0.25\n0 qid:7 2:2\n",
           "\xef\xbb\xbf"
           "1 qid:7 1:0.5 2:0.25\n0 qid:7 2:2\n",  // byte order mark
       }) {
    CAPTURE(text);
    const Dataset dataset = parse(text);
    CHECK(table(dataset) == expected);
    CHECK(labels(dataset) == std::vector<float>{1, 0});
    CHECK(dataset.groups == Groups::from_sizes({2}));
    CHECK(dataset.query_ids == std::vector<std::string>{"7"});
    CHECK(dataset.document_ids.empty());
  }
}

TEST_CASE("letor: comments may hold anything") {
  using namespace std::string_view_literals;
  const Dataset dataset =
      parse("1 qid:1 1:1 # docid = \xff\x80 \0 1:x qid:2\n0 qid:1 1:2 # docid =\n0 qid:1 # docidx = 3\n"sv);
  CHECK(dataset.document_ids == std::vector<std::string>{"\xff\x80", "", ""});
}

TEST_CASE("letor: ids are texts, values are large, labels are real") {
  const Dataset dataset = parse("0.25 qid:GX-17:a 1:2e8 2:200000000\n3 qid:18446744073709551615 1:-3.4e38 2:1e-45\n");
  CHECK(dataset.query_ids == std::vector<std::string>{"GX-17:a", "18446744073709551615"});
  CHECK(table(dataset) == std::vector<float>{2e8F, 2e8F, -3.4e38F, 1e-45F});
  CHECK(dataset.summary.integer_labels == false);
  CHECK(dataset.summary.largest_label == 3);
}

TEST_CASE("letor: a row without features is all zero") {
  CHECK(table(parse("1 qid:1\n0 qid:1 2:3\n")) == std::vector<float>{0, 0, 0, 3});
}

TEST_CASE("letor: indices begin with 0 where a 0 is seen, else with 1, or as told") {
  const Dataset zero = parse("1 qid:1 0:5 1:6\n0 qid:1 1:7\n");
  CHECK(zero.index_base == 0);
  CHECK(table(zero) == std::vector<float>{5, 6, 0, 7});
  const Dataset told = parse("1 qid:1 1:6\n", {.index_base = 0});
  CHECK(told.index_base == 0);
  CHECK(table(told) == std::vector<float>{0, 6});
}

TEST_CASE("letor: a width of its own leaves columns empty or ignores those beyond") {
  const std::string_view text = "1 qid:1 1:5 4:6\n0 qid:1 3:7 2:8\n";
  CHECK(table(parse(text, {.features = 5})) == std::vector<float>{5, 0, 0, 6, 0, 0, 8, 7, 0, 0});
  const Dataset cut = parse(text, {.features = 2, .extra_features = ExtraFeatures::ignore});
  CHECK(table(cut) == std::vector<float>{5, 0, 0, 8});
  CHECK(cut.summary.ignored_values == 2);
  CHECK(table(parse("1 qid:1\n", {.features = 2})) == std::vector<float>{0, 0});
}

TEST_CASE("letor: left out and NaN values") {
  const Dataset nan =
      parse("1 qid:1 1:nan 2:1\n0 qid:1 2:NaN\n", {.missing_feature = MissingFeature::nan, .allow_nan = true});
  CHECK(std::isnan(table(nan)[0]));
  CHECK(table(nan)[1] == 1);
  CHECK(std::isnan(table(nan)[2]));
  CHECK(std::isnan(table(nan)[3]));
  CHECK(nan.summary.nan_values == 3);
  CHECK(nan.summary.constant_features == 1);
  CHECK(table(parse("1 qid:1 2:1 1:3\n", {.missing_feature = MissingFeature::error})) == std::vector<float>{3, 1});
}

TEST_CASE("letor: scattered queries are brought together on request") {
  const Dataset dataset = parse("0 qid:a 1:1 #docid = p\n1 qid:b 1:2 #docid = q\n2 qid:a 1:3 #docid = r\n3 qid:b 1:4\n",
                                {.scattered_queries = ScatteredQueries::merge});
  CHECK(dataset.groups == Groups::from_sizes({2, 2}));
  CHECK(dataset.query_ids == std::vector<std::string>{"a", "b"});
  CHECK(labels(dataset) == std::vector<float>{0, 2, 1, 3});
  CHECK(table(dataset) == std::vector<float>{1, 3, 2, 4});
  CHECK(dataset.document_ids == std::vector<std::string>{"p", "r", "q", ""});
  CHECK(dataset.file_rows == std::vector<std::int64_t>{0, 2, 1, 3});
}

TEST_CASE("letor: without queries all rows are one list on request") {
  CHECK(parse("1 1:1\n2 1:2\n", {.one_query = true}).groups == Groups::from_sizes({2}));
  CHECK(labels(parse("-1 1:1\n+1 1:2\n", {.allow_negative_labels = true, .one_query = true})) ==
        std::vector<float>{-1, 1});
}

TEST_CASE("letor: the sidecar file gives the counts, also beside and as gzip") {
  const TemporaryFolder folder;
  const std::string rows = "1 1:1\n0 1:2\n2 1:3\n";
  put(folder / "rank.train", rows);
  put(folder / "rank.train.query", "2\r\n0\n\n 1 ");
  const Dataset plain = read_letor(folder / "rank.train");
  CHECK(plain.groups == Groups::from_sizes({2, 0, 1}));
  CHECK(plain.summary.empty_queries == 1);
  CHECK(plain.query_ids.empty());
  put(folder / "rank.train.gz", gzip(rows));
  CHECK(read_letor(folder / "rank.train.gz").groups == plain.groups);
  put(folder / "other.gz", gzip(rows));
  put(folder / "other.query.gz", gzip("1\n2\n"));
  CHECK(read_letor(folder / "other.gz").groups == Groups::from_sizes({1, 2}));
  put(folder / "counts", "3");
  CHECK(read_letor(folder / "other.gz", {.query_file = folder / "counts"}).groups == Groups::from_sizes({3}));
  put(folder / "with_qid", "1 qid:1 1:1\n");  // the rows' own queries count, not the file beside them
  put(folder / "with_qid.query", "5\n");
  CHECK(read_letor(folder / "with_qid").groups == Groups::from_sizes({1}));
}

TEST_CASE("letor: the bundled data set") {
  const std::filesystem::path folder = std::filesystem::path(RANKTAPE_DATA_DIRECTORY) / "lightgbm-lambdarank";
  const Dataset train = read_letor(folder / "rank.train.gz");
  CHECK(train.features.shape() == Shape{3005, 300});
  CHECK(train.query_count() == 201);
  CHECK(train.index_base == 1);
  CHECK(train.summary.constant_label_queries == 5);  // the sixth is the single document
  CHECK(train.summary.single_document_queries == 1);
  CHECK(train.summary.queries_without_relevant_document == 3);
  CHECK(train.summary.largest_label == 4);
  CHECK(train.summary.nan_values == 0);
  const Dataset test = read_letor(folder / "rank.test.gz", {.index_base = train.index_base, .features = 300});
  CHECK(test.features.shape() == Shape{768, 300});
  CHECK(test.query_count() == 50);
}

TEST_CASE("letor: more rows than a block of entries holds") {
  std::string text;
  constexpr int rows = 30000;
  constexpr int features = 80;  // 2.4 million entries
  for (int row = 0; row < rows; ++row) {
    text += "1 qid:" + std::to_string(row / 7);
    for (int i = 1; i <= features && row % 100 != 0; ++i)
      text += " " + std::to_string(i) + ":" + std::to_string(row % 50 + i);
    text += "\n";
  }
  const Dataset dataset = parse(text);
  CHECK(dataset.query_count() == (rows + 6) / 7);
  const std::span<const float> values = dataset.features.values<float>();
  int wrong = 0;
  for (int row = 0; row < rows; ++row) {
    for (int i = 0; i < features; ++i) {
      const auto expected = static_cast<float>(row % 100 == 0 ? 0 : row % 50 + i + 1);
      wrong += values[static_cast<std::size_t>(row * features + i)] == expected ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("letor: numbers are those of std::from_chars") {
  std::mt19937 random(1);
  int different = 0;
  for (int trial = 0; trial < 300000; ++trial) {
    std::string text = random() % 4 == 0 ? "-" : "";
    const auto digits = [&](unsigned most) {
      for (auto n = random() % (most + 1); n > 0; --n) text += static_cast<char>('0' + random() % 10);
    };
    digits(10);
    if (random() % 3 != 0) text += '.';
    digits(11);
    if (random() % 8 == 0) text += "e" + std::to_string(static_cast<int>(random() % 90) - 45);
    float expected = 0;
    float value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), expected);
    const auto found = detail::parse_float(text.data(), text.data() + text.size(), value);
    const bool is_good = status == std::errc() && end == text.data() + text.size();
    if (is_good) {
      different += found == detail::NumberStatus::good &&
                           std::bit_cast<std::uint32_t>(value) == std::bit_cast<std::uint32_t>(expected)
                       ? 0
                       : 1;
    } else if (status != std::errc::result_out_of_range) {
      different += found == detail::NumberStatus::not_a_number_text ? 0 : 1;
    }
  }
  CHECK(different == 0);
}

TEST_CASE("letor: batches are whole queries") {
  const Dataset dataset = parse("0 qid:a 1:1 2:2 #docid = p\n1 qid:a 1:3\n2 qid:b 2:4\n3 qid:c 1:5\n");
  const std::vector<std::int64_t> chosen = {2, 0};
  const Batch batch = dataset.select(chosen);
  CHECK(batch.features.to_vector<float>() == std::vector<float>{5, 0, 1, 2, 3, 0});
  CHECK(batch.targets.to_vector<float>() == std::vector<float>{3, 0, 1});
  CHECK(batch.groups == Groups::from_sizes({1, 2}));
  const std::vector<Batch> batches = dataset.batches(2);
  REQUIRE(batches.size() == 2);
  CHECK(batches[0].groups == Groups::from_sizes({2, 1}));
  CHECK(batches[1].targets.to_vector<float>() == std::vector<float>{3});
  CHECK(dataset.all().groups == dataset.groups);
  const Dataset subset = dataset.subset(chosen);
  CHECK(subset.query_ids == std::vector<std::string>{"c", "a"});
  CHECK(subset.document_ids == std::vector<std::string>{"", "p", ""});
  CHECK(subset.file_rows == std::vector<std::int64_t>{3, 0, 1});
  CHECK(subset.feature_count() == 2);
  CHECK(subset.summary.single_document_queries == 1);
  CHECK(subset.summary.largest_label == 3);
  CHECK(count_shared_queries(dataset, subset) == 2);
  CHECK(count_shared_queries(parse("1 qid:z 1:1"), dataset) == 0);
  CHECK(dataset.select({}).features.shape() == Shape{0, 2});

  const std::vector<std::int64_t> wrong = {3};
  const int line = __LINE__ + 1;
  const std::string text = ranktape::testing::error_of<ShapeError>([&] { static_cast<void>(dataset.select(wrong)); });
  CHECK(text == std::string(__FILE__) + ":" + std::to_string(line) +
                    ": Dataset::select: query 3 is not one of the 3 of the data set");
  CHECK_THROWS_AS(static_cast<void>(dataset.batches(0)), ShapeError);
}

TEST_CASE("letor: constant features and queries that teach nothing are counted") {
  const DatasetSummary summary =
      parse("0 qid:a 1:1 2:2 3:1\n0 qid:a 1:1 3:1\n1 qid:b 1:1 2:2 3:1\n1 qid:c 1:1 3:1\n1 qid:c 1:1 3:1\n").summary;
  CHECK(summary.constant_features == 2);
  CHECK(summary.constant_label_queries == 2);
  CHECK(summary.single_document_queries == 1);
  CHECK(summary.queries_without_relevant_document == 1);
  CHECK(summary.smallest_label == 0);
  CHECK(summary.integer_labels);
}
