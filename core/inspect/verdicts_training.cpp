#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

// Rules about how a training went.
namespace ranktape::detail {
namespace {

// In fewer steps a small learning rate may have done little.
constexpr std::size_t points_to_judge = 100;
// The batches' losses differ; where the means are no surer than this, a slow fall may hide in it, and nothing is said.
constexpr double sure = 0.005;
// A fall by less than a thousandth is none, however sure.
constexpr double fallen = 1e-3;
// A loss that rose by half, with no late step as low as the highest early one, goes the wrong way.
constexpr double risen = 0.5;
// Gradients of ranks that harden grow, and those of models that have learned have long tails; but step by step they
// stay within a few times of the largest before.
constexpr double jump = 20;
constexpr std::ptrdiff_t points_before_jump = 10;
// As the program's own warning: measured on losses blind to the scale of the scores, which let it shrink.
constexpr double shrunk = 0.1;
constexpr std::size_t points_of_scale = 5;

bool is_finite(const HistoryPoint& point) { return std::isfinite(point.loss) && std::isfinite(point.gradient_norm); }

struct Losses {
  double lowest = 0;
  double highest = 0;
  double mean = 0;
  double error = 0;  ///< standard error of the mean
};

Losses losses_of(std::span<const HistoryPoint> points) {
  const auto n = static_cast<double>(points.size());
  Losses of = {.lowest = std::ranges::min(points, {}, &HistoryPoint::loss).loss,
               .highest = std::ranges::max(points, {}, &HistoryPoint::loss).loss};
  for (const HistoryPoint& point : points) {
    of.mean += point.loss / n;
  }
  for (const HistoryPoint& point : points) {
    of.error += std::pow(point.loss - of.mean, 2);
  }
  of.error = std::sqrt(of.error / (n * (n - 1)));
  return of;
}

std::optional<Verdict> stuck_loss(const Inspection& inspection) {
  const std::span<const HistoryPoint> points = inspection.history.points;
  if (points.size() < points_to_judge || !std::ranges::all_of(points, is_finite)) {
    return {};
  }
  const Losses first = losses_of(points.first(points.size() / 10));
  const Losses last = losses_of(points.last(points.size() / 4));
  const double error = std::hypot(first.error, last.error);
  const double rise = last.mean - first.mean;
  const std::string between = fmt::format("from {:.4g} in the first {} steps that were kept to {:.4g} in the last {}",
                                          first.mean, points.size() / 10, last.mean, points.size() / 4);
  if (rise > risen * std::abs(first.mean) && last.lowest > first.highest) {
    return Verdict{.severity = Severity::error,
                   .finding = "the loss rises, " + between,
                   .action = "divide the learning rate by 10, or set clip_norm"};
  }
  if (error > sure * std::abs(first.mean) || rise < -std::max(error, fallen * std::abs(first.mean))) {
    return {};
  }
  return Verdict{.finding = "the loss does not fall, " + between,
                 .action =
                     "look for the cause among the other findings; if there is none, multiply the learning rate by "
                     "10, and try to learn a single batch by heart"};
}

std::optional<Verdict> gradient_jump(const Inspection& inspection) {
  const std::span<const HistoryPoint> points = inspection.history.points;
  if (std::ssize(points) <= points_before_jump || !std::ranges::all_of(points, is_finite)) {
    return {};
  }
  double largest = 0;
  for (std::ptrdiff_t i = 0; i < std::ssize(points); ++i) {
    const HistoryPoint& point = points[static_cast<std::size_t>(i)];
    if (i >= points_before_jump && largest > 0 && point.gradient_norm > jump * largest) {
      return Verdict{.finding = fmt::format("the gradient's norm jumps to {:.3g} in step {}, {:.3g} times the largest "
                                            "before, {:.3g}",
                                            point.gradient_norm, point.step, point.gradient_norm / largest, largest),
                     .action = fmt::format("set clip_norm={}", rounded(largest))};
    }
    largest = std::max(largest, point.gradient_norm);
  }
  return {};
}

std::optional<Verdict> collapsing_scores(const Inspection& inspection) {
  std::vector<HistoryPoint> known;
  std::ranges::copy_if(inspection.history.points, std::back_inserter(known),
                       [](const HistoryPoint& point) { return point.score_deviation.has_value(); });
  if (known.size() < points_of_scale || *known.back().score_deviation >= shrunk * *known.front().score_deviation) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("the scores shrink: within a list they deviate by {:.2g} in step {}, by {:.2g} in step {}",
                             *known.front().score_deviation, known.front().step, *known.back().score_deviation,
                             known.back().step),
      .action =
          "take a loss that sees the scale of the scores (Normalization::hard_ranks), less weight_decay or a lower "
          "learning rate"};
}

std::optional<Verdict> broken_training(const Inspection& inspection) {
  const auto& points = inspection.history.points;
  const auto broken = std::ranges::find_if_not(points, is_finite);
  if (broken == points.end()) {
    return {};
  }
  const bool from_the_first = broken == points.begin();
  return Verdict{
      .severity = Severity::error,
      .finding = fmt::format("in step {} the loss is {:.4g} and the gradient's norm {:.4g}{}", broken->step,
                             broken->loss, broken->gradient_norm,
                             from_the_first ? std::string()
                                            : fmt::format("; before, the loss was {:.4g} and the norm {:.4g}",
                                                          std::prev(broken)->loss, std::prev(broken)->gradient_norm)),
      .action = from_the_first
                    ? "look at the features for NaN and numbers that are too large; backward({.check_finite = "
                      "true}) names the operation"
                    : "divide the learning rate by 10 or set clip_norm; backward({.check_finite = true}) names "
                      "the operation"};
}

constexpr std::array<Rule, 4> rules = {{{"RT-G23", "stuck loss", stuck_loss},
                                        {"RT-G24", "gradient jump", gradient_jump},
                                        {"RT-G25", "collapsing scores", collapsing_scores},
                                        {"RT-G26", "broken training", broken_training}}};

}  // namespace

std::span<const Rule> training_rules() { return rules; }

}  // namespace ranktape::detail
