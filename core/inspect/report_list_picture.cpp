#include <ranktape/core/inspect/report_drawing.hpp>
#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

// One list: a line for each document in the order of the ranks, so that blocks are neighbours.
namespace ranktape::detail {
namespace {

constexpr double width = 960;
constexpr double first_row = 92;
constexpr double names_end = 72;
constexpr double label_place = 92;
constexpr double longest_arrow = 64;
constexpr double rounding = 1e-9;  // a gradient so much smaller than the steepest is a 0 but for rounding
constexpr double bracket_place = 584;
constexpr double rank_left = 630;
constexpr double rank_right = 852;
constexpr double gradient_end = width - 8;

// Where there are no labels or no blocks, the scores get their room.
struct Layout {
  bool has_labels;
  bool has_blocks;
  double score_left;
  double score_right;
  Axis score;
  Axis rank;
  double row_height;
  double bottom;

  [[nodiscard]] double row(std::size_t number) const {
    return first_row + (static_cast<double>(number) + 0.5) * row_height;
  }
};

// All ranks of the list, or of a long list, of which the picture has a part, those of that part.
Axis rank_axis(const RankedList& list) {
  double least = 1;
  auto greatest = static_cast<double>(std::max<std::int64_t>(list.documents_in_all, 2));
  if (std::ssize(list.documents) < list.documents_in_all) {
    const auto hard = finite_range(list.documents, [](const auto& document) { return document.hard_rank; });
    const auto soft = finite_range(
        list.documents, [](const auto& document) { return document.soft_rank.value_or(document.hard_rank); });
    least = std::clamp(std::min(hard.first, soft.first), least, greatest);
    greatest = std::clamp(std::max(hard.second, soft.second), least, greatest);
  }
  return {least, greatest, rank_left, rank_right};
}

Layout layout_of(const RankedList& list) {
  const auto [least, greatest] = finite_range(list.documents, [](const auto& document) { return document.score; });
  const double row_height = list.documents.size() <= 24 ? 24 : 18;
  const double score_left = has_labels(list) ? 138 : 96;
  const double score_right = pools(list) ? 548 : 594;
  return {.has_labels = has_labels(list),
          .has_blocks = pools(list),
          .score_left = score_left,
          .score_right = score_right,
          .score = Axis(least, greatest, score_left + longest_arrow + 8, score_right - longest_arrow - 8),
          .rank = rank_axis(list),
          .row_height = row_height,
          .bottom = first_row + row_height * static_cast<double>(list.documents.size()) + 6};
}

void append_axis(std::string& page, const Axis& axis, double from, double to, double bottom,
                 const std::vector<double>& ticks) {
  std::string lines;
  for (const double tick : ticks) {
    draw(lines, "M{} {}V{}", axis.at(tick), first_row - 6, bottom);
    draw(page, "<text x=\"{}\" y=\"{}\" class=\"middle\">{}</text>\n", axis.at(tick), first_row - 32, readable(tick));
  }
  draw(page, "<path class=\"grid\" d=\"{}\"/>\n<path class=\"axis\" d=\"M{} {}H{}\"/>\n", lines, from, first_row - 14,
       to);
}

// One text for each document, at one place of its line.
template <class Write>
void append_texts(std::string& page, const RankedList& list, const Layout& layout, std::string_view kind, double x,
                  Write&& write) {
  draw(page, "<g class=\"{}\">\n", kind);
  for (std::size_t i = 0; i < list.documents.size(); ++i) {
    if (const std::string text = write(list.documents[i]); !text.empty()) {
      draw(page, "<text x=\"{}\" y=\"{}\">{}</text>\n", x, layout.row(i) + 4, text);
    }
  }
  page += "</g>\n";
}

// A square beside each label: the fuller, the more relevant.
void append_labels(std::string& page, const RankedList& list, const Layout& layout) {
  const auto [least, greatest] =
      finite_range(list.documents, [](const auto& document) { return document.label.value_or(0); });
  std::map<int, std::string> squares;  // by how many of its ten parts are full
  for (std::size_t i = 0; i < list.documents.size(); ++i) {
    if (const std::optional<double> label = list.documents[i].label; label && std::isfinite(*label)) {
      const double relevance = greatest > least ? (*label / 2 - least / 2) / (greatest / 2 - least / 2) : 0;
      draw(squares[static_cast<int>(std::lround(10 * relevance))], "M{} {}h11v11h-11z", label_place,
           layout.row(i) - 5.5);
    }
  }
  for (const auto& [parts, path] : squares) {
    draw(page, "<path class=\"label\" fill-opacity=\"{}\" d=\"{}\"/>\n", parts / 10.0, path);
  }
}

void append_rows(std::string& page, const RankedList& list, const Layout& layout) {
  append_texts(page, list, layout, "end", names_end,
               [](const RankedDocument& document) { return fmt::format("{}", document.document); });
  if (layout.has_labels) {
    append_labels(page, list, layout);
    append_texts(page, list, layout, "labels", label_place + 17,
                 [](const RankedDocument& document) { return document.label ? readable(*document.label) : ""; });
  }
  append_texts(page, list, layout, "end", gradient_end,
               [](const RankedDocument& document) { return readable(document.gradient); });
}

// Dots and arrows of the scores, and all dots once more on the line above: ties and crowds are seen there.
void append_scores(std::string& page, const RankedList& list, const Layout& layout) {
  double steepest = 0;
  for (const RankedDocument& document : list.documents) {
    if (std::isfinite(document.gradient)) {
      steepest = std::max(steepest, std::abs(document.gradient));
    }
  }
  std::string dots;
  std::string line;
  std::string arrows;
  for (std::size_t i = 0; i < list.documents.size(); ++i) {
    const RankedDocument& document = list.documents[i];
    if (!std::isfinite(document.score)) {
      continue;
    }
    const double x = layout.score.at(document.score);
    const double y = layout.row(i);
    draw(dots, "M{} {}h0", x, y);
    draw(line, "M{} {}v12", x, first_row - 20);
    if (std::isfinite(document.gradient) && std::abs(document.gradient) > rounding * steepest) {
      const double direction = document.gradient > 0 ? -1 : 1;
      const double length = 9 + (longest_arrow - 9) * std::abs(document.gradient) / steepest;
      draw(arrows, "M{} {}h{}m{} -4l{} 4l{} 4", x + 6 * direction, y, (length - 6) * direction, -4 * direction,
           4 * direction, -4 * direction);
    }
  }
  draw(page, "<path class=\"rug\" d=\"{}\"/>\n<path class=\"arrow\" d=\"{}\"/>\n<path class=\"dot\" d=\"{}\"/>\n", line,
       arrows, dots);
}

// A bracket around each block, a diamond beside each document that is alone.
void append_blocks(std::string& page, const RankedList& list, const Layout& layout) {
  std::string brackets;
  std::string diamonds;
  for (std::size_t first = 0; first < list.documents.size();) {
    std::size_t last = first;
    while (last + 1 < list.documents.size() && list.documents[last + 1].block == list.documents[first].block) {
      ++last;
    }
    if (list.documents[first].alone) {
      draw(diamonds, "M{} {}l4 4l-4 4l-4 -4z", bracket_place + 4, layout.row(first) - 4);
    } else if (list.documents[first].block >= 0) {
      draw(brackets, "M{0} {1}h8V{2}h-8", bracket_place - 4, layout.row(first) - layout.row_height * 0.32,
           layout.row(last) + layout.row_height * 0.32);
    }
    first = last + 1;
  }
  draw(page, "<path class=\"bracket\" d=\"{}\"/>\n<path class=\"alone\" d=\"{}\"/>\n", brackets, diamonds);
}

void append_ranks(std::string& page, const RankedList& list, const Layout& layout) {
  std::string ticks;
  std::string shifts;
  std::string dots;
  for (std::size_t i = 0; i < list.documents.size(); ++i) {
    const RankedDocument& document = list.documents[i];
    const double y = layout.row(i);
    const double hard = layout.rank.at(document.hard_rank);
    draw(ticks, "M{} {}v12", hard, y - 6);
    if (document.soft_rank && std::isfinite(*document.soft_rank)) {
      // A temperature may make ranks beyond the list's.
      const double soft = std::clamp(layout.rank.at(*document.soft_rank), rank_left - 14, rank_right + 14);
      draw(shifts, "M{} {}H{}", hard, y, soft);
      draw(dots, "M{} {}h0", soft, y);
    }
  }
  draw(page, "<path class=\"shift\" d=\"{}\"/>\n<path class=\"tick\" d=\"{}\"/>\n<path class=\"dot soft\" d=\"{}\"/>\n",
       shifts, ticks, dots);
}

std::string description_of(const RankedList& list) {
  std::int64_t alone = 0;
  std::int64_t up = 0;
  std::int64_t down = 0;
  for (const RankedDocument& document : list.documents) {
    alone += document.alone ? 1 : 0;
    up += document.gradient < 0 ? 1 : 0;
    down += document.gradient > 0 ? 1 : 0;
  }
  return fmt::format("{}. Descent raises the score of {} and lowers that of {}{}. The table below has all numbers.",
                     counted(std::ssize(list.documents), "document"), up, down,
                     pools(list) ? fmt::format("; {} alone in a block", alone) : "");
}

}  // namespace

void append_list_picture(std::string& page, const RankedList& list, std::string_view id) {
  const Layout layout = layout_of(list);
  draw(page,
       "<svg class=\"picture\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"{2} {2}-text\">\n<title "
       "id=\"{2}\">"
       "Scores, {5}ranks and gradients of list {3}</title>\n<desc id=\"{2}-text\">{4}</desc>\n",
       width, layout.bottom + 4, id, list.list, description_of(list), layout.has_blocks ? "blocks, " : "");
  const auto heading = [&](double x, std::string_view anchor, std::string_view text) {
    draw(page, "<text x=\"{}\" y=\"20\" class=\"heading {}\">{}</text>\n", x, anchor, text);
  };
  heading(names_end, "end", "document");
  if (layout.has_labels) {
    heading(label_place, "", "label");
  }
  heading((layout.score_left + layout.score_right) / 2, "middle", "score, and where descent moves it");
  if (layout.has_blocks) {
    heading(bracket_place, "middle", "block");
  }
  heading((rank_left + rank_right) / 2, "middle", has_soft_ranks(list) ? "rank, hard and soft" : "rank");
  heading(gradient_end, "end", "gradient");
  append_axis(page, layout.score, layout.score_left, layout.score_right, layout.bottom, layout.score.ticks(5));
  std::vector<double> ranks;
  if (std::ssize(list.documents) == list.documents_in_all) {
    ranks.push_back(1);
  }
  for (const double tick : layout.rank.ticks(5)) {
    if (tick > 1 && tick == std::floor(tick)) {
      ranks.push_back(tick);
    }
  }
  append_axis(page, layout.rank, rank_left, rank_right, layout.bottom, ranks);
  append_rows(page, list, layout);
  if (layout.has_blocks) {
    append_blocks(page, list, layout);
  }
  append_scores(page, list, layout);
  append_ranks(page, list, layout);
  page += "</svg>\n";
}

}  // namespace ranktape::detail
