#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

// The lists, a section each. They stand in a noscript element, which is text where scripts run: report_lists.js takes
// one at a time out of it, so that the document stays small.
namespace ranktape::detail {
namespace {

constexpr std::size_t max_sentences = 8;
constexpr std::size_t max_rankings = 20;

std::string_view meaning_of(RankRegime regime) {
  switch (regime) {
    case RankRegime::saturated:
      return "Nearly every document is alone in its block: its rank is hard, and no gradient reaches its score.";
    case RankRegime::active: return "Documents that share a block share a mean, and push each other.";
    case RankRegime::linear:
      return "All documents share one block: the ranks are linear in the scores, whatever their order.";
    case RankRegime::unpooled: return "Nothing pools: every document gets a gradient of its own.";
  }
  return {};
}

// The sentences of the documents that get the most gradient.
void append_sentences(std::string& page, const RankedList& list) {
  std::vector<const RankedDocument*> documents;
  for (const RankedDocument& document : list.documents) {
    if (document.gradient != 0 && !document.sentence.empty()) {
      documents.push_back(&document);
    }
  }
  const std::size_t shown = std::min(documents.size(), max_sentences);
  std::partial_sort(documents.begin(), documents.begin() + static_cast<std::ptrdiff_t>(shown), documents.end(),
                    [](const auto* a, const auto* b) { return std::abs(a->gradient) > std::abs(b->gradient); });
  page += "<h4>Who pushes whom</h4>\n";
  if (shown == 0) {
    page += "<p>No document of this list gets a gradient.</p>\n";
    return;
  }
  page += "<ul class=\"sentences\">\n";
  for (std::size_t i = 0; i < shown; ++i) {
    append(page, "<li>{}</li>\n", html(documents[i]->sentence, JsonWriter::max_sentence));
  }
  page += "</ul>\n";
}

void append_numbers(std::string& page, const RankedList& list) {
  std::vector<std::vector<std::string>> rows;
  for (const RankedDocument& document : list.documents) {
    const std::string block =
        document.block < 0 ? "" : fmt::format("{}{}", document.block, document.alone ? " (alone)" : "");
    rows.push_back({fmt::format("{}", document.document), document.label ? readable(*document.label) : "",
                    readable(document.score), readable(document.hard_rank),
                    document.soft_rank ? readable(*document.soft_rank) : "", block, readable(document.gradient),
                    html(document.sentence, JsonWriter::max_sentence)});
  }
  page += "<details><summary>All numbers of this list</summary>\n";
  append_table(page, "Documents by rank",
               {"document", "label", "score", "hard rank", "soft rank", "block", "gradient", "what happens to it"},
               rows);
  page += "</details>\n";
}

std::string title_of(const RankedList& list) { return fmt::format("List {}, loss {}", list.list, readable(list.loss)); }

void append_list(std::string& page, const RankedList& list, std::size_t number) {
  const std::string id = fmt::format("list-{}", number);
  append(page,
         "<section class=\"list\" aria-labelledby=\"{0}\">\n<h3 id=\"{0}\">{1} <span "
         "class=\"badge\">{2}</span></h3>\n<p>{3}",
         id, title_of(list), to_string(list.regime), counted(list.documents_in_all, "document"));
  const std::int64_t left_out = list.documents_in_all - std::ssize(list.documents);
  if (left_out > 0) {
    append(page, ", of which the {} with the greatest gradient are here", list.documents.size());
  }
  append(page, ". {}", meaning_of(list.regime));
  if (list.strength > 0) {
    append(page, " Strength {}; half of the gaps between neighbouring scores are below {}.", readable(list.strength),
           readable(list.median_gap));
  }
  page += "</p>\n<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing of the list\">\n";
  append_list_picture(page, list, id + "-picture");
  page +=
      "</div>\n<figcaption>A line is a document, the first rank on top. The dot is its score, and its arrow where a "
      "step of descent moves the score, the longer the more. A bracket holds a block: documents whose ranks are one "
      "mean. A diamond is a document alone: its rank is hard. At the right the tick is the hard rank, the dot the "
      "soft one.</figcaption>\n</figure>\n";
  append_sentences(page, list);
  append_strength_pictures(page, list, id + "-strengths");
  append_numbers(page, list);
  page += "</section>\n";
}

}  // namespace

void append_rankings(std::string& page, const Inspection& inspection) {
  if (inspection.rankings.empty()) {
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min(inspection.rankings.size(), max_rankings); ++i) {
    const RankingSummary& ranking = inspection.rankings[i];
    std::string name = fmt::format("#{} {}", ranking.record, html(ranking.operation));
    if (!ranking.scores_name.empty()) {
      name += " of " + html(ranking.scores_name);
    }
    std::string losses;
    for (const std::string& loss : ranking.losses) {
      losses += (losses.empty() ? "" : ", ") + html(loss);
    }
    const bool pools = ranking.blocks > 0;
    rows.push_back({name, losses, grouped(ranking.lists), grouped(ranking.documents),
                    pools ? grouped(ranking.blocks) : "",
                    pools ? share(ranking.single_documents, ranking.documents) : "",
                    share(ranking.zero_gradients, ranking.documents), readable(ranking.median_gap),
                    ranking.median_strength > 0 ? readable(ranking.median_strength) : ""});
  }
  append_table(
      page, "What ranks the scores",
      {"record", "losses", "lists", "documents", "blocks", "alone", "zero gradient", "median gap", "median strength"},
      rows);
}

void append_lists(std::string& page, const Inspection& inspection) {
  if (inspection.lists.empty()) {
    page += "<p class=\"calm\">No list to show.</p>\n";
    return;
  }
  append(page, "<p>{}, the worst first.</p>\n<div id=\"list-chooser\"></div>\n<div id=\"list\"></div>\n<noscript>\n",
         counted(std::ssize(inspection.lists), "list"));
  for (std::size_t i = 0; i < inspection.lists.size(); ++i) {
    append_list(page, inspection.lists[i], i);
  }
  page += "</noscript>\n";
}

}  // namespace ranktape::detail
