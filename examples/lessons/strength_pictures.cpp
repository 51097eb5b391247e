#include "chart.hpp"
#include "pictures.hpp"
#include "worked_list.hpp"

#include <fmt/core.h>

#include <cmath>

// Lessons 5 and 6: the list with other strengths, and with two equal scores.
namespace lessons {
namespace {

/// In sorted order from top to bottom, a box around each block.
void draw_blocks(Svg& svg, double x, double top, const std::vector<std::vector<std::size_t>>& blocks) {
  constexpr double row = 22;
  double y = top;
  for (const auto& block : blocks) {
    const double bottom = y + row * static_cast<double>(block.size());
    svg.rectangle({x - 15, y + 1}, {x + 15, bottom - 1}, 9, block.size() == 1 ? "line grid" : "fill tint");
    if (block.size() > 1) svg.rectangle({x - 15, y + 1}, {x + 15, bottom - 1}, 9, "line ink");
    for (const std::size_t document : block) {
      svg.text({x, y + 16}, letter(document), letter(document) + " plain bold small middle");
      y += row;
    }
  }
}

}  // namespace

std::string draw_strength() {
  constexpr int strengths = 9;
  Svg svg(760, 500, "The same list with nine strengths",
          "Soft ranks against strength, from 0.1 to 10. Below 0.4 all ranks are hard, 5 to 1, and all documents alone. "
          "From "
          "0.56 on D, C and A are one block, from 1.08 on all five, and then all ranks close in on 3.");
  const Axis strength = {.from = 0.1, .to = 10, .first_pixel = 124, .last_pixel = 700, .logarithmic = true};
  const Axis rank = {.from = 0.8, .to = 5.2, .first_pixel = 290, .last_pixel = 46};
  svg.text({24, 30}, "Soft ranks", "ink bold");
  draw_vertical_axis(svg, rank, 72, 720, {1, 2, 3, 4, 5});
  constexpr int samples = 200;
  for (std::size_t document = 0; document < count; ++document) {
    std::vector<Point> line;
    for (int sample = 0; sample <= samples; ++sample) {
      const double t = 0.1 * std::pow(100, static_cast<double>(sample) / samples);
      line.push_back({strength(t), rank(walk(first_scores, t).soft_ranks[document])});
    }
    svg.path(line, letter(document) + " thick");
    draw_document(svg, {line.front().x - 26, line.front().y}, document);
  }

  svg.text({24, 360}, "Blocks", "ink bold");
  for (int i = 0; i < strengths; ++i) {
    const double t = 0.1 * std::pow(10, i / 4.0);
    const Walk worked = walk(first_scores, t);
    svg.line({strength(t), rank.first_pixel}, {strength(t), rank.first_pixel + 6}, "soft");
    svg.text({strength(t), rank.first_pixel + 22}, fmt::format("{:.2g}", t), "soft small middle");
    for (std::size_t document = 0; document < count; ++document) {
      svg.circle({strength(t), rank(worked.soft_ranks[document])}, 4.5, "fill " + letter(document));
    }
    draw_blocks(svg, strength(t), 344, worked.blocks);
  }
  svg.text({strength(0.1778), 482}, "all alone: hard ranks, no gradient", "soft small middle");
  svg.text({strength(4.217), 482}, "one block: linear ranks", "soft small middle");
  svg.line({72, rank.first_pixel}, {720, rank.first_pixel}, "soft");
  svg.text({400, rank.first_pixel + 42}, "strength t", "soft middle");
  return svg.finished();
}

std::string draw_ties() {
  constexpr double strength = 0.2;
  Svg svg(
      760, 350, "C passes D: the soft ranks meet where the scores do",
      "The score of C goes from 0.6 to 1.8 while D stays at 1.2. Hard ranks jump there: C from 3 to 4, D from 4 to 3. "
      "Soft ranks with strength 0.2 change evenly while the scores are within 0.2, and both are 3.5 where they are "
      "equal.");
  const Axis score = {.from = 0.6, .to = 1.8, .first_pixel = 70, .last_pixel = 700};
  const Axis rank = {.from = 2.7, .to = 4.3, .first_pixel = 296, .last_pixel = 50};
  constexpr std::size_t c = 2;
  constexpr std::size_t d = 3;
  const auto walk_at = [](double score_of_c) {
    std::vector<double> scores = first_scores;
    scores[c] = score_of_c;
    return walk(scores, strength);
  };
  const double met = first_scores[d];
  svg.rectangle({score(met - strength), rank.last_pixel}, {score(met + strength), rank.first_pixel}, 0, "fill tint");
  draw_vertical_axis(svg, rank, score.first_pixel, score.last_pixel, {3, 3.5, 4});
  draw_horizontal_axis(svg, score, rank.first_pixel, {0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8}, "score of C; that of D is 1.2");
  svg.text({24, 30}, "The ranks of C and D", "ink bold");
  svg.text({score(met), rank.last_pixel + 20}, "one block", "ink plain middle");
  for (const std::size_t document : {c, d}) {
    const double before = walk_at(0.9).hard_ranks[document];
    const double after = walk_at(1.5).hard_ranks[document];
    std::vector<Point> soft;
    constexpr int samples = 120;
    for (int sample = 0; sample <= samples; ++sample) {
      const double x = score.from + (score.to - score.from) * sample / samples;
      soft.push_back({score(x), rank(walk_at(x).soft_ranks[document])});
    }
    svg.path({{score(score.from), rank(before)},
              {score(met), rank(before)},
              {score(met), rank(after)},
              {score(score.to), rank(after)}},
             letter(document) + " dashed");
    svg.path(soft, letter(document) + " thick");
    draw_document(svg, {score.last_pixel + 18, rank(after)}, document);
    draw_document(svg, {score.first_pixel + 18, rank(before)}, document);
  }
  const Walk meeting = walk_at(met);
  const Point tie = {score(met), rank(meeting.soft_ranks[c])};
  svg.circle(tie, 6, "fill ink");
  svg.text({tie.x + 100, tie.y - 8}, "equal scores: both " + number_text(meeting.soft_ranks[c], 1), "ink");
  svg.line({tie.x + 8, tie.y}, {tie.x + 94, tie.y - 10}, "ink");
  svg.text({score(0.64), rank(3.5) - 10}, "dashed: hard ranks", "soft");
  svg.text({score(0.64), rank(3.5) + 22}, "solid: soft ranks, t = 0.2", "soft");
  return svg.finished();
}

}  // namespace lessons
