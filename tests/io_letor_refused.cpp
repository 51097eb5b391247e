#include <ranktape/core/io/letor.hpp>
#include <doctest/doctest.h>

#include "io_datasets.hpp"

#include <random>
#include <string>
#include <vector>

using namespace ranktape;
using namespace std::string_view_literals;
using ranktape::testing::error_of;
using ranktape::testing::gzip;
using ranktape::testing::put;
using ranktape::testing::TemporaryFolder;

namespace {

std::string refusal(std::string_view text, const LetorOptions& options = {}) {
  return ranktape::testing::refusal_at_every_cut(text, options);
}

struct Case {
  std::string_view text;
  std::string message;
};

}  // namespace

TEST_CASE("letor: malformed lines are refused with file, line and what to do") {
  const std::string_view row = "; a row reads LABEL [qid:ID] INDEX:VALUE ...";
  const std::string_view pair = " is not INDEX:VALUE; a feature is written as 12:0.5, and # begins a comment";
  const std::string_view behind = " is not in its place; the qid belongs behind the label";
  const std::vector<Case> cases = {
      // Labels.
      {"0 qid:1 1:1\nqid:1 1:0.5\n", "2: the label is missing: the line begins with 'qid:1'" + std::string(row)},
      {"1:0.5 2:1\n", "1: the label is missing: the line begins with '1:0.5'" + std::string(row)},
      {"x qid:1 1:1\n", "1: label 'x' is not a number"},
      {"1x qid:1 1:1\n", "1: label '1x' is not a number"},
      {"0x1 qid:1 1:1\n", "1: label '0x1' is not a number"},
      {"1,5 qid:1 1:1\n", "1: label '1,5' is not a number"},
      {"+-1 qid:1 1:1\n", "1: label '+-1' is not a number"},
      {"- qid:1 1:1\n", "1: label '-' is not a number"},
      {"label,qid,a,b\n", "1: label 'label,qid,a,b' is not a number"},
      {"nan qid:1 1:1\n", "1: label 'nan' is not a finite float32 number"},
      {"inf qid:1 1:1\n", "1: label 'inf' is not a finite float32 number"},
      {"1e39 qid:1 1:1\n", "1: label '1e39' is not a finite float32 number"},
      {"1e999 qid:1 1:1\n", "1: label '1e999' is not a finite float32 number"},
      {"-1 qid:1 1:1\n", "1: label -1 is negative; relevance begins at 0 (allow_negative_labels takes any number)"},
      // Tokens.
      {"\n# head\n1 qid:1 1:1 foo 2:1\n", "3: token 4 'foo'" + std::string(pair)},
      {"1 qid:1 1:1 2 :5\n", "1: token 4 '2'" + std::string(pair)},
      {"1 qid:1 :5\n", "1: token 3 ':5'" + std::string(pair)},
      {"1 qid:1 1.5:2\n", "1: token 3 '1.5:2'" + std::string(pair)},
      {"1 qid:1 +1:2\n", "1: token 3 '+1:2'" + std::string(pair)},
      {"1 qid:1 a:2\n", "1: token 3 'a:2'" + std::string(pair)},
      {"1 qid:1 -:2\n", "1: token 3 '-:2'" + std::string(pair)},
      {"1 qid:1 0.5 0.25\n", "1: token 3 '0.5'" + std::string(pair)},
      {"1 cost:2 1:1\n", "1: token 2 'cost:2'" + std::string(pair)},
      {"1 QID:2 1:1\n", "1: token 2 'QID:2'" + std::string(pair)},
      {"1 qid:1 1:1\v2:1\n", "1: token 3 '1:1\\x0b2:1' has a value that is not a number"},
      {"1 qid:1 1:1\r0 qid:1 1:2\n", "1: token 3 '1:1\\x0d0' has a value that is not a number"},
      {"1 qid:1 1:1\0\n"sv, "1: token 3 '1:1\\x00' has a value that is not a number"},
      {"1 qid:1 \xff\xfe\n", "1: token 3 '\\xff\\xfe'" + std::string(pair)},
      {"1 qid:1 aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeee\n",
       "1: token 3 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...'" + std::string(pair)},
      // Indices.
      {"1 qid:1 -1:2\n", "1: token 3 '-1:2' has a negative index"},
      {"1 qid:1 2147483649:1\n", "1: token 3 '2147483649:1' has an index above 2147483648 (2^31)"},
      {"1 qid:1 99999999999:1\n", "1: token 3 '99999999999:1' has an index above 2147483648 (2^31)"},
      {"1 qid:1 18446744073709551617:1\n", "1: token 3 '18446744073709551617:1' has an index above 2147483648 (2^31)"},
      {"1 qid:1 3:1 3:2\n", "1: feature 3 given twice"},
      {"1 qid:1 3:1 1:1 2:5 3:1\n", "1: feature 3 given twice"},
      {"1 qid:1 3:1 03:1\n", "1: feature 3 given twice"},
      // Values.
      {"1 qid:1 1:\n", "1: token 3 '1:' has no value behind the colon"},
      {"1 qid:1 1: 5\n", "1: token 3 '1:' has no value behind the colon"},
      {"1 qid:1 1:abc\n", "1: token 3 '1:abc' has a value that is not a number"},
      {"1 qid:1 1:2:3\n", "1: token 3 '1:2:3' has a value that is not a number"},
      {"1 qid:1 1:0,5\n", "1: token 3 '1:0,5' has a value that is not a number; the decimal sign is a point"},
      {"1 qid:1 1:0x10\n", "1: token 3 '1:0x10' has a value that is not a number"},
      {"1 qid:1 1:.\n", "1: token 3 '1:.' has a value that is not a number"},
      {"1 qid:1 1:-\n", "1: token 3 '1:-' has a value that is not a number"},
      {"1 qid:1 1:+\n", "1: token 3 '1:+' has a value that is not a number"},
      {"1 qid:1 1:1e\n", "1: token 3 '1:1e' has a value that is not a number"},
      {"1 qid:1 1:1.2.3\n", "1: token 3 '1:1.2.3' has a value that is not a number"},
      {"1 qid:1 1:--1\n", "1: token 3 '1:--1' has a value that is not a number"},
      {"1 qid:1 1:1_000\n", "1: token 3 '1:1_000' has a value that is not a number"},
      {"1 qid:1 1:inf\n", "1: token 3 '1:inf' has a value that is not a finite float32 number"},
      {"1 qid:1 1:-Infinity\n", "1: token 3 '1:-Infinity' has a value that is not a finite float32 number"},
      {"1 qid:1 1:1e39\n", "1: token 3 '1:1e39' has a value that is not a finite float32 number"},
      {"1 qid:1 1:-1e400\n", "1: token 3 '1:-1e400' has a value that is not a finite float32 number"},
      {"1 qid:1 1:0.001e500\n", "1: token 3 '1:0.001e500' has a value that is not a finite float32 number"},
      {"1 qid:1 1:nan\n", "1: token 3 '1:nan' is NaN; allow_nan keeps it, and an index left out is 0"},
      // Queries.
      {"1 qid: 1:1\n", "1: token 2 'qid:' has no id behind the colon"},
      {"1 1:1 qid:1\n", "1: token 3 'qid:1'" + std::string(behind)},
      {"1 qid:1 qid:1 1:1\n", "1: token 3 'qid:1' is a second qid"},
      {"1 qid:1 1:1\n0 1:1\n", "2: has no qid, but line 1 has one; give one to every row or to none"},
      {"\n1 1:1\n0 qid:1 1:1\n", "3: has a qid, but line 2 has none; give one to every row or to none"},
      {"1 qid:1 1:1\n\n1 qid:1 1:2\n1 qid:2 1:1\n1 qid:1 1:1\n",
       "5: qid '1' comes back after another (its rows ended in line 3); sort the file by qid, or read it with "
       "ScatteredQueries::merge"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(refusal(one.text) == "train.txt:" + one.message);
  }
  CHECK(cases.size() >= 60);
}

TEST_CASE("letor: files that hold no data are refused") {
  const std::string_view row = "a row reads LABEL [qid:ID] INDEX:VALUE ...";
  CHECK(refusal("") == "train.txt: the file is empty");
  CHECK(refusal("\n\r\n") == "train.txt: no document in 2 lines; " + std::string(row));
  CHECK(refusal("# nothing\n#") == "train.txt: no document in 2 lines; " + std::string(row));
  CHECK(refusal("1 qid:1\n0 qid:1\n") == "train.txt: no feature in any of the 2 rows; " + std::string(row));
  CHECK(refusal("\xff\xfe"
                "1\0"sv) == "train.txt: the text is UTF-16; save it as UTF-8");
  CHECK(refusal("\x28\xb5\x2f\xfd") ==
        "train.txt: the file is packed by zstd; unpack it with zstd -d, or pack it with gzip");
  CHECK(refusal("1 1:1\n") ==
        "train.txt: no row has a qid, and no .query file beside it gives each query's count of documents; one_query "
        "takes all rows as one list");
}

TEST_CASE("letor: what the options rule out is refused with its line") {
  CHECK(refusal("1 qid:1 1:1\n0 qid:1 0:5\n", {.index_base = 1}) ==
        "train.txt:2: index 0, but indices begin with 1 (index_base)");
  CHECK(refusal("1 qid:1 1:1\n0 qid:1 5:5\n0 qid:1 4:5\n", {.features = 3}) ==
        "train.txt:2: feature 5 is beyond the 3 features asked for (indices 1 to 3); ExtraFeatures::ignore leaves it "
        "out");
  CHECK(refusal("1 qid:1 0:1 1:1\n0 qid:1 0:5\n", {.features = 1}) ==
        "train.txt:1: feature 1 is beyond the 1 features asked for (indices 0 to 0); ExtraFeatures::ignore leaves it "
        "out");
  CHECK(refusal("1 qid:1 1:1 2:2 3:3\n0 qid:1 1:5 3:1\n", {.missing_feature = MissingFeature::error}) ==
        "train.txt:2: feature 2 is left out; write it, or read with MissingFeature::zero");
  CHECK(refusal("1 qid:1 1:1\n", {.query_file = "counts"}) ==
        "train.txt:1: has a qid, and a query file counts was given too; leave out one of them");

  const int line = __LINE__ + 1;
  CHECK(error_of<NumericError>([] { parse_letor("1 qid:1 1:1", "train.txt", {.index_base = 2}); }) ==
        std::string(__FILE__) + ":" + std::to_string(line) + ": LetorOptions: index_base is 2; it must be 0 or 1");
  CHECK(error_of<NumericError>([] {
          parse_letor("1 qid:1 1:1", "train.txt", {.features = -1});
        }).ends_with(": LetorOptions: features is -1; it must be from 1 to 2^32, or 0 for as many as the file has"));
}

TEST_CASE("letor: one wrong index does not fill the memory") {
  CHECK(refusal("1 qid:1 1:1\n0 qid:1 2147483648:5\n") ==
        "train.txt:2: the largest index is 2147483648: a table of 2 x 2147483648 takes 17.2 GB, more than 0.268, for 2 "
        "values given; mend the index, raise max_table_bytes, or read with SparseFeatures::always");
  CHECK(
      refusal("1 qid:1 1:1 9:1\n", {.max_table_bytes = 32}) ==
      "train.txt:1: the largest index is 9: a table of 1 x 9 takes 3.6e-08 GB, more than 3.2e-08, for 2 values given; "
      "mend the index, raise max_table_bytes, or read with SparseFeatures::always");
}

TEST_CASE("letor: query files that do not fit") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "rank.train";
  const std::string query = path.string() + ".query";
  put(path, "1 1:1\n0 1:2\n");
  const auto refused = [&](std::string_view counts) {
    put(query, counts);
    return error_of<FormatError>([&] { read_letor(path); });
  };
  CHECK(refused("1\n2\n") == path.string() + ": 2 documents, but the 2 counts in " + query + " sum to 3");
  CHECK(refused("") == path.string() + ": 2 documents, but the 0 counts in " + query + " sum to 0");
  CHECK(refused("count\n2\n") == query + ":1: 'count' is not a count of documents");
  CHECK(refused("1\n\n1.0\n") == query + ":3: '1.0' is not a count of documents");
  CHECK(refused("-1\n3\n") == query + ":1: '-1' is not a count of documents");
  CHECK(refused("1 1\n") == query + ":1: '1 1' is not a count of documents");
  CHECK(refused("99999999999999999999\n") == query + ":1: '99999999999999999999' is not a count of documents");
  CHECK(error_of<Error>([&] { read_letor(path, {.query_file = folder / "none"}); }) ==
        (folder / "none").string() + ": cannot be opened: No such file or directory");
  CHECK(error_of<Error>([&] { read_letor(folder / "absent"); }) ==
        (folder / "absent").string() + ": cannot be opened: No such file or directory");
}

