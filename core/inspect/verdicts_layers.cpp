#include <ranktape/core/inspect/escape.hpp>
#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

// Rules about the layers of a network: units, gradients, updates.
namespace ranktape::detail {
namespace {

// Of a few rows a unit may be off in all by chance.
constexpr std::int64_t several_rows = 32;
// Trained relu networks have some dead units, and are none the worse.
constexpr double many_units = 0.5;
// A gradient that shrinks or grows by this much between two layers is below the digits of a float32 beside the other,
// or drowns it. Healthy networks of up to ten layers stay within a factor of some hundreds, attention within thousands.
constexpr double far_apart = 1e5;
// About a thousandth is healthy, Adam's first steps make a tenth; a step of half of the weights forgets what they were.
constexpr double large_ratio = 0.5;
constexpr std::int64_t first_steps = 10;
// Ten times the relative spacing of float32 numbers: smaller updates are lost in rounding.
constexpr double small_ratio = 1e-6;

// Whether the record is of an activation whose units the rules may judge.
bool is_layer(const RecordSummary& record) {
  return record.units && record.shape.rank() == 2 && record.shape[0] >= several_rows && record.shape[1] >= 2;
}

double dead_share(const RecordSummary& record) {
  return is_layer(record) && record.units->limits.size() == 1 ? share_of(record.units->stuck_columns, record.shape[1])
                                                              : 0;
}

std::optional<Verdict> dead_units(const Inspection& inspection) {
  const auto worst = std::ranges::max_element(inspection.records, {}, dead_share);
  if (worst == inspection.records.end() || dead_share(*worst) < many_units) {
    return {};
  }
  return Verdict{
      .severity = dead_share(*worst) == 1 ? Severity::error : Severity::warning,
      .finding = fmt::format("{} of {} units are {} in all {} rows, where the activation is flat: no gradient passes "
                             "them, at {}",
                             worst->units->stuck_columns, worst->shape[1], worst->units->limits.front(),
                             worst->shape[0], place_of(inspection, worst->number)),
      .action =
          "look at the bias of that layer, often pushed far below zero by one large step: lower the learning rate "
          "or set clip_norm and begin anew, or take Activation::leaky_relu"};
}

double saturated_share(const RecordSummary& record) {
  return is_layer(record) && record.units->limits.size() == 2 ? share_of(record.units->at_limit, record.shape.size())
                                                              : 0;
}

std::optional<Verdict> saturated_units(const Inspection& inspection) {
  const auto worst = std::ranges::max_element(inspection.records, {}, saturated_share);
  if (worst == inspection.records.end() || saturated_share(*worst) < many_units) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("{} of the values are at {} or {}, where the activation is flat and passes less than a "
                             "hundredth of the gradient, at {}",
                             percent(saturated_share(*worst)), worst->units->limits.front(),
                             worst->units->limits.back(), place_of(inspection, worst->number)),
      .action =
          "scale the features to a deviation of 1 and begin with smaller weights (Initialization::xavier_uniform), "
          "or put layer_norm before the activation"};
}

// Biases begin at zero, and some of them cannot matter to a ranking; so layers are judged by their matrices.
bool is_matrix(const ParameterSummary& parameter) {
  return parameter.shape.rank() == 2 && parameter.gradient && parameter.gradient->norm > 0;
}

double gradient_per_weight(const ParameterSummary& parameter) {
  return parameter.gradient->norm / std::sqrt(static_cast<double>(parameter.shape.size()));
}

// The matrices of the smallest and the largest gradient per weight, and how much lies between.
struct GradientRange {
  std::vector<ParameterSummary> layers = {};
  std::ptrdiff_t smallest = 0;
  std::ptrdiff_t largest = 0;
  double ratio = 1;  ///< largest / smallest
};

GradientRange gradient_range(const Inspection& inspection) {
  GradientRange range;
  std::ranges::copy_if(inspection.parameters, std::back_inserter(range.layers), is_matrix);
  if (!range.layers.empty()) {
    const auto [smallest, largest] = std::ranges::minmax_element(range.layers, {}, gradient_per_weight);
    range.smallest = smallest - range.layers.begin();
    range.largest = largest - range.layers.begin();
    range.ratio = gradient_per_weight(*largest) / gradient_per_weight(*smallest);
  }
  return range;
}

std::string range_text(const GradientRange& range) {
  const ParameterSummary& smallest = range.layers[static_cast<std::size_t>(range.smallest)];
  const ParameterSummary& largest = range.layers[static_cast<std::size_t>(range.largest)];
  const auto steps = static_cast<double>(std::abs(range.largest - range.smallest));
  return fmt::format("{:.3g} a weight in {}, {:.3g} in {}, a factor of {:.3g} a layer", gradient_per_weight(largest),
                     name_of(largest), gradient_per_weight(smallest), name_of(smallest),
                     std::pow(range.ratio, 1 / steps));
}

std::optional<Verdict> vanishing(const Inspection& inspection) {
  const GradientRange range = gradient_range(inspection);
  if (range.ratio <= far_apart || range.smallest > range.largest) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("the gradient vanishes on its way to the front: {}", range_text(range)),
      .action =
          "take layer_norm or residual (MlpOptions), relu in place of sigmoid or tanh, or larger initial weights "
          "(Initialization::he_uniform for relu)"};
}

