#include "program.hpp"

#include <doctest/doctest.h>

using namespace ranktape;
using testing::printed;
using testing::ProgramFolder;
using testing::ProgramRun;
using testing::refused;
using testing::with_rankings;

TEST_CASE("convert: text to a cache and back is the same text") {
  ProgramFolder folder;
  const std::string text = with_rankings(folder).read("train");
  const std::string said = printed(folder, "convert --data train --output cache");
  CHECK(said == fmt::format("cache: 101 documents of 20 queries, 3 features, {} bytes\n",
                            std::filesystem::file_size(folder / "cache")));
  CHECK(printed(folder, "convert --data cache --output - --format letor") == text);
  CHECK(printed(folder, "convert --data cache --output again --format letor").starts_with("again: 101 documents of"));
  CHECK(folder.read("again") == text);

  folder.put("packed", testing::gzip(text));
  printed(folder, "convert --data packed --output second");
  CHECK(folder.read("second").size() > 0);
  CHECK(printed(folder, "convert --data second --output - --format letor") == text);
  printed(folder, "convert --data - --output third", text);
  CHECK(printed(folder, "convert --data third --output - --format letor") == text);
}

TEST_CASE("convert: sparse data keep the values that they give, and comments their documents' names") {
  ProgramFolder folder;
  const std::string text =
      "2 qid:7 1:0.5 90:1 #docid = A\n"
      "0 qid:7 3:0.25 #docid = B\n"
      "1 qid:9 90:-1.5 #docid = A\n";
  folder.put("sparse", text);
  CHECK(printed(folder, "convert --data sparse --sparse always --output cache")
            .starts_with("cache: 3 documents of 2 queries, 90 features, sparse, "));
  CHECK(printed(folder, "convert --data cache --output - --format letor") == text);
}

TEST_CASE("convert: a table becomes text") {
  ProgramFolder folder;
  folder.put("t.csv", "qid,relevance,length,age\nx,1,0.5,3\nx,0,2,4\ny,2,1,1\n");
  CHECK(printed(folder, "convert --data t.csv --output - --format letor") ==
        "1 qid:x 1:0.5 2:3\n0 qid:x 1:2 2:4\n2 qid:y 1:1 2:1\n");
}

TEST_CASE("convert: what is wrong") {
  ProgramFolder folder;
  with_rankings(folder);
  CHECK(refused(folder, "convert --data train --output -") ==
        "ranktape: convert: a binary file has to be a file; give --output a name, or --format letor\n");
  CHECK(refused(folder, "convert --data train --output x --format leto") ==
        "ranktape: convert: --format: 'leto' is none of cache, letor; did you mean 'letor'?\n");
  CHECK(refused(folder, "convert --data train") == "ranktape: convert: --output is required\n");
  folder.put("bad", "1 qid:1 1:1\n2 qid:1 1:x\n");
  CHECK(refused(folder, "convert --data bad --output x") ==
        "ranktape: bad:2: token 3 '1:x' has a value that is not a number\n");
  CHECK_FALSE(std::filesystem::exists(folder / "x"));

  printed(folder, "convert --data train --output cache");
  const std::string cache = folder.read("cache");
  folder.put("cut", cache.substr(0, cache.size() - 1));
  CHECK(refused(folder, "convert --data cut --output - --format letor").starts_with("ranktape: cut: "));
  const ProgramRun nowhere = folder.run("convert --data train --output nowhere/x");
  CHECK(nowhere.status == 1);
  CHECK(nowhere.errors ==
        "ranktape: nowhere/x: cannot be written (no file can be made in its folder): No such file or directory\n");
}
