#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/threads.hpp>
#include <doctest/doctest.h>

#include "io_datasets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::testing::check_same;
using ranktape::testing::error_of;
using ranktape::testing::gzip;
using ranktape::testing::parse_at_every_cut;
using ranktape::testing::parse_in_blocks;
using ranktape::testing::put;
using ranktape::testing::refusal_at_every_cut;
using ranktape::testing::TemporaryFolder;

namespace {

/// Rows with all features, rows with some, in queries of one to nine documents.
std::string mixed_text(int rows, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  int query = 0;
  for (int row = 0; row < rows; ++row) {
    query += random() % 5 == 0 ? 1 : 0;
    text += std::to_string(random() % 5) + " qid:q" + std::to_string(query);
    for (int i = 1; i <= 20; ++i) {
      if (row % 7 != 0 || random() % 2 == 0) {
        text += " " + std::to_string(i) + ":" + std::to_string(static_cast<int>(random() % 2000) - 1000) + "." +
                std::to_string(random() % 1000);
      }
    }
    text += random() % 9 == 0 ? "#docid = d" + std::to_string(row) + "\r\n" : "\n";
    text += random() % 31 == 0 ? "\n# a comment\n" : "";
  }
  return text;
}

/// Runs with the bytes of a file as the standard input.
template <class Action>
auto with_standard_input(const std::filesystem::path& path, const Action& action) {
  const int kept = ::dup(STDIN_FILENO);
  const int file = ::open(path.c_str(), O_RDONLY);
  ::dup2(file, STDIN_FILENO);
  ::close(file);
  auto result = action();
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
  return result;
}

class ThreadsAsBefore {
 public:
  ThreadsAsBefore() = default;
  ThreadsAsBefore(const ThreadsAsBefore&) = delete;
  ThreadsAsBefore& operator=(const ThreadsAsBefore&) = delete;
  ~ThreadsAsBefore() { set_num_threads(threads_); }

 private:
  int threads_ = num_threads();
};

}  // namespace

TEST_CASE("letor: the same bits for any number of threads, any cut, from a file, from gzip and from a pipe") {
  const ThreadsAsBefore threads;
  const TemporaryFolder folder;
  const std::string text = mixed_text(20000, 3);
  const Dataset expected = parse_in_blocks(text, {}, text.size());
  CHECK(expected.document_count() == 20000);
  CHECK(expected.document_ids.size() == 20000);
  put(folder / "plain", text);
  put(folder / "packed", gzip(text.substr(0, 777777)) + gzip(text.substr(777777)));
  for (const int count : {1, 2, 3, 7}) {
    set_num_threads(count);
    for (const std::size_t bytes : {std::size_t{300}, std::size_t{5000}, std::size_t{1} << 18}) {
      check_same(parse_in_blocks(text, {}, bytes), expected);
    }
    check_same(read_letor(folder / "plain"), expected);
    check_same(read_letor(folder / "packed"), expected);
  }
  for (const char* name : {"plain", "packed"}) {
    const Dataset piped = with_standard_input(folder / name, [] { return read_letor("-"); });
    check_same(piped, expected);
    CHECK(piped.source == "(standard input)");
  }
}

TEST_CASE("letor: the first bad line is the one reported, whoever finds one first") {
  const ThreadsAsBefore threads;
  const std::string text = mixed_text(3000, 5);
  std::vector<std::size_t> line_begins = {0};
  for (std::size_t at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1)) {
    line_begins.push_back(at + 1);
  }
  std::mt19937 random(11);
  for (int trial = 0; trial < 60; ++trial) {
    set_num_threads(1 + trial % 4);
    std::size_t first = line_begins.size();
    std::string bad = text;
    for (int faults = 0; faults < 3; ++faults) {  // the line's length stays, so that all places stay, too
      const std::size_t line = random() % line_begins.size();
      bad[line_begins[line]] = '!';
      first = std::min(first, line);
    }
    const std::string expected = "train.txt:" + std::to_string(first + 1) + ": ";
    for (const std::size_t bytes : {1U, 400U, 30000U, 1U << 20}) {
      CHECK(error_of<FormatError>([&] { parse_in_blocks(bad, {}, bytes); }).starts_with(expected));
    }
  }
}

