#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

// Rules about how a training went.
namespace ranktape::detail {
namespace {

// Fewer points of a slow training may look flat.
constexpr std::int64_t points_to_judge = 50;
constexpr std::int64_t points_at_first = 10;
// The batches' losses differ; where their mean is no surer than this, nothing is said.
constexpr double sure = 0.025;
// A loss that rose by half, and by more than chance (standard errors), goes the wrong way.
constexpr double risen = 0.5;
constexpr double chance = 4;
// Gradients of soft ranks have long tails: ten times the median is common, a hundred times is an accident.
constexpr double jump = 100;
constexpr std::int64_t points_before_jump = 20;
// As the program's own warning: measured on losses blind to the scale of the scores, which let it shrink.
constexpr double shrunk = 0.1;
constexpr std::size_t points_of_scale = 5;

bool is_finite(const HistoryPoint& point) { return std::isfinite(point.loss) && std::isfinite(point.gradient_norm); }

// Mean of losses, with its standard error.
struct LossMean {
  double mean = 0;
  double error = 0;
};

LossMean loss_mean(std::span<const HistoryPoint> points) {
  const auto n = static_cast<double>(points.size());
  LossMean of;
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
  if (std::ssize(points) < points_to_judge || !std::ranges::all_of(points, is_finite)) {
    return {};
  }
  const LossMean first = loss_mean(points.first(static_cast<std::size_t>(points_at_first)));
  const LossMean last = loss_mean(points.last(points.size() / 4));
  const double error = std::hypot(first.error, last.error);
  const double rise = last.mean - first.mean;
  const std::string between = fmt::format("from {:.4g} in the first {} steps that were kept to {:.4g} in the last {}",
                                          first.mean, points_at_first, last.mean, points.size() / 4);
  if (rise > risen * std::abs(first.mean) && rise > chance * error) {
    return Verdict{.severity = Severity::error,
                   .finding = "the loss rises, " + between,
                   .action = "divide the learning rate by 10, or set clip_norm"};
  }
  if (error > sure * std::abs(first.mean) || rise < -error) {
    return {};
  }
  return Verdict{.finding = "the loss does not fall, " + between,
                 .action =
                     "look for the cause among the other findings; if there is none, multiply the learning rate by "
                     "10, and try to learn a single batch by heart"};
}

std::optional<Verdict> gradient_jump(const Inspection& inspection) {
  std::vector<double> norms;
  for (const HistoryPoint& point : inspection.history.points) {
    norms.push_back(point.gradient_norm);
  }
  if (std::ssize(norms) < points_before_jump || !std::ranges::all_of(inspection.history.points, is_finite)) {
    return {};
  }
  const double median = median_of(norms);
  const auto largest = std::ranges::max_element(norms);
  if (median <= 0 || *largest <= jump * median) {
    return {};
  }
  const HistoryPoint& point = inspection.history.points[static_cast<std::size_t>(largest - norms.begin())];
  return Verdict{
      .finding = fmt::format("the gradient's norm jumps to {:.3g} in step {}, {:.3g} times the median of {:.3g}",
                             *largest, point.step, *largest / median, median),
      .action = fmt::format("set clip_norm={}, ten medians", rounded(10 * median))};
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
