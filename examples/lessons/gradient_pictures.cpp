#include "chart.hpp"
#include "pictures.hpp"
#include "worked_list.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

// Lessons 4 and 7: who pushes whom, and where that leads.
namespace lessons {
namespace {

constexpr double strength = 1;
constexpr double negligible = 1e-9;

// Arrows are this many times as long as the gradient.
constexpr double arrow_scale = 5;

/// Scores on a line with an arrow for each document that descent pushes. Each has a lane above the line, the shortest
/// the lowest, so that no arrow crosses where another begins.
void draw_pushes(Svg& svg, const Axis& score, double line_y, const std::vector<double>& scores) {
  const Walk worked = walk(scores, strength);
  const auto size = [&](std::size_t document) { return std::abs(worked.gradient[document]); };
  svg.line({score.first_pixel, line_y}, {score.last_pixel, line_y}, "soft");
  for (auto block : worked.blocks) {
    double lane = line_y - 28;
    std::ranges::stable_sort(block, {}, size);
    for (const std::size_t document : block) {
      if (size(document) < negligible) continue;
      const double x = score(scores[document]);
      svg.line({x, line_y}, {x, lane}, letter(document) + " dashed");
      svg.arrow({x, lane}, {score(scores[document] - arrow_scale * worked.gradient[document]), lane}, letter(document));
      lane -= 16;
    }
  }
  for (std::size_t document = 0; document < count; ++document) {
    draw_document(svg, {score(scores[document]), line_y}, document);
  }
}

/// Below the line, from the lowest score of each block to its highest.
void draw_brackets(Svg& svg, const Axis& score, double y, const Walk& worked) {
  for (const auto& block : worked.blocks) {
    const double left = score(first_scores[block.back()]) - document_radius;
    const double right = score(first_scores[block.front()]) + document_radius;
    svg.path({{left, y}, {left, y + 7}, {right, y + 7}, {right, y}}, "ink");
    svg.text({(left + right) / 2, y + 25}, block.size() == 1 ? "alone: no push" : "one block", "ink small middle");
  }
}

}  // namespace

std::string draw_gradient_through_a_block() {
  const Walk worked = walk(first_scores, strength);
  Svg svg(
      760, 330, "The pushes inside a block",
      "Scores on a line. In the block of D, C and A, descent pushes A up by 0.17, C down by 0.03 and D down by 0.13, "
      "for a step of 1: together 0. B and E are alone in their blocks and are not pushed.");
  const Axis score = {.from = -2, .to = 3.5, .first_pixel = 24, .last_pixel = 736};
  svg.text({24, 30}, "Where descent pushes the scores (arrows: 5 times the gradient)", "ink bold");
  draw_pushes(svg, score, 128, first_scores);
  draw_brackets(svg, score, 148, worked);

  svg.text({24, 220}, "Inside the block the pushes cancel", "ink bold");
  constexpr double zero = 90;
  constexpr double length_of_one = 2900;
  svg.text({zero - 14, 252}, "up", "soft end");
  svg.text({zero - 14, 290}, "down", "soft end");
  Point up = {zero, 236};
  Point down = {zero, 274};
  for (const auto& block : worked.blocks) {
    for (const std::size_t document : block) {
      const double gradient = worked.gradient[document];
      if (std::abs(gradient) < negligible) continue;
      Point& corner = gradient < 0 ? up : down;
      const double right = corner.x + length_of_one * std::abs(gradient);
      svg.rectangle({corner.x + 1, corner.y}, {right - 1, corner.y + 24}, 4, "fill " + letter(document));
      svg.text({(corner.x + right) / 2, corner.y + 17},
               fmt::format("{} {}", letter(document), number_text(std::abs(gradient), 3)), "paper plain bold middle");
      corner.x = right;
    }
  }
  svg.line({up.x, 226}, {up.x, 308}, "soft dashed");
  svg.text({up.x + 12, 272}, "equal", "soft");
  return svg.finished();
}

std::string draw_training_step() {
  constexpr int steps = 20;
  constexpr double learning_rate = 2;
  const std::vector<std::vector<double>> scores = train(strength, learning_rate, steps);
  std::vector<Walk> walks;
  walks.reserve(scores.size());
  for (const std::vector<double>& at_step : scores) walks.push_back(walk(at_step, strength));
  Svg svg(760, 660, "Twenty steps of descent on five scores",
          "In the block of A, C and D the first step pushes A up and C and D down; after five steps A and B push each "
          "other, and C and D; after fifteen all are alone and nothing moves. Meanwhile the soft ranks of A, B, C, D, "
          "E go to "
          "5, 4, 3, 2, 1, and the loss falls from 0.54 to 0, that of the hard ranks in jumps from 0.7 to 0.");
  const Axis score = {.from = -2, .to = 3.5, .first_pixel = 110, .last_pixel = 730};
  svg.text({24, 30}, "Where descent pushes the scores (arrows: 5 times the gradient)", "ink bold");
  double line_y = 112;
  for (const std::size_t shown : std::vector<std::size_t>{0, 5, 15}) {
    draw_pushes(svg, score, line_y, scores[shown]);
    svg.text({24, line_y + 5}, fmt::format("step {}", shown), "soft");
    line_y += 84;
  }

  const Axis step = {.from = 0, .to = steps, .first_pixel = 60, .last_pixel = 360};
  const Axis rank = {.from = 0.7, .to = 5.3, .first_pixel = 600, .last_pixel = 356};
  svg.text({24, 336}, "Soft ranks", "ink bold");
  draw_vertical_axis(svg, rank, step.first_pixel, step.last_pixel, {1, 2, 3, 4, 5});
  draw_horizontal_axis(svg, step, rank.first_pixel, {0, 5, 10, 15, 20}, "step");
  for (std::size_t document = 0; document < count; ++document) {
    std::vector<Point> line;
    for (std::size_t i = 0; i < walks.size(); ++i) {
      line.push_back({step(static_cast<double>(i)), rank(walks[i].soft_ranks[document])});
    }
    svg.path(line, letter(document) + " thick");
    draw_document(svg, {line.back().x + 18, line.back().y}, document);
  }

  const Axis loss_step = {.from = 0, .to = steps, .first_pixel = 460, .last_pixel = 730};
  const Axis loss = {.from = 0, .to = 0.8, .first_pixel = 600, .last_pixel = 366};
  svg.text({424, 336}, "Loss", "ink bold");
  draw_vertical_axis(svg, loss, loss_step.first_pixel, loss_step.last_pixel, {0, 0.2, 0.4, 0.6, 0.8});
  draw_horizontal_axis(svg, loss_step, loss.first_pixel, {0, 5, 10, 15, 20}, "step");
  std::vector<Point> soft_line;
  std::vector<Point> hard_line;
  for (std::size_t i = 0; i < walks.size(); ++i) {
    const double x = loss_step(static_cast<double>(i));
    soft_line.push_back({x, loss(walks[i].loss)});
    if (i > 0) hard_line.push_back({x, hard_line.back().y});
    hard_line.push_back({x, loss(walks[i].hard_loss)});
  }
  svg.path(hard_line, "soft dashed");
  svg.path(soft_line, "ink thick");
  svg.line({loss_step(9), loss(0.7)}, {loss_step(11), loss(0.7)}, "soft dashed");
  svg.text({loss_step(11.5), loss(0.7) + 5}, "of hard ranks", "soft");
  svg.line({loss_step(9), loss(0.5)}, {loss_step(11), loss(0.5)}, "ink thick");
  svg.text({loss_step(11.5), loss(0.5) + 5}, "of soft ranks", "ink");
  return svg.finished();
}

}  // namespace lessons