std::optional<Verdict> exploding(const Inspection& inspection) {
  const GradientRange range = gradient_range(inspection);
  if (range.ratio <= far_apart || range.smallest < range.largest) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("the gradient explodes on its way to the front: {}", range_text(range)),
      .action =
          "scale the features to a deviation of 1, begin with smaller weights (Initialization::xavier_uniform) or "
          "take layer_norm (MlpOptions)"};
}

bool is_matrix_of(const Inspection& inspection, const ParameterUpdate& update) {
  const auto found = std::ranges::find(inspection.parameters, update.name, &ParameterSummary::name);
  return !update.name.empty() && found != inspection.parameters.end() && found->shape.rank() == 2 &&
         update.weight_norm > 0;
}

double update_ratio(const ParameterUpdate& update) { return update.update_norm / update.weight_norm; }

std::vector<ParameterUpdate> matrix_updates(const Inspection& inspection) {
  std::vector<ParameterUpdate> updates;
  std::ranges::copy_if(inspection.history.updates, std::back_inserter(updates),
                       [&](const ParameterUpdate& update) { return is_matrix_of(inspection, update); });
  return updates;
}

std::optional<Verdict> large_updates(const Inspection& inspection) {
  const std::vector<ParameterUpdate> updates = matrix_updates(inspection);
  const auto largest = std::ranges::max_element(updates, {}, update_ratio);
  const auto& points = inspection.history.points;
  if (largest == updates.end() || update_ratio(*largest) <= large_ratio ||
      (!points.empty() && points.back().step < first_steps)) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("the last step changed '{}' by {} of its norm ({:.3g} of {:.3g}); about 0.1 % is healthy",
                             escaped(largest->name, EscapeFor::terminal), percent(update_ratio(*largest)),
                             largest->update_norm, largest->weight_norm),
      .action = fmt::format("divide the learning rate by {}", rounded(update_ratio(*largest) / 1e-3))};
}

bool loss_has_fallen(const TrainingHistory& history) {
  return history.points.size() >= 2 && history.points.back().loss < history.points.front().loss;
}

std::optional<Verdict> small_updates(const Inspection& inspection) {
  const std::vector<ParameterUpdate> updates = matrix_updates(inspection);
  const auto largest = std::ranges::max_element(updates, {}, update_ratio);
  // A schedule ends near zero, too, but then the training has learned something before.
  if (largest == updates.end() || update_ratio(*largest) >= small_ratio || loss_has_fallen(inspection.history)) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("the last step changed no layer by more than {:.2g} of its norm ('{}': {:.3g} of {:.3g}); "
                             "about 0.001 is healthy, and below 1e-7 float32 rounds it away",
                             update_ratio(*largest), escaped(largest->name, EscapeFor::terminal), largest->update_norm,
                             largest->weight_norm),
      .action = largest->update_norm == 0
                    ? std::string("look whether the optimizer has these parameters, and at the gradients (RT-G22)")
                    : fmt::format("multiply the learning rate by {}", rounded(1e-3 / update_ratio(*largest)))};
}

constexpr std::array<Rule, 6> rules = {{{"RT-G13", "dead units", dead_units},
                                        {"RT-G14", "saturated units", saturated_units},
                                        {"RT-G15", "vanishing", vanishing},
                                        {"RT-G16", "exploding", exploding},
                                        {"RT-G17", "large updates", large_updates},
                                        {"RT-G18", "small updates", small_updates}}};

}  // namespace

std::span<const Rule> layer_rules() { return rules; }

}  // namespace ranktape::detail
