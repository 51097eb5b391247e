#include <ranktape/core/io/dataset_cache.hpp>
#include <ranktape/core/io/dataset_cache_layout.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/read_dataset.hpp>
#include <doctest/doctest.h>

#include "io_datasets.hpp"

#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace ranktape;
using detail::CacheHeader;
using detail::CacheSection;
using ranktape::testing::check_same;
using ranktape::testing::error_of;
using ranktape::testing::put;
using ranktape::testing::TemporaryFolder;

namespace {

Dataset rich_dataset() {
  Dataset dataset =
      parse_letor("2 qid:a 1:0.5 3:-1.25 #docid = p\n0 qid:b 2:1e-3\n1 qid:a 1:1 2:2e8 3:3\n1 qid:c 3:4 # docid = s\n",
                  "train.txt", {.scattered_queries = ScatteredQueries::merge});
  dataset.query_weights = Tensor({1, 0.5F, 2});
  dataset.document_weights = Tensor({1, 2, 3, 4});
  dataset.feature_names = {"bm25", "", "clicks"};
  return dataset;
}

Dataset sparse_dataset() {
  return parse_letor("1 qid:1 7:1 100000:2\n0 qid:1\n0 qid:2 1:0.5 7:3\n", "sparse.txt",
                     {.sparse = SparseFeatures::always});
}

CacheHeader header_of(const std::string& bytes) {
  CacheHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

/// The file with another header, whose checksum is right, as an attacker would write it.
std::string with_header(std::string bytes, CacheHeader header) {
  header.header_checksum = detail::checksum_of_header(header);
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

class CacheFile {
 public:
  explicit CacheFile(const Dataset& dataset) {
    write_dataset_cache(path(), dataset);
    bytes_ = read_file(path());
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "data.cache"; }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// What opening these bytes says, without the file's name.
  [[nodiscard]] std::string refusal(const std::string& bytes, const DatasetCacheReading& options = {}) const {
    put(path(), bytes);
    const std::string text = error_of<FormatError>([&] { open_dataset_cache(path(), options); });
    const std::string name = path().string() + ": ";
    return text.starts_with(name) ? text.substr(name.size()) : "(unnamed) " + text;
  }
  /// The same of the file with a changed header.
  template <class Change>
  [[nodiscard]] std::string refusal_of(const Change& change) const {
    CacheHeader header = header_of(bytes_);
    change(header);
    return refusal(with_header(bytes_, header));
  }

 private:
  TemporaryFolder folder_;
  std::string bytes_;
};

}  // namespace

TEST_CASE("dataset cache: everything comes back, dense and sparse") {
  for (const Dataset& dataset : {rich_dataset(), sparse_dataset()}) {
    const CacheFile file(dataset);
    CHECK(is_dataset_cache(file.path()));
    for (const bool verify : {false, true}) {
      const Dataset opened = open_dataset_cache(file.path(), {.verify = verify});
      check_same(opened, dataset);
      CHECK(opened.feature_names == dataset.feature_names);
      CHECK(opened.source == dataset.source);
    }
    write_dataset_cache(file.path(), open_dataset_cache(file.path()));  // over the file that is mapped
    CHECK(read_file(file.path()) == file.bytes());
  }
}

TEST_CASE("dataset cache: what is written to the features stays in this process, and outlives the data set") {
  const CacheFile file(rich_dataset());
  Tensor features = open_dataset_cache(file.path()).features;
  features.mutable_values<float>()[0] = 77;
  CHECK(features.values<float>()[0] == 77);
  CHECK(features.values<float>()[2] == -1.25F);
  CHECK(read_file(file.path()) == file.bytes());
  CHECK(open_dataset_cache(file.path()).features.values<float>()[0] == 0.5F);
}

TEST_CASE("dataset cache: cut off anywhere, it is refused") {
  const CacheFile file(rich_dataset());
  const std::string& bytes = file.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string text = file.refusal(bytes.substr(0, size));
    if (size == 0) {
      CHECK(text == "the file is empty");
    } else if (size < 8) {
      CHECK(text == "is not the binary file of a data set; those begin with '\\x89RTDATA\\x0a'");
    } else if (size < sizeof(CacheHeader)) {
      CHECK(text == "is cut off after " + std::to_string(size) + " bytes, inside the header of " +
                        std::to_string(sizeof(CacheHeader)) + "; make it again from the text");
    } else {
      CHECK(text == "has " + std::to_string(size) + " bytes, but the header says " + std::to_string(bytes.size()) +
                        "; it is cut off or damaged, make it again from the text");
    }
  }
  CHECK(file.refusal(bytes + "x").starts_with("has " + std::to_string(bytes.size() + 1) + " bytes"));
}

TEST_CASE("dataset cache: other formats, versions and byte orders") {
  const CacheFile file(rich_dataset());
  CHECK(file.refusal("1 qid:1 1:1\n") == "is not the binary file of a data set; those begin with '\\x89RTDATA\\x0a'");
  CHECK(file.refusal_of([](CacheHeader& header) { header.version = 2; }) ==
        "has version 2 of the format, but this program reads 1; make it again from the text");
  CHECK(file.refusal_of([](CacheHeader& header) { header.byte_order = 0x04030201; }) ==
        "was written by a machine of another byte order (its mark is 04030201, not 01020304); make it again from the "
        "text");
  CHECK(!is_dataset_cache("/"));
  CHECK(error_of<Error>([] { open_dataset_cache("/absent"); }) ==
        "/absent: cannot be opened: No such file or directory");
}

TEST_CASE("dataset cache: damage in the header is found at once, elsewhere by reading all of it") {
  const CacheFile file(rich_dataset());
  for (std::size_t at = 16; at < sizeof(CacheHeader); ++at) {
    std::string bytes = file.bytes();
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    CHECK(file.refusal(bytes).starts_with("the checksum of the header is "));
  }
  const CacheHeader header = header_of(file.bytes());
  std::string bytes = file.bytes();
  bytes[header[CacheSection::features].begin] ^= 1;
  CHECK(file.refusal(bytes) == "(unnamed) nothing thrown");
  CHECK(file.refusal(bytes, {.verify = true}).starts_with("the checksum of the content is "));
}

TEST_CASE("dataset cache: no header makes it read outside of the file") {
  const CacheFile file(rich_dataset());
  const std::string again = "; make it again from the text";
  const auto refusal = [&](const auto& change) { return file.refusal_of(change); };
  CHECK(refusal([](CacheHeader& h) { h.documents = -1; }) ==
        "the header has -1 documents, 3 queries, 3 features and the index base 1" + again);
  CHECK(refusal([](CacheHeader& h) { h.features = std::int64_t{1} << 62; }).starts_with("the header has 4 documents"));
  CHECK(refusal([](CacheHeader& h) { h.index_base = 2; }).ends_with("the index base 2" + again));
  CHECK(refusal([](CacheHeader& h) { h.features = 4; }) == "48 bytes of features are not 16 numbers" + again);
  CHECK(refusal([](CacheHeader& h) { h.features = std::int64_t{1} << 39; }) ==
        "a table of 4 x 549755813888 cannot be" + again);
  CHECK(refusal([](CacheHeader& h) { h.queries = 5; }) == "32 bytes of query offsets are not 6 numbers" + again);
  CHECK(refusal([](CacheHeader& h) { h.documents = 5; }) ==
        "the offsets of the queries do not rise from 0 to 5 documents" + again);
  CHECK(
      refusal([](CacheHeader& h) { h[CacheSection::labels].begin += 64 * 1000; }).starts_with("a section of 16 bytes"));
  CHECK(refusal([](CacheHeader& h) { h[CacheSection::labels].begin += 1; }).starts_with("a section of 16 bytes"));
  CHECK(
      refusal([](CacheHeader& h) { h[CacheSection::labels].bytes = ~0ULL; }).starts_with("a section of 184467440737"));
  CHECK(refusal([](CacheHeader& h) { h[CacheSection::labels].bytes = 12; }) ==
        "12 bytes of labels are not 4 numbers" + again);
  CHECK(refusal([](CacheHeader& h) { h[CacheSection::query_id_ends].bytes = 8; }) ==
        "8 bytes of query ids are not 3 numbers" + again);
  CHECK(refusal([](CacheHeader& h) { h[CacheSection::query_id_text].bytes = 2; }) ==
        "the ends of the query ids do not rise to their 2 bytes" + again);
  CHECK(refusal([](CacheHeader& h) { h[CacheSection::document_weights].bytes = 4; }) ==
        "4 bytes of document weights are not 4 numbers" + again);
  CHECK(refusal([](CacheHeader& h) { std::swap(h[CacheSection::query_id_ends], h[CacheSection::file_rows]); }) ==
        "32 bytes of query ids are not 3 numbers" + again);

  const CacheFile sparse(sparse_dataset());
  CHECK(sparse.refusal_of([](CacheHeader& h) { h.features = 7; }) ==
        "the sparse features do not have rising columns below 7 in rows that follow each other" + again);
  CHECK(sparse.refusal_of([](CacheHeader& h) { h[CacheSection::sparse_indices].bytes = 4; }) ==
        "4 bytes of column indices are not 4 numbers" + again);
  std::string bytes = sparse.bytes();
  bytes[header_of(bytes)[CacheSection::sparse_offsets].begin + 8] = 100;
  CHECK(sparse.refusal(bytes).starts_with("the sparse features do not have rising columns"));
}

TEST_CASE("dataset cache: whatever is in the content, nothing but a refusal happens") {
  for (const Dataset& dataset : {rich_dataset(), sparse_dataset()}) {
    const CacheFile file(dataset);
    std::mt19937 random(1);
    int refused = 0;
    int opened = 0;
    for (int trial = 0; trial < 3000; ++trial) {
      std::string bytes = file.bytes();
      for (auto edits = 1 + random() % 4; edits > 0; --edits) {
        bytes[sizeof(CacheHeader) + random() % (bytes.size() - sizeof(CacheHeader))] = static_cast<char>(random());
      }
      put(file.path(), bytes);
      try {
        const Dataset found = open_dataset_cache(file.path());
        summarize(found);
        ++opened;
      } catch (const FormatError&) {
        ++refused;
      }
    }
    CHECK(refused > 0);
    CHECK(opened > 0);
  }
}

TEST_CASE("dataset cache: the text it was made from must not have changed") {
  const TemporaryFolder folder;
  put(folder / "train.txt", "1 qid:1 1:1\n");
  write_dataset_cache(folder / "train.cache", read_letor(folder / "train.txt"), {.source = folder / "train.txt"});
  CHECK(open_dataset_cache(folder / "train.cache").document_count() == 1);
  put(folder / "train.txt", "1 qid:1 1:1\n0 qid:1 1:2\n");
  CHECK(error_of<FormatError>([&] {
          open_dataset_cache(folder / "train.cache");
        }).ends_with(" which has changed since; make it again from the text"));
  CHECK(open_dataset_cache(folder / "train.cache", {.check_source = false}).document_count() == 1);
  std::filesystem::remove(folder / "train.txt");
  CHECK(open_dataset_cache(folder / "train.cache").document_count() == 1);
}

TEST_CASE("letor: text written from a data set reads back with the same bits") {
  std::mt19937 random(4);
  std::string text;
  for (int row = 0; row < 500; ++row) {
    text += "1 qid:" + std::to_string(row / 9);
    for (int i = 1; i <= 6; ++i) {
      std::uint32_t bits = static_cast<std::uint32_t>(random());
      float value = 0;
      std::memcpy(&value, &bits, sizeof(value));
      text += std::isfinite(value) ? " " + std::to_string(i) + ":" + std::to_string(value) : "";
    }
    text += row % 3 == 0 ? " #docid = d" + std::to_string(row) + "\n" : "\n";
  }
  Dataset dataset = parse_letor(text, "t");
  for (float& value : dataset.features.mutable_values<float>()) {
    std::uint32_t bits = static_cast<std::uint32_t>(random());
    std::memcpy(&value, &bits, sizeof(value));
    value = std::isfinite(value) ? value : -0.0F;
  }
  dataset.summary = summarize(dataset);
  check_same(parse_letor(format_letor(dataset), "t"), dataset);
  const Dataset sparse = sparse_dataset();
  check_same(parse_letor(format_letor(sparse), "t", {.sparse = SparseFeatures::always}), sparse);
  CHECK(format_letor(sparse) == "1 qid:1 7:1 100000:2\n0 qid:1\n0 qid:2 1:0.5 7:3\n");
  const TemporaryFolder folder;
  write_letor(folder / "out", dataset);
  CHECK(read_file(folder / "out") == format_letor(dataset));
  Dataset unnamed = parse_letor("1 1:1\n0 0:nan\n", "t", {.allow_nan = true, .one_query = true});
  CHECK(format_letor(unnamed) == "1 qid:1 0:0 1:1\n0 qid:1 0:nan 1:0\n");
}
