#include "ranked_list_text.hpp"

#include <ranktape/core/inspect/escape.hpp>
#include <ranktape/core/inspect/text_table.hpp>
#include <fmt/format.h>

#include <vector>

namespace train_ranker {

using namespace ranktape;

namespace {

std::string text_of(const std::optional<double>& number) { return number ? fmt::format("{:.5g}", *number) : ""; }

std::string block_text(const RankedDocument& document) {
  return document.block < 0 ? "" : fmt::format("{}{}", document.block, document.alone ? " alone" : "");
}

std::string heading(const RankedList& list, const std::string& query) {
  std::string text =
      fmt::format("Query {}, {} documents: loss {:.4g}, {}", detail::escaped(query, detail::EscapeFor::terminal),
                  list.documents_in_all, list.loss, to_string(list.regime));
  if (list.strength > 0) {
    text += fmt::format(", strength {:.3g}", list.strength);
  }
  return text + fmt::format(", median gap between scores {:.3g}\n", list.median_gap);
}

}  // namespace

std::string text_of(const RankedList& list, const std::string& query) {
  using detail::Align;
  std::vector<std::vector<std::string>> rows;
  std::string sentences;
  for (const RankedDocument& document : list.documents) {
    rows.push_back({fmt::format("  {}", document.document), text_of(document.label),
                    fmt::format("{:.5g}", document.score), fmt::format("{:g}", document.hard_rank),
                    text_of(document.soft_rank), block_text(document), fmt::format("{:+.3g}", document.gradient)});
    sentences += fmt::format("  {}\n", document.sentence);
  }
  const std::int64_t left_out = list.documents_in_all - std::ssize(list.documents);
  return heading(list, query) +
         detail::text_table({{"  document", Align::left},
                             {"label", Align::right},
                             {"score", Align::right},
                             {"hard rank", Align::right},
                             {"soft rank", Align::right},
                             {"block", Align::right},
                             {"gradient", Align::right}},
                            rows) +
         (left_out > 0 ? fmt::format("  and {} documents with smaller gradients\n", left_out) : "") + sentences;
}

}  // namespace train_ranker
