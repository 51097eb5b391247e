#include <ranktape/core/inspect/report_assets.hpp>
#include <ranktape/core/inspect/report_parts.hpp>
#include <ranktape/core/io/file.hpp>

namespace ranktape {
namespace {

// Scripts and styles run only if their hash is the library's, and nothing is ever loaded: what somebody smuggles in
// with a name is neither.
constexpr char head[] = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-{0}'; style-src 'sha256-{1}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="ranktape">
<title>{2}</title>
<style>{3}</style>
</head>
<body>
<a class="skip" href="#verdicts">To the findings</a>
<header>
<h1>{2}</h1>
<div id="theme" hidden></div>
<nav aria-label="Parts of the report"><ul>
)";

struct Part {
  std::string_view id;
  std::string_view heading;
  bool is_there;
};

void append_heading(std::string& page, const Part& part) {
  detail::append(page, "<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n", part.id, part.heading);
}

void append_overview(std::string& page, const Inspection& inspection) {
  const auto figure = [&](std::string_view name, std::int64_t number) {
    detail::append(page, "<div><dt>{}</dt><dd>{}</dd></div>\n", name, detail::grouped(number));
  };
  page += "<dl class=\"overview\">\n";
  figure("records", inspection.records_in_all);
  figure("parameters", std::ssize(inspection.parameters));
  std::int64_t lists = 0;
  std::int64_t documents = 0;
  for (const RankingSummary& ranking : inspection.rankings) {
    lists += ranking.lists;
    documents += ranking.documents;
  }
  figure("lists", lists);
  figure("documents", documents);
  figure("findings", std::ssize(inspection.verdicts));
  page += "</dl>\n";
}

}  // namespace

std::string report_html(const Inspection& inspection, const ReportOptions& options) {
  const Part verdicts = {"verdicts", "Findings", true};
  const Part tape = {"tape", "The tape", true};
  const Part lists = {"lists", "The lists", !inspection.rankings.empty() || !inspection.lists.empty()};
  const Part history = {"history", "The training", !inspection.history.points.empty()};
  const Part provenance = {"provenance", "Where this comes from", true};

  std::string page;
  page.reserve(std::size_t{1} << 17);
  detail::append(page, head, detail::report_script_hash, detail::report_style_hash, detail::html(options.title),
                 detail::report_style);
  for (const Part& part : {verdicts, tape, lists, history, provenance}) {
    if (part.is_there) {
      detail::append(page, "<li><a href=\"#{}\">{}</a></li>\n", part.id, part.heading);
    }
  }
  page += "</ul></nav>\n</header>\n<main>\n";

  append_heading(page, verdicts);
  append_overview(page, inspection);
  detail::append_verdicts(page, inspection);
  detail::append_facts_and_tables(page, options);
  page += "</section>\n";

  append_heading(page, tape);
  detail::append_flow_strip(page, inspection);
  detail::append_records(page, inspection);
  detail::append_parameters(page, inspection);
  page += "</section>\n";

  if (lists.is_there) {
    append_heading(page, lists);
    detail::append_rankings(page, inspection);
    detail::append_lists(page, inspection);
    page += "</section>\n";
  }
  if (history.is_there) {
    append_heading(page, history);
    detail::append_history(page, inspection.history);
    page += "</section>\n";
  }
  append_heading(page, provenance);
  detail::append_provenance(page, options);
  page += "</section>\n</main>\n<script type=\"application/json\" id=\"data\">";
  page += report_json(inspection, options);
  detail::append(page, "</script>\n<script>{}</script>\n</body>\n</html>\n", detail::report_script);
  return page;
}

void write_report(const std::filesystem::path& path, const Inspection& inspection, const ReportOptions& options) {
  // A report is made again by the next run: waiting for the disk would cost more than all the rest of it.
  write_file_atomically(path, report_html(inspection, options), {.survives_power_cut = false});
}

void write_report(const std::filesystem::path& path, const Tape& tape, const Gradients& gradients,
                  const TrainingHistory& history, const ReportOptions& options) {
  write_report(path, inspect(tape, gradients, history), options);
}

}  // namespace ranktape
