#include "html_checker.hpp"
#include "inspection_samples.hpp"
#include "io_files.hpp"

#include <ranktape/core/error.hpp>
#include <ranktape/core/inspect/report.hpp>
#include <ranktape/core/io/file.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <bit>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace ranktape;
using nlohmann::json;
using ranktape::testing::error_of;
using ranktape::testing::put;
using ranktape::testing::TemporaryFolder;
using ranktape::tests::html_fault;

namespace {

/// A number of the report: NaN and infinities are texts there.
double number(const json& value) {
  if (!value.is_string()) return value.get<double>();
  static const std::map<std::string, double> texts = {{"nan", std::numeric_limits<double>::quiet_NaN()},
                                                      {"inf", std::numeric_limits<double>::infinity()},
                                                      {"-inf", -std::numeric_limits<double>::infinity()}};
  return texts.at(value.get<std::string>());
}

bool same(double a, const json& b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(number(b));
}
bool same(const std::optional<double>& a, const json& b) { return a ? !b.is_null() && same(*a, b) : b.is_null(); }
bool same(std::int64_t a, const json& b) { return b.is_number_integer() && b.get<std::int64_t>() == a; }
bool same(bool a, const json& b) { return b.is_boolean() && b.get<bool>() == a; }

/// The whole column of a sparse one.
std::vector<json> spread(const json& column, std::size_t count) {
  std::vector<json> all(count, column["usual"]);
  for (std::size_t i = 0; i < column["at"].size(); ++i) all.at(column["at"][i].get<std::size_t>()) = column["are"][i];
  return all;
}

template <class Rows>
void check_summaries(const json& columns, const Rows& rows) {
  for (const bool of_gradient : {false, true}) {
    const json& parts = columns[of_gradient ? "gradient" : "value"];
    const std::vector<json> non_finite = spread(parts["non_finite"], rows.size());
    const std::vector<json> first = spread(parts["first_non_finite"], rows.size());
    const std::vector<json> zero_columns = spread(parts["zero_columns"], rows.size());
    REQUIRE(parts["norm"].size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (of_gradient && !rows[i].gradient) {
        REQUIRE(parts["norm"][i].is_null());
        continue;
      }
      const ValueSummary& summary = of_gradient ? *rows[i].gradient : rows[i].value;
      REQUIRE(same(summary.norm, parts["norm"][i]));
      REQUIRE(same(summary.zeros, parts["zeros"][i]));
      REQUIRE(same(summary.non_finite, non_finite[i]));
      REQUIRE(same(summary.first_non_finite, first[i]));
      REQUIRE(same(summary.zero_columns, zero_columns[i]));
    }
  }
}

void check_records(const json& report, const std::vector<RecordSummary>& records) {
  const json& columns = report["records"];
  const std::size_t count = records.size();
  const auto text = [&](const json& place) { return report["texts"].at(place.get<std::size_t>()).get<std::string>(); };
  const std::vector<json> left_out = spread(columns["left_out_before"], count);
  const std::vector<json> options = spread(columns["options"], count);
  const std::vector<json> names = spread(columns["name"], count);
  const std::vector<json> bytes = spread(columns["bytes"], count);
  const std::vector<json> input_names = spread(columns["input_name"], columns["inputs"].size());
  std::int64_t number = -1;
  std::size_t input = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const RecordSummary& record = records[i];
    number += 1 + left_out[i].get<std::int64_t>();
    REQUIRE(number == record.number);
    REQUIRE(text(columns["operation"][i]) == record.operation);
    REQUIRE(text(options[i]) == record.options);
    REQUIRE(text(names[i]) == record.name);
    REQUIRE(bytes[i].get<std::size_t>() == size_of(record.dtype));
    const json& shape = report["shapes"].at(columns["shape"][i].get<std::size_t>());
    REQUIRE(Shape(shape.get<std::vector<std::int64_t>>()) == record.shape);
    const json& place = report["places"].at(columns["place"][i].get<std::size_t>());
    REQUIRE(text(place[0]) == "train.cpp");
    REQUIRE(place[1] == record.where.line);
    REQUIRE(columns["input_count"][i] == record.inputs.size());
    for (const InputSummary& expected : record.inputs) {
      const auto back = columns["inputs"][input].get<std::int64_t>();
      REQUIRE(back == (expected.record >= 0   ? number - expected.record
                       : expected.tensor >= 0 ? -1 - expected.tensor
                                              : 0));
      REQUIRE(text(input_names[input]) == expected.name);
      ++input;
    }
  }
  check_summaries(columns, records);
}