TEST_CASE("letor: a fault in the text comes before one in the gzip data behind it") {
  const TemporaryFolder folder;
  std::string text = mixed_text(30000, 9);
  const std::filesystem::path path = folder / "train.gz";
  const std::string cut = gzip(text).substr(0, gzip(text).size() / 2);
  put(path, cut);
  CHECK(error_of<FormatError>([&] { read_letor(path); }) ==
        path.string() + ": the gzip file is cut off after " + std::to_string(cut.size()) + " bytes; fetch it again");
  text.insert(0, "1 qid:a 1:x\n");
  put(path, gzip(text).substr(0, cut.size()));
  CHECK(error_of<FormatError>([&] { read_letor(path); }) ==
        path.string() + ":1: token 3 '1:x' has a value that is not a number");
}

TEST_CASE("letor: several bad lines are reported together on request") {
  const std::string text =
      "1 qid:1 1:x\n0 qid:1 1:1\nz qid:1 1:1\n\n1 qid:2 2:2 2:3\n1 qid:1 1:1\n1 1:1\n0 qid:3 1:1\n-1 qid:3 1:1\n";
  const std::string first = "train.txt:1: token 3 '1:x' has a value that is not a number";
  CHECK(refusal_at_every_cut(text) == first);
  CHECK(refusal_at_every_cut(text, {.max_errors = 2}) == first + "\ntrain.txt:3: label 'z' is not a number");
  CHECK(refusal_at_every_cut(text, {.max_errors = 100}) ==
        first +
            "\ntrain.txt:3: label 'z' is not a number"
            "\ntrain.txt:5: feature 2 given twice"
            "\ntrain.txt:6: qid '1' comes back after another (its rows ended in line 2); sort the file by qid, or read "
            "it with ScatteredQueries::merge"
            "\ntrain.txt:7: has no qid, but line 1 has one; give one to every row or to none"
            "\ntrain.txt:9: label -1 is negative; relevance begins at 0 (allow_negative_labels takes any number)");
  CHECK(error_of<NumericError>([] {
          parse_letor("1 qid:1 1:1", "t", {.max_errors = 0});
        }).ends_with("LetorOptions: max_errors is 0; it must be at least 1"));
}

// The last is just above the middle of two floats, and as a double just there.
TEST_CASE("letor: numbers between floats, and long ones, are rounded once") {
  const Dataset dataset = parse_at_every_cut(
      "1 qid:1 1:16777217 2:16777219 3:0.1000000014901161 4:123456789012345678 5:9007199254740993 6:28.276001 "
      "7:33554434.0000000001 8:33554433 9:0.000000000000000001 "
      "10:0.5000000298023224\n");
  CHECK(dataset.features.to_vector<float>() == std::vector<float>{16777216.0F, 16777220.0F, 0.1F, 123456789012345678.0F,
                                                                  9007199254740993.0F, 28.276001F, 33554436.0F,
                                                                  33554432.0F, 1e-18F, std::nextafter(0.5F, 1.0F)});
}

TEST_CASE("letor: rows of all kinds, in queries that come back, are merged alike at every cut") {
  std::mt19937 random(2);
  std::string text;
  for (int row = 0; row < 300; ++row) {
    text += "1 qid:" + std::to_string(random() % 7);
    for (unsigned i = 0; i < 5; ++i) {
      text += random() % 4 == 0 ? "" : " " + std::to_string(i) + ":" + std::to_string(row * 5 + static_cast<int>(i));
    }
    text += "\n";
  }
  const Dataset dataset = parse_at_every_cut(text, {.scattered_queries = ScatteredQueries::merge});
  CHECK(dataset.query_count() == 7);
  const std::span<const float> values = dataset.features.values<float>();
  int wrong = 0;
  for (std::size_t document = 0; document < 300; ++document) {
    for (std::size_t i = 0; i < 5; ++i) {
      const float value = values[document * 5 + i];
      wrong += value == 0 || value == static_cast<float>(dataset.file_rows[document] * 5 + static_cast<int>(i)) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}