TEST_CASE("letor: a damaged gzip file names itself") {
  const TemporaryFolder folder;
  const std::string packed = gzip("1 qid:1 1:1\n0 qid:1 1:2\n");
  put(folder / "train.gz", packed.substr(0, packed.size() - 1));
  CHECK(error_of<FormatError>([&] { read_letor(folder / "train.gz"); }) ==
        (folder / "train.gz").string() + ": the gzip file is cut off after " + std::to_string(packed.size() - 1) +
            " bytes; fetch it again");
}

TEST_CASE("letor: no bytes crash the reader, and every refusal names the file") {
  const std::string good =
      "2 qid:10 1:0.5 3:-1.25 #docid = GX001 inc = 1\r\n0 qid:10 2:1e-3\n\n# note\n1 qid:32 1:1 2:2e8 3:.3";
  std::mt19937 random(7);
  const std::string_view alphabet = "0123456789:: \t\n\r#qid.e+-xn\0\xff"sv;
  int accepted = 0;
  int unnamed = 0;
  const auto attempt = [&](const std::string& text) {
    const LetorOptions options = {
        .scattered_queries = random() % 2 == 0 ? ScatteredQueries::merge : ScatteredQueries::error,
        .allow_nan = random() % 2 == 0,
        .one_query = random() % 2 == 0};
    try {
      parse_letor(text, "train.txt", options);
      ++accepted;
    } catch (const FormatError& error) {
      unnamed += std::string_view(error.what()).starts_with("train.txt:") ? 0 : 1;
    }
  };
  for (std::size_t size = 0; size <= good.size(); ++size) {
    attempt(good.substr(0, size));
  }
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string text = good;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    attempt(text);
  }
  for (int trial = 0; trial < 20000; ++trial) {
    std::string text = trial % 2 == 0 ? good : "";
    for (auto edits = 1 + random() % 20; edits > 0; --edits) {
      text.insert(text.begin() + static_cast<std::ptrdiff_t>(random() % (text.size() + 1)),
                  alphabet[random() % alphabet.size()]);
    }
    attempt(text);
  }
  CHECK(accepted > 100);
  CHECK(unnamed == 0);
  attempt(std::string(1 << 20, '9'));
  attempt("1 qid:1 1:" + std::string(1 << 20, '9'));
  attempt("1 qid:1 " + std::string(1 << 20, '0') + "1:1");
  attempt("1 qid:" + std::string(1 << 20, 'q') + " 1:1");
  attempt("1 qid:1 1:1" + std::string(1 << 20, ' ') + "\n");
  attempt(std::string(1 << 20, '\0'));
  CHECK(unnamed == 0);
}