void check_lists(const json& report, const std::vector<RankedList>& lists) {
  REQUIRE(report["lists"].size() == lists.size());
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const RankedList& list = lists[i];
    const json& found = report["lists"][i];
    REQUIRE(same(list.list, found["list"]));
    REQUIRE(same(list.ranking, found["ranking"]));
    REQUIRE(same(list.documents_in_all, found["documents_in_all"]));
    REQUIRE(same(list.loss, found["loss"]));
    REQUIRE(found["regime"] == to_string(list.regime));
    REQUIRE(same(list.strength, found["strength"]));
    REQUIRE(same(list.median_gap, found["median_gap"]));
    REQUIRE(found["gaps"].size() == list.gaps.size());
    for (std::size_t k = 0; k < list.gaps.size(); ++k) REQUIRE(same(list.gaps[k], found["gaps"][k]));
    const json& columns = found["documents"];
    REQUIRE(columns["score"].size() == list.documents.size());
    for (std::size_t k = 0; k < list.documents.size(); ++k) {
      const RankedDocument& document = list.documents[k];
      REQUIRE(same(document.document, columns["document"][k]));
      REQUIRE(same(document.score, columns["score"][k]));
      REQUIRE(same(document.label, columns["label"][k]));
      REQUIRE(same(document.hard_rank, columns["hard_rank"][k]));
      REQUIRE(same(document.soft_rank, columns["soft_rank"][k]));
      REQUIRE(same(document.block, columns["block"][k]));
      REQUIRE(same(document.alone, columns["alone"][k]));
      REQUIRE(same(document.gradient, columns["gradient"][k]));
      REQUIRE(same(document.partner, columns["partner"][k]));
      REQUIRE(same(document.push, columns["push"][k]));
      REQUIRE(columns["sentence"][k] == document.sentence);
    }
    REQUIRE(found["strengths"].size() == list.strengths.size());
    for (std::size_t k = 0; k < list.strengths.size(); ++k) {
      const StrengthStep& step = list.strengths[k];
      REQUIRE(same(step.factor, found["strengths"][k]["factor"]));
      REQUIRE(same(step.strength, found["strengths"][k]["strength"]));
      REQUIRE(same(step.gradient_share, found["strengths"][k]["gradient_share"]));
      REQUIRE(same(step.mean_block_size, found["strengths"][k]["mean_block_size"]));
      for (std::size_t n = 0; n < step.soft_ranks.size(); ++n) {
        REQUIRE(same(step.soft_ranks[n], found["strengths"][k]["soft_ranks"][n]));
      }
    }
  }
}

void check_history(const json& report, const TrainingHistory& history) {
  const json& found = report["history"];
  REQUIRE(found["metric_name"] == history.metric_name);
  REQUIRE(found["points_in_all"] == history.points.size());
  REQUIRE(found["step"].size() == history.points.size());
  for (std::size_t i = 0; i < history.points.size(); ++i) {
    const HistoryPoint& point = history.points[i];
    REQUIRE(same(point.step, found["step"][i]));
    REQUIRE(same(point.loss, found["loss"][i]));
    REQUIRE(same(point.metric, found["metric"][i]));
    REQUIRE(same(point.gradient_norm, found["gradient_norm"][i]));
    REQUIRE(same(point.zero_gradient_share, found["zero_gradient_share"][i]));
    REQUIRE(same(point.score_deviation, found["score_deviation"][i]));
  }
  REQUIRE(found["updates"].size() == history.updates.size());
  for (std::size_t i = 0; i < history.updates.size(); ++i) {
    REQUIRE(found["updates"][i]["name"] == history.updates[i].name);
    REQUIRE(same(history.updates[i].weight_norm, found["updates"][i]["weight_norm"]));
    REQUIRE(same(history.updates[i].update_norm, found["updates"][i]["update_norm"]));
  }
}

