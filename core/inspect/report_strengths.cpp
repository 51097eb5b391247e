#include <ranktape/core/inspect/report_drawing.hpp>
#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

// What the strength does to a list: its soft ranks at nine strengths, and its gaps beside the strength at hand.
namespace ranktape::detail {
namespace {

constexpr double panel = 96;
constexpr double gap = 12;
constexpr double panel_height = 84;

// The factor nearest to 1 is the strength at hand.
std::size_t current_of(const std::vector<StrengthStep>& steps) {
  const auto distance = [](const StrengthStep& step) { return std::abs(std::log(step.factor)); };
  return static_cast<std::size_t>(
      std::min_element(steps.begin(), steps.end(),
                       [&](const auto& a, const auto& b) { return distance(a) < distance(b); }) -
      steps.begin());
}

// Two digits, in full.
std::string factor_text(double factor) {
  return factor >= 100 ? fmt::format("{:.0f}", factor) : fmt::format("{:.2g}", factor);
}

// The line of the hard ranks, the same in every panel.
std::string hard_line(const RankedList& list, const Axis& rank, const Axis& row) {
  std::string line = "M";
  for (std::size_t i = 0; i < list.documents.size(); ++i) {
    draw(line, "{}{} {}", i == 0 ? "" : "L", rank.at(list.documents[i].hard_rank), row.at(static_cast<double>(i)));
  }
  return line;
}

void append_panel(std::string& page, const StrengthStep& step, const Axis& rank, const Axis& row, bool is_current) {
  std::string soft;
  for (std::size_t i = 0; i < step.soft_ranks.size(); ++i) {
    if (std::isfinite(step.soft_ranks[i])) {
      draw(soft, "M{} {}h0", std::clamp(rank.at(step.soft_ranks[i]), 4.0, panel - 4), row.at(static_cast<double>(i)));
    }
  }
  draw(page, "<rect class=\"panel{}\" x=\"1\" y=\"1\" width=\"{}\" height=\"{}\" rx=\"3\"/>\n",
       is_current ? " current" : "", panel - 2, panel_height - 2);
  draw(page, "<path class=\"dot small\" d=\"{}\"/>\n", soft);
  draw(page, "<text x=\"{}\" y=\"{}\"{}>{} {}</text>\n", panel / 2, panel_height + 18,
       is_current ? " class=\"heading\"" : "", is_current ? "now" : "\u00D7",
       is_current ? "" : factor_text(step.factor));
}

void append_gradient_share(std::string& page, const StrengthStep& step) {
  draw(page, "<text x=\"{}\" y=\"{}\">{} %</text>\n", panel / 2, panel_height + 34,
       fmt::format("{:.0f}", 100 * step.gradient_share));
}

std::string description_of(const RankedList& list) {
  std::string steps;
  for (const StrengthStep& step : list.strengths) {
    append(steps, "{}times {}: ", steps.empty() ? "" : "; ", factor_text(step.factor));
    if (pools(list)) {
      append(steps, "{:.0f} %", 100 * step.gradient_share);
    } else {
      const auto [least, greatest] = finite_range(step.soft_ranks, [](double rank) { return rank; });
      append(steps, "{} to {}", readable(least), readable(greatest));
    }
  }
  return fmt::format("{}, {}.",
                     pools(list) ? "Share of the documents that share a block" : "The least and the greatest soft rank",
                     steps);
}

void append_panels(std::string& page, const RankedList& list, std::string_view id) {
  const double width = static_cast<double>(list.strengths.size()) * (panel + gap) - gap;
  const std::size_t current = current_of(list.strengths);
  draw(page,
       "<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing of other {4}\">\n<svg "
       "class=\"picture\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"{2} {2}-text\">\n<title "
       "id=\"{2}\">Soft ranks "
       "at other {4}</title>\n<desc id=\"{2}-text\">{3}</desc>\n",
       width, panel_height + (pools(list) ? 42 : 26), id, description_of(list),
       pools(list) ? "strengths" : "temperatures");
  const Axis rank(1, static_cast<double>(std::max<std::int64_t>(list.documents_in_all, 2)), 10, panel - 10);
  const Axis row(0, std::max(1.0, static_cast<double>(list.documents.size()) - 1), 10, panel_height - 10);
  draw(page, "<defs><path id=\"{}-hard\" class=\"shift\" d=\"{}\"/></defs>\n", id, hard_line(list, rank, row));
  for (std::size_t i = 0; i < list.strengths.size(); ++i) {
    draw(page, "<g class=\"middle\" transform=\"translate({} 0)\"><use href=\"#{}-hard\"/>\n",
         static_cast<double>(i) * (panel + gap), id);
    append_panel(page, list.strengths[i], rank, row, i == current);
    if (pools(list)) {
      append_gradient_share(page, list.strengths[i]);
    }
    page += "</g>\n";
  }
  append(
      page,
      "</svg>\n</div>\n<figcaption>Each panel has the same documents from top to bottom and their soft ranks from "
      "left to right; the line is where the hard ranks are. {}</figcaption>\n</figure>\n",
      pools(list)
          ? "Dots on the line: hard ranks. Dots beside it: documents of blocks, the nearer to one column the softer. "
            "The percentage is of the documents that share a block: no other gets a gradient."
          : "Dots on the line: the ranks are all but hard, and hardly a gradient is left. Dots near one "
            "column: the ranks hardly tell the documents apart.");
}

// How many gaps there are in each of some stretches of their logarithm, and where the strength is among them.
void append_gaps(std::string& page, const RankedList& list, std::string_view id) {
  constexpr double width = 960;
  constexpr double bottom = 70;
  constexpr std::size_t bins = 48;
  std::vector<double> powers;
  for (const double gap_size : list.gaps) {
    if (gap_size > 0 && std::isfinite(gap_size)) {
      powers.push_back(std::log10(gap_size));
    }
  }
  if (powers.empty() || !(list.strength > 0) || !std::isfinite(list.strength)) {
    return;
  }
  const double mark = std::log10(list.strength);
  const auto [least, greatest] = std::minmax_element(powers.begin(), powers.end());
  const double from = std::floor(std::min(*least, mark) - 0.1);
  const double to = std::ceil(std::max(*greatest, mark) + 0.1);
  const Axis place(from, to, 16, width - 16);
  std::vector<int> counts(bins);
  for (const double power : powers) {
    ++counts[std::min(bins - 1, static_cast<std::size_t>((power - from) / (to - from) * bins))];
  }
  const double most = *std::max_element(counts.begin(), counts.end());
  std::string bars;
  for (std::size_t i = 0; i < bins; ++i) {
    if (counts[i] > 0) {
      const double x = place.at(from + (static_cast<double>(i) + 0.5) * (to - from) / bins);
      draw(bars, "M{} {}v{}", x, bottom, -4 - 40 * counts[i] / most);
    }
  }
  const auto above =
      std::count_if(list.gaps.begin(), list.gaps.end(), [&](double size) { return size > list.strength; });
  draw(page,
       "<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing of the gaps\">\n<svg "
       "class=\"picture\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"{2} {2}-text\">\n<title "
       "id=\"{2}\">Gaps between neighbouring scores, and the {5}</title>\n<desc id=\"{2}-text\">{3} of the gaps "
       "are wider "
       "than the {5} {4}.</desc>\n",
       width, bottom + 26, id, share(above, std::ssize(list.gaps)), readable(list.strength), strength_name(list));
  draw(page, "<path class=\"axis\" d=\"M16 {}H{}\"/>\n<path class=\"gaps\" d=\"{}\"/>\n", bottom, width - 16, bars);
  const int step = std::max(1, static_cast<int>((to - from) / 8));
  for (int power = static_cast<int>(from); power <= static_cast<int>(to); power += step) {
    draw(page, "<text x=\"{}\" y=\"{}\" class=\"middle\">1e{}</text>\n", place.at(power), bottom + 18, power);
  }
  const double x = place.at(mark);
  draw(page,
       "<path class=\"mark\" d=\"M{} 18V{}\"/>\n<text x=\"{}\" y=\"14\" class=\"heading {}\">{} "
       "{}</text>\n",
       x, bottom, x, x > width / 2 ? "end" : "", strength_name(list), readable(list.strength));
  const auto ties = std::ranges::count(list.gaps, 0.0);
  append(
      page,
      "</svg>\n</div>\n<figcaption>Gaps between neighbouring scores, small ones at the left. {} of them are wider "
      "than the {}: {}.{}</figcaption>\n</figure>\n",
      share(above, std::ssize(list.gaps)), strength_name(list),
      pools(list) ? "much wider gaps never pool" : "across much wider ones comparisons are all but hard",
      ties == 0 ? "" : fmt::format(" {} are 0, of ties, and have no place here.", share(ties, std::ssize(list.gaps))));
}

}  // namespace

void append_strength_pictures(std::string& page, const RankedList& list, std::string_view id) {
  if (list.strengths.empty()) {
    return;
  }
  append(page, "<h4>What the {} does</h4>\n", strength_name(list));
  append_panels(page, list, id);
  append_gaps(page, list, fmt::format("{}-gaps", id));
}

}  // namespace ranktape::detail
