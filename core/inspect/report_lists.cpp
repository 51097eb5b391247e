#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

// The lists, a section each. They stand in a noscript element, which is text where scripts run: report_lists.js takes
// one at a time out of it, so that the document stays small.
namespace ranktape::detail {
namespace {

constexpr std::size_t max_sentences = 8;
constexpr std::ptrdiff_t max_rankings = 20;

std::string_view meaning_of(RankRegime regime) {
  switch (regime) {
    case RankRegime::saturated:
      return "Nearly every document is alone in its block: its rank is hard, and no gradient reaches its score.";
    case RankRegime::active: return "Documents that share a block push each other.";
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
  append(page, "<h4>{}</h4>\n", pools(list) ? "Who pushes whom" : "Who is pushed where");
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

std::string block_text(const RankedDocument& document) {
  return document.block < 0 ? "" : fmt::format("{}{}", document.block, document.alone ? " (alone)" : "");
}

void append_numbers(std::string& page, const RankedList& list) {
  using Cell = std::string (*)(const RankedDocument&);
  struct Column {
    const char* title = "";
    bool has_numbers = true;
    Cell cell = nullptr;
  };
  const std::vector<Column> all = {
      {"document", true, [](const RankedDocument& document) { return fmt::format("{}", document.document); }},
      {"label", has_labels(list),
       [](const RankedDocument& document) { return document.label ? readable(*document.label) : ""; }},
      {"score", true, [](const RankedDocument& document) { return readable(document.score); }},
      {"hard rank", true, [](const RankedDocument& document) { return readable(document.hard_rank); }},
      {"soft rank", has_soft_ranks(list),
       [](const RankedDocument& document) { return document.soft_rank ? readable(*document.soft_rank) : ""; }},
      {"block", pools(list), block_text},
      {"gradient", true, [](const RankedDocument& document) { return readable(document.gradient); }},
      {"what happens to it", true,
       [](const RankedDocument& document) { return html(document.sentence, JsonWriter::max_sentence); }}};
  std::vector<std::string> titles;
  std::vector<std::vector<std::string>> rows(list.documents.size());
  for (const Column& column : all) {
    if (column.has_numbers) {
      titles.emplace_back(column.title);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].push_back(column.cell(list.documents[i]));
      }
    }
  }
  page += "<details><summary>All numbers of this list</summary>\n";
  append_table(page, "Documents by rank", titles, rows);
  page += "</details>\n";
}

// What the drawing of the list shows, and nothing else.
std::string caption_of(const RankedList& list) {
  std::string text =
      "A line is a document, the first rank on top. The dot is its score, and its arrow where a step of descent moves "
      "the score, the longer the more.";
  if (pools(list)) {
    text +=
        " A bracket holds a block: documents that pool and push each other. A diamond is a document alone: its rank "
        "is hard.";
  }
  text += has_soft_ranks(list) ? " At the right the tick is the hard rank, the dot the soft one."
                               : " The tick at the right is its rank.";
  return text;
}

std::string name_of(const RankingSummary& ranking) {
  const std::string name = fmt::format("#{} {}", ranking.record, html(ranking.operation));
  return ranking.scores_name.empty() ? name : name + " of " + html(ranking.scores_name);
}

// Where several records rank, the same list comes once for each.
std::string title_of(const RankedList& list, const Inspection& inspection) {
  const auto ranking = static_cast<std::size_t>(list.ranking);
  const bool is_one_of_several = inspection.rankings.size() > 1 && ranking < inspection.rankings.size();
  return fmt::format("List {}{}, loss {}", list.list,
                     is_one_of_several ? " of " + name_of(inspection.rankings[ranking]) : "", readable(list.loss));
}

void append_list(std::string& page, const Inspection& inspection, std::size_t number) {
  const RankedList& list = inspection.lists[number];
  const std::string id = fmt::format("list-{}", number);
  append(page,
         "<section class=\"list\" aria-labelledby=\"{0}\">\n<h3 id=\"{0}\">{1} <span "
         "class=\"badge\">{2}</span></h3>\n<p>{3}",
         id, title_of(list, inspection), to_string(list.regime), counted(list.documents_in_all, "document"));
  const std::int64_t left_out = list.documents_in_all - std::ssize(list.documents);
  if (left_out > 0) {
    append(page, ", of which the {} with the greatest gradient are here", list.documents.size());
  }
  append(page, ". {}", meaning_of(list.regime));
  if (list.strength > 0) {
    append(page, " The {} is {}; half of the gaps between neighbouring scores are {}{}.", strength_name(list),
           readable(list.strength), list.median_gap > 0 ? "below " : "0: ties",
           list.median_gap > 0 ? readable(list.median_gap) : "");
  }
  page += "</p>\n<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing of the list\">\n";
  append_list_picture(page, list, id + "-picture");
  append(page, "</div>\n<figcaption>{}</figcaption>\n</figure>\n", caption_of(list));
  append_sentences(page, list);
  append_strength_pictures(page, list, id + "-strengths");
  append_numbers(page, list);
  page += "</section>\n";
}

std::string losses_of(const RankingSummary& ranking) {
  std::string losses;
  for (const std::string& loss : ranking.losses) {
    losses += (losses.empty() ? "" : ", ") + html(loss);
  }
  return losses;
}

}  // namespace

void append_rankings(std::string& page, const Inspection& inspection) {
  if (inspection.rankings.empty()) {
    return;
  }
  const std::vector<RankingSummary> rankings(
      inspection.rankings.begin(),
      inspection.rankings.begin() + std::min(std::ssize(inspection.rankings), max_rankings));
  const auto has_blocks = [](const RankingSummary& ranking) { return ranking.blocks > 0; };
  const auto has_temperature = [&](const auto& ranking) { return !has_blocks(ranking) && ranking.median_strength > 0; };
  const bool pool = std::ranges::any_of(rankings, has_blocks);
  const bool warm = std::ranges::any_of(rankings, has_temperature);
  std::vector<std::string> titles = {"record", "losses", "lists", "documents"};
  if (pool) {
    titles.insert(titles.end(), {"blocks", "alone"});
  }
  titles.insert(titles.end(), {"zero gradient", "median gap"});
  if (pool || warm) {
    titles.emplace_back(!warm ? "median strength" : pool ? "median strength or temperature" : "median temperature");
  }
  std::vector<std::vector<std::string>> rows;
  for (const RankingSummary& ranking : rankings) {
    std::vector<std::string>& row = rows.emplace_back(std::vector<std::string>{
        name_of(ranking), losses_of(ranking), grouped(ranking.lists), grouped(ranking.documents)});
    if (pool) {
      row.push_back(has_blocks(ranking) ? grouped(ranking.blocks) : "");
      row.push_back(has_blocks(ranking) ? share(ranking.single_documents, ranking.documents) : "");
    }
    row.push_back(share(ranking.zero_gradients, ranking.documents));
    row.push_back(readable(ranking.median_gap));
    if (pool || warm) {
      row.push_back(ranking.median_strength > 0 ? readable(ranking.median_strength) : "");
    }
  }
  append_table(page, "What ranks the scores", titles, rows);
}

void append_lists(std::string& page, const Inspection& inspection) {
  if (inspection.lists.empty()) {
    page += "<p class=\"calm\">No list to show.</p>\n";
    return;
  }
  append(page, "<p>{}, the worst first.</p>\n<div id=\"list-chooser\"></div>\n<div id=\"list\"></div>\n<noscript>\n",
         counted(std::ssize(inspection.lists), "list"));
  for (std::size_t i = 0; i < inspection.lists.size(); ++i) {
    append_list(page, inspection, i);
  }
  page += "</noscript>\n";
}

}  // namespace ranktape::detail