void check_origin(const json& found, const std::optional<NonFiniteOrigin>& origin) {
  REQUIRE(found.is_null() == !origin);
  if (origin) {
    REQUIRE(same(origin->record, found["record"]));
    REQUIRE(same(origin->tensor, found["tensor"]));
    REQUIRE(same(origin->element, found["element"]));
    REQUIRE(same(origin->value, found["value"]));
    REQUIRE(same(origin->input, found["input"]));
    REQUIRE(same(origin->carriers, found["carriers"]));
    REQUIRE(same(origin->given, found["given"]));
  }
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("report: the JSON is the inspection, bit for bit") {
  for (Inspection inspection : {tests::sample_inspection(500), tests::faulty_inspection(), Inspection()}) {
    if (!inspection.records.empty()) {
      inspection.records[2].units = UnitSummary{.limits = {-1, 1}, .at_limit = 12, .stuck_columns = 3};
      inspection.records[5].dtype = DType::float64;
      for (std::size_t i = 20; i < inspection.records.size(); ++i) inspection.records[i].number += 7;
    }
    const json report = json::parse(report_json(inspection));
    CHECK(report["format"] == 1);
    CHECK(report["records_in_all"] == inspection.records_in_all);
    CHECK(report["has_intermediate_gradients"] == inspection.has_intermediate_gradients);
    check_records(report, inspection.records);
    check_summaries(report["parameters"], inspection.parameters);
    check_lists(report, inspection.lists);
    check_history(report, inspection.history);
    check_origin(report["non_finite_value"], inspection.non_finite_value);
    check_origin(report["non_finite_gradient"], inspection.non_finite_gradient);
    REQUIRE(report["verdicts"].size() == inspection.verdicts.size());
    for (std::size_t i = 0; i < inspection.verdicts.size(); ++i) {
      const Verdict& verdict = inspection.verdicts[i];
      CHECK(report["verdicts"][i] == json{{"id", verdict.id},
                                          {"rule", verdict.rule},
                                          {"severity", to_string(verdict.severity)},
                                          {"finding", verdict.finding},
                                          {"action", verdict.action}});
    }
    if (!inspection.records.empty()) {
      CHECK(report["records"]["units"] ==
            json{{"at", {2}}, {"limits", {{-1, 1}}}, {"at_limit", {12}}, {"stuck_columns", {3}}});
      CHECK(report["rankings"][0]["median_gap"].get<double>() == inspection.rankings[0].median_gap);
      CHECK(report["rankings"][0]["losses"] == json{"spearman_loss"});
      CHECK(report["rankings"][0]["strength_option"] == "regularization_strength");
      CHECK(report["rankings"][0]["strength_setting"].get<double>() == 0.30000000000000004);
    }
  }
}

TEST_CASE("report: the caller's texts are on the page and in the JSON") {
  const ReportOptions options = {.title = "Run 7",
                                 .facts = {"A fact."},
                                 .tables = {{"Results", {"model", "NDCG@10"}, {{"ours", "0.53"}}}},
                                 .provenance = {{"seed", "7"}}};
  const std::string page = report_html(Inspection(), options);
  for (const char* part :
       {"<title>Run 7</title>", "<h1>Run 7</h1>", "<li>A fact.</li>", "<caption>Results</caption>",
        "<th scope=\"col\">NDCG@10</th>", "<th scope=\"row\">ours</th><td>0.53</td>", "<dt>seed</dt><dd>7</dd>"}) {
    CHECK_MESSAGE(page.find(part) != std::string::npos, part);
  }
  const json report = json::parse(report_json(Inspection(), options));
  CHECK(report["title"] == "Run 7");
  CHECK(report["facts"] == json{"A fact."});
  CHECK(report["tables"] ==
        json::parse(R"([{"caption": "Results", "columns": ["model", "NDCG@10"], "rows": [["ours", "0.53"]]}])"));
  CHECK(report["provenance"] == json::parse(R"([["seed", "7"]])"));
  CHECK(report["made_by"].get<std::string>().starts_with("ranktape "));
}

TEST_CASE("report: the page is well-formed, whatever it holds") {
  Inspection without_gradients = tests::sample_inspection(20);
  without_gradients.has_intermediate_gradients = false;
  for (RecordSummary& record : without_gradients.records) record.gradient.reset();
  for (ParameterSummary& parameter : without_gradients.parameters) parameter.gradient.reset();
  Inspection one = tests::sample_inspection(1, 1, 1, 1);
  Inspection constant = tests::sample_inspection(9, 1, 5, 9);
  for (RankedDocument& document : constant.lists[0].documents) document = {.score = 2, .label = 1, .gradient = 0};
  for (HistoryPoint& point : constant.history.points) point = {.step = 3, .loss = 1, .gradient_norm = 0};
  Inspection extreme = tests::sample_inspection(9, 1, 3, 3);
  extreme.lists[0].documents[0].score = 1.7e308;
  extreme.lists[0].documents[1].score = -1.7e308;
  extreme.lists[0].documents[2].score = 5e-324;
  extreme.history.points[0].loss = 1.7e308;
  extreme.history.points[1].loss = -1.7e308;
  extreme.records[0].gradient = ValueSummary{.norm = 5e-324};
  extreme.records[1].gradient = ValueSummary{.norm = 1.7e308};
  for (const Inspection& inspection :
       {Inspection(), tests::sample_inspection(45), tests::sample_inspection(1000, 3, 48, 5000),
        tests::faulty_inspection(), without_gradients, one, tests::unpooled(tests::sample_inspection(9, 2, 5, 0)),
        tests::of_raw_scores(tests::sample_inspection(9, 2, 5, 0)), constant, extreme}) {
    const std::string page = report_html(inspection);
    CHECK(html_fault(page) == "");
    for (const char* part : {"=\"nan", "=\"inf", "NaN NaN", "M-nan", "h-nan", "Vinf", "{}"}) {
      CHECK_MESSAGE(page.substr(0, page.find("id=\"data\"")).find(part) == std::string::npos, part);
    }
  }
}

TEST_CASE("report: what is left out of tables is said, and what nobody measured has no column") {
  Inspection inspection = tests::sample_inspection(300);
  while (inspection.parameters.size() < 45) inspection.parameters.push_back(inspection.parameters.front());
  const ReportOptions options = {.tables = {{"Many", {"row"}, std::vector<std::vector<std::string>>(103, {"x"})}}};
  const std::string page = report_html(inspection, options);
  CHECK(page.find("5 parameters more in the page's JSON.") != std::string::npos);
  CHECK(page.find("3 rows more in the page's JSON.") != std::string::npos);
  CHECK(page.find("The first 200 of them; with scripts this table shows all.") != std::string::npos);
  CHECK(page.find("update / weight") != std::string::npos);
  inspection.history.updates.clear();
  CHECK(report_html(inspection).find("update / weight") == std::string::npos);
  CHECK(json::parse(report_json(inspection, options))["tables"][0]["rows"].size() == 103);
}

TEST_CASE("report: hostile names stay text") {
  const std::vector<std::string> texts = tests::hostile_texts();
  const ReportOptions options = {
      .title = texts[0], .facts = texts, .tables = {{texts[0], texts, {texts}}}, .provenance = {{texts[2], texts[10]}}};
  const std::string page = report_html(tests::hostile_inspection(), options);
  CHECK(html_fault(page) == "");
  CHECK(page.size() < 400'000);
  CHECK(count_of(page, "<script") == 2);
  CHECK(count_of(page, "</script>") == 2);
  CHECK(count_of(page, "<img") == 0);
  CHECK(count_of(page, "<!--") == 0);
  CHECK(page.find("\u2028") == std::string::npos);
  CHECK(page.find("\u202E") == std::string::npos);
  CHECK(page.find('\x1b') == std::string::npos);
  const json report = json::parse(report_json(tests::hostile_inspection(), options));
  CHECK(report["title"] == texts[0]);
  CHECK(report["facts"][4] == texts[4]);
}

TEST_CASE("report: the checker finds what is wrong") {
  const std::string good = "<!doctype html>\n<p id=\"a\">x &amp; y</p>";
  CHECK(html_fault(good) == "");
  for (const char* bad :
       {"<p>", "</p>", "<p></b>", "<p onclick=\"x\"></p>", "<p style=\"x\"></p>", "<p id=a></p>", "a & b", "a > b",
        "a < b", "<p id=\"a\"></p><p id=\"a\"></p>", "<p title=\"<\"></p>", "<!-- -->"}) {
    CHECK_MESSAGE(html_fault(std::string("<!doctype html>\n") + bad) != "", bad);
  }
}

TEST_CASE("report: 10,000 records, and a sample of 1,000,000, stay small") {
  using Clock = std::chrono::steady_clock;
  Inspection inspection = tests::sample_inspection(10'000);
  const Clock::time_point start = Clock::now();
  const std::string page = report_html(inspection);
  const double milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  MESSAGE("10,000 records: ", page.size(), " bytes in ", milliseconds, " ms");
  CHECK(page.size() <= 1'200'000);
  CHECK(page.find(" are left out") == std::string::npos);
  CHECK(html_fault(page) == "");
  for (RecordSummary& record : inspection.records) {
    record.number *= 100;
    for (InputSummary& input : record.inputs) input.record *= 100;
  }
  inspection.records_in_all = 1'000'000;
  const std::string sampled = report_html(inspection);
  CHECK(sampled.size() <= 2'000'000);
  CHECK(sampled.find("<p>10,000 of 1,000,000 records: ") != std::string::npos);
  CHECK(sampled.find("990,000 are left out.") != std::string::npos);
}

TEST_CASE("report: a long history keeps its peaks") {
  Inspection inspection = tests::sample_inspection(5, 0, 0, 100'000);
  inspection.history.points[54'321].loss = 99.5;
  inspection.history.points[65'430].metric = -3.25;
  const json report = json::parse(report_json(inspection));
  const json& history = report["history"];
  CHECK(history["points_in_all"] == 100'000);
  CHECK(history["step"].size() <= 2'000);
  CHECK(history["step"].size() > 1'000);
  CHECK(history["step"].front() == 1);
  CHECK(history["step"].back() == 100'000);
  CHECK(*std::max_element(history["loss"].begin(), history["loss"].end()) == 99.5);
  CHECK(std::count(history["metric"].begin(), history["metric"].end(), json(-3.25)) == 1);
  CHECK(std::is_sorted(history["step"].begin(), history["step"].end()));
}

TEST_CASE("report: a file is written in one step, and a failure leaves the old one") {
  const TemporaryFolder folder;
  const Inspection inspection = tests::sample_inspection(5);
  write_report(folder / "report.html", inspection, {.title = "First"});
  CHECK(read_file(folder / "report.html") == report_html(inspection, {.title = "First"}));
  CHECK(folder.entries() == 1);
  write_report(folder / "report.html", inspection, {.title = "Second"});
  CHECK(read_file(folder / "report.html") == report_html(inspection, {.title = "Second"}));

  const std::string missing = (folder / "missing" / "report.html").string();
  CHECK(error_of<Error>([&] { write_report(missing, inspection); }) ==
        missing + ": cannot be written (no file can be made in its folder): No such file or directory");
  CHECK(error_of<Error>([&] { write_report("/dev/full", inspection); }) ==
        "/dev/full: cannot be replaced: it is not a regular file; choose another name");
  std::filesystem::create_directory(folder / "folder");
  CHECK(error_of<Error>([&] { write_report(folder / "folder", inspection); }) ==
        (folder / "folder").string() + ": cannot be written: Is a directory");
  CHECK(folder.entries() == 2);
  if (::geteuid() != 0) {  // root may write anywhere
    std::filesystem::permissions(folder / ".", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    CHECK(error_of<Error>([&] { write_report(folder / "report.html", inspection); }).find("Permission denied") !=
          std::string::npos);
    std::filesystem::permissions(folder / ".", std::filesystem::perms::owner_all);
  }
  CHECK(read_file(folder / "report.html") == report_html(inspection, {.title = "Second"}));
  CHECK(folder.entries() == 2);
}
