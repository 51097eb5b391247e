#include "chart.hpp"
#include "pictures.hpp"
#include "worked_list.hpp"

#include <fmt/core.h>

#include <algorithm>

// Lessons 1 to 3: scores, hard ranks, soft ranks.
namespace lessons {
namespace {

constexpr double strength = 1;

}  // namespace

std::string draw_scores() {
  Svg svg(
      760, 270, "Five documents on the line of scores, and the order that their labels want",
      "From the lowest score to the highest the model puts E, A, C, D, B. The labels want E, D, C, B, A. A line joins "
      "each document's score with its place by the labels; every crossing is a pair in the wrong order.");
  const Axis score = {.from = -2, .to = 3.5, .first_pixel = 24, .last_pixel = 736};
  constexpr double line_y = 92;
  constexpr double places_y = 212;
  svg.text({24, 30}, "What the model says: scores", "ink bold");
  svg.arrow({score.first_pixel, line_y}, {score.last_pixel, line_y}, "grid");
  svg.text({score.last_pixel, line_y - 20}, "higher", "soft small end");
  svg.text({score.first_pixel, line_y - 20}, "lower", "soft small");
  const auto place = [](std::size_t document) { return 282 + 107 * labels[document]; };
  for (std::size_t document = 0; document < count; ++document) {
    svg.line({score(first_scores[document]), line_y}, {place(document), places_y}, letter(document));
  }
  for (std::size_t document = 0; document < count; ++document) {
    const Point on_line = {score(first_scores[document]), line_y};
    draw_document(svg, on_line, document);
    svg.text({on_line.x, line_y - 20}, number_text(first_scores[document], 1), "ink middle");
    draw_hollow_document(svg, {place(document), places_y}, document);
    svg.text({place(document), places_y + 32}, fmt::format("label {}", labels[document]), "soft small middle");
  }
  svg.text({24, places_y - 4}, "What the labels", "ink bold");
  svg.text({24, places_y + 14}, "say: the order", "ink bold");
  return svg.finished();
}

std::string draw_hard_rank() {
  Svg svg(760, 370, "The hard rank of A against its score: a staircase",
          "While the score of A goes from -2.5 to 4 and the others stay, its rank is 1, 2, 3, 4, 5: flat, with a jump "
          "where "
          "it passes another document. At its score of 0.3 the rank is 2 and the slope 0.");
  const Axis score = {.from = -2.5, .to = 4, .first_pixel = 70, .last_pixel = 730};
  const Axis rank = {.from = 0.3, .to = 5.3, .first_pixel = 314, .last_pixel = 44};
  draw_vertical_axis(svg, rank, score.first_pixel, score.last_pixel, {1, 2, 3, 4, 5});
  draw_horizontal_axis(svg, score, rank.first_pixel, {-2, -1, 0, 1, 2, 3, 4}, "score of A");
  svg.text({24, 30}, "The hard rank of A", "ink bold");

  const auto rank_at = [](double score_of_a) {
    std::vector<double> scores = first_scores;
    scores[0] = score_of_a;
    return walk(scores, strength).hard_ranks[0];
  };
  std::vector<double> jumps(first_scores.begin() + 1, first_scores.end());
  std::ranges::sort(jumps);
  std::vector<double> bounds = jumps;
  bounds.insert(bounds.begin(), score.from);
  bounds.push_back(score.to);
  for (std::size_t step = 0; step + 1 < bounds.size(); ++step) {
    const double height = rank(rank_at((bounds[step] + bounds[step + 1]) / 2));
    svg.line({score(bounds[step]), height}, {score(bounds[step + 1]), height}, "A thick");
  }
  for (std::size_t document = 1; document < count; ++document) {
    const double x = score(first_scores[document]);
    const double middle = rank_at(first_scores[document]);
    svg.line({x, rank(middle - 0.5)}, {x, rank(middle + 0.5)}, "A dashed");
    svg.circle({x, rank(middle)}, 4, "fill A");
    svg.line({x, rank.first_pixel}, {x, rank(middle - 0.5)}, "grid");
    draw_hollow_document(svg, {x, rank.first_pixel - 19}, document);
  }
  const Point now = {score(first_scores[0]), rank(rank_at(first_scores[0]))};
  draw_document(svg, now, 0);
  svg.text({score(jumps[1]) - 10, now.y + 28}, "slope 0: a small", "ink end");
  svg.text({score(jumps[1]) - 10, now.y + 46}, "step changes nothing", "ink end");
  svg.text({score(2.9) - 12, rank(4.5) + 5}, "level with B: the mean rank, 4.5", "ink end");
  return svg.finished();
}

std::string draw_soft_rank_and_blocks() {
  const Walk worked = walk(first_scores, strength);
  Svg svg(
      760, 400, "Soft ranks of the list, made by pooling",
      "Left: s minus rho for B, D, C, A, E. From D to A it rises, so these three pool and share their mean, -2.23; B "
      "and E are blocks of their own. Right: hard ranks 5, 4, 3, 2, 1 become soft ranks 5, 3.43, 3.03, 2.53, 1.");
  const Axis place = {.from = 0, .to = 4, .first_pixel = 95, .last_pixel = 435};
  const Axis height = {.from = -3, .to = -1.5, .first_pixel = 300, .last_pixel = 64};
  svg.text({24, 30}, "d = s − rho, and the mean v of each block", "ink bold");
  draw_vertical_axis(svg, height, 58, 460, {-3, -2.5, -2, -1.5});
  std::size_t position = 0;
  std::vector<Point> points;
  for (const auto& block : worked.blocks) {
    const double v = first_scores[block[0]] / strength - worked.soft_ranks[block[0]];
    const double left = place(static_cast<double>(position)) - 26;
    const double right = place(static_cast<double>(position + block.size() - 1)) + 26;
    svg.rectangle({left, height.last_pixel - 8}, {right, height.first_pixel + 34}, 8, "fill tint");
    svg.rectangle({left, height.last_pixel - 8}, {right, height.first_pixel + 34}, 8, "line grid");
    svg.line({left, height(v)}, {right, height(v)}, "ink thick");
    svg.text({(left + right) / 2, height.first_pixel + 54}, number_text(v, 2), "ink middle");
    for (const std::size_t document : block) {
      const double rho = static_cast<double>(count - position);
      const Point point = {place(static_cast<double>(position)), height(first_scores[document] / strength - rho)};
      svg.line(point, {point.x, height(v)}, letter(document) + " dashed");
      points.push_back(point);
      svg.text({point.x, height.first_pixel + 24}, fmt::format("rho {}", rho), "soft small plain middle");
      draw_document(svg, point, document);
      ++position;
    }
  }
  svg.text({50, height.first_pixel + 54}, "v", "soft end");
  svg.text({place(2), height(-2.7)}, "d rises here,", "ink small plain middle");
  svg.text({place(2), height(-2.7) + 16}, "so the three pool", "ink small plain middle");
  svg.text({place(2), height.first_pixel + 80}, "in the order of the scores, the highest first", "soft middle");

  const Axis rank = {.from = 1, .to = 5, .first_pixel = 300, .last_pixel = 64};
  constexpr double hard_x = 560;
  constexpr double soft_x = 680;
  svg.text({520, 30}, "Ranks", "ink bold");
  draw_vertical_axis(svg, rank, 530, soft_x, {1, 2, 3, 4, 5});
  for (std::size_t document = 0; document < count; ++document) {
    const Point hard = {hard_x, rank(worked.hard_ranks[document])};
    const Point soft = {soft_x, rank(worked.soft_ranks[document])};
    svg.line(hard, soft, letter(document));
    draw_hollow_document(svg, hard, document);
    draw_document(svg, soft, document);
    svg.text({soft_x + 20, soft.y + 5}, number_text(worked.soft_ranks[document], 2), "ink small");
  }
  svg.text({hard_x, 334}, "hard", "soft middle");
  svg.text({soft_x, 334}, "soft: s − v", "soft middle");
  return svg.finished();
}

}  // namespace lessons
