#include "inspection_samples.hpp"
#include <doctest/doctest.h>

#include <ranktape/core/inspect/report.hpp>

#include <string>
#include <vector>

using namespace ranktape;

TEST_CASE("report: a list's captions and columns are of what it has") {
  const Inspection pooled = tests::sample_inspection(9, 2, 5, 0);
  const std::string pooled_page = report_html(pooled);
  const std::string temperature_page = report_html(tests::unpooled(pooled));
  const std::string raw_page = report_html(tests::of_raw_scores(pooled));
  struct Expected {
    std::string part = {};
    bool with_blocks = false;
    bool with_temperature = false;
    bool with_raw_scores = false;
  };
  for (const Expected& expected : std::vector<Expected>{
           {">block</text>", true, false, false},
           {"<th scope=\"col\">block</th>", true, false, false},
           {"<th scope=\"col\">blocks</th>", true, false, false},
           {" A bracket holds a block", true, false, false},
           {"alone in a block", true, false, false},
           {"The percentage is of the documents that share a block", true, false, false},
           {"much wider gaps never pool", true, false, false},
           {"Who pushes whom", true, false, false},
           {"Who is pushed where", false, true, true},
           {"What the strength does", true, false, false},
           {"What the temperature does", false, true, false},
           {"at other temperatures</title>", false, true, false},
           {"<th scope=\"col\">median strength</th>", true, false, false},
           {"<th scope=\"col\">median temperature</th>", false, true, false},
           {"The least and the greatest soft rank, times 0.01: ", false, true, false},
           {">label</text>", true, true, false},
           {"<th scope=\"col\">label</th>", true, true, false},
           {"<th scope=\"col\">soft rank</th>", true, true, false},
           {">rank, hard and soft</text>", true, true, false},
           {">rank</text>", false, false, true},
           {"The tick at the right is its rank.", false, false, true},
           {">\u00D7 100</text>", true, true, false},
           {">\u00D7 1e", false, false, false},
       }) {
    CHECK_MESSAGE((pooled_page.find(expected.part) != std::string::npos) == expected.with_blocks, expected.part);
    CHECK_MESSAGE((temperature_page.find(expected.part) != std::string::npos) == expected.with_temperature,
                  expected.part);
    CHECK_MESSAGE((raw_page.find(expected.part) != std::string::npos) == expected.with_raw_scores, expected.part);
  }
}

TEST_CASE("report: two kinds of rankings have one table") {
  Inspection both = tests::sample_inspection(9, 1, 5, 0);
  both.rankings.push_back(tests::unpooled(both).rankings[0]);
  CHECK(report_html(both).find(">List 0, loss ") == std::string::npos);
  CHECK(report_html(both).find(">List 0 of #8 soft_rank of scores, loss ") != std::string::npos);
  CHECK(report_html(both).find("<th scope=\"col\">median strength or temperature</th>") != std::string::npos);
}

TEST_CASE("report: ties among the gaps are counted, not drawn") {
  Inspection inspection = tests::sample_inspection(9, 1, 5, 0);
  inspection.lists[0].gaps = {0, 1, 2, 4};
  CHECK(report_html(inspection).find(" 25.0 % are 0, of ties, and have no place here.") != std::string::npos);
  CHECK(report_html(inspection).find("half of the gaps between neighbouring scores are 0: ties.") == std::string::npos);
  inspection.lists[0].median_gap = 0;
  CHECK(report_html(inspection).find("half of the gaps between neighbouring scores are 0: ties.") != std::string::npos);
  inspection.lists[0].gaps = {1, 2, 4};
  CHECK(report_html(inspection).find(", of ties") == std::string::npos);
}

TEST_CASE("report: names below the flow strip have their room") {
  const auto height_with = [](const std::string& name) {
    Inspection inspection = tests::sample_inspection(12);
    for (RecordSummary& record : inspection.records) record.operation = name;
    const std::string page = report_html(inspection);
    const std::size_t at = page.find("id=\"flow\" viewBox=\"0 0 960 ") + 27;
    return std::stod(page.substr(at));
  };
  CHECK(height_with("add") < height_with("spearman_of_ranks"));
  CHECK(height_with("spearman_of_ranks") >= 164 + 18 + 17 * 4);
  CHECK(height_with(std::string(400, 'x')) < 500);
}

TEST_CASE("report: of a long list the ranks that are shown have the whole axis") {
  Inspection inspection = tests::sample_inspection(9, 1, 5, 0);
  const std::string whole = report_html(inspection);
  CHECK(whole.find("class=\"middle\">1</text>") != std::string::npos);
  RankedList& list = inspection.lists[0];
  list.documents_in_all = 10'000;
  for (RankedDocument& document : list.documents) {
    document.hard_rank += 100;
    document.soft_rank = document.hard_rank;
  }
  const std::string part = report_html(inspection);
  CHECK(part.find("class=\"middle\">103</text>") != std::string::npos);
  CHECK(part.find("class=\"middle\">2000</text>") == std::string::npos);
}
