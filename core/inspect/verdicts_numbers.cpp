#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

// Rules about numbers that are not finite, and gradients that are missing or zero.
namespace ranktape::detail {
namespace {

constexpr std::size_t names_shown = 3;

struct Advice {
  std::string_view operation;
  const char* action;
};

// What to do about operations of which it is known.
constexpr std::array<Advice, 7> advice = {{
    {"log", "keep its input above 0: log(x + 1e-6), or softplus for what must be positive"},
    {"log1p", "keep its input above -1"},
    {"sqrt", "keep its input above 0: sqrt(x + 1e-12), for at 0 the derivative is infinite"},
    {"divide", "keep the denominator away from 0: x / (y + 1e-6)"},
    {"reciprocal", "keep its input away from 0: 1 / (x + 1e-6)"},
    {"exp", "keep its input below 88 in float32: subtract the largest first, as softmax does, or compute in float64"},
    {"power", "keep the base above 0, and the result in the range of its type"},
}};

std::string action_for(const Inspection& inspection, const NonFiniteOrigin& origin) {
  if (origin.given) {
    return "the record is innocent: look at the parameter that it reads, spoilt by the step before or in its file, or "
           "at "
           "the cotangent that backward was given";
  }
  const RecordSummary* found = find_record(inspection, origin.record);
  const auto known = std::ranges::find_if(
      advice, [&](const Advice& one) { return found != nullptr && one.operation == found->operation; });
  return known != advice.end()
             ? known->action
             : "keep its input in the domain of the operation; backward({.check_finite = true}) stops "
               "there with an error";
}

std::string origin_text(const Inspection& inspection, const NonFiniteOrigin& origin) {
  std::string text = fmt::format("is first {} {}, element {}", origin.given ? "given to" : "made by",
                                 place_of(inspection, origin.record), origin.element);
  if (origin.input) {
    text += fmt::format(", where its input is {:.6g}", *origin.input);
  }
  if (origin.carriers == 1) {
    text += "; 1 other record only passes it on";
  } else if (origin.carriers > 1) {
    text += fmt::format("; {} other records only pass it on", origin.carriers);
  }
  return text;
}

std::optional<Verdict> non_finite_value(const Inspection& inspection) {
  if (!inspection.non_finite_value) {
    return {};
  }
  const NonFiniteOrigin& origin = *inspection.non_finite_value;
  return Verdict{.severity = Severity::error,
                 .finding = fmt::format("a value of {} {}", origin.value, origin_text(inspection, origin)),
                 .action = action_for(inspection, origin)};
}

// Gradients of values that are not finite follow from these.
std::optional<Verdict> non_finite_gradient(const Inspection& inspection) {
  if (!inspection.non_finite_gradient || inspection.non_finite_value) {
    return {};
  }
  const NonFiniteOrigin& origin = *inspection.non_finite_gradient;
  return Verdict{.severity = Severity::error,
                 .finding = fmt::format("a gradient of {} {}, though all values are finite", origin.value,
                                        origin_text(inspection, origin)),
                 .action = action_for(inspection, origin)};
}

std::string names_of(const std::vector<ParameterSummary>& parameters) {
  std::string names;
  for (std::size_t i = 0; i < std::min(parameters.size(), names_shown); ++i) {
    names += (i == 0 ? "" : ", ") + name_of(parameters[i]);
  }
  return parameters.size() > names_shown ? fmt::format("{} and {} more", names, parameters.size() - names_shown)
                                         : names;
}

bool has_gradient(const ParameterSummary& parameter) { return parameter.gradient.has_value(); }

// Whether there was a backward at all.
bool has_gradients(const Inspection& inspection) {
  return std::ranges::any_of(inspection.parameters, has_gradient) ||
         std::ranges::any_of(inspection.records,
                             [](const RecordSummary& record) { return record.gradient.has_value(); });
}

std::optional<Verdict> detached(const Inspection& inspection) {
  std::vector<ParameterSummary> without;
  std::ranges::remove_copy_if(inspection.parameters, std::back_inserter(without), has_gradient);
  if (without.empty() || !has_gradients(inspection)) {
    return {};
  }
  const bool all = without.size() == inspection.parameters.size();
  return Verdict{
      .severity = all ? Severity::error : Severity::warning,
      .finding = fmt::format("{} of {} parameters were used, but no gradient reaches them: {}", without.size(),
                             inspection.parameters.size(), names_of(without)),
      .action =
          "look between these parameters and the loss for detach, for values taken out with item or to_vector, for "
          "argsort and hard ranks, and for results that are not used"};
}

bool is_zero(const ParameterSummary& parameter) {
  return !has_gradient(parameter) || (parameter.gradient->norm == 0 && parameter.gradient->non_finite == 0);
}

std::optional<Verdict> zero_gradients(const Inspection& inspection) {
  if (std::ranges::none_of(inspection.parameters, has_gradient) ||
      !std::ranges::all_of(inspection.parameters, is_zero)) {
    return {};
  }
  return Verdict{.severity = Severity::error,
                 .finding = fmt::format("the gradients of all {} parameters are exactly 0: a step changes nothing",
                                        inspection.parameters.size()),
                 .action =
                     "look for the cause among the other findings: hard ranks (RT-G01), a constant upstream "
                     "(RT-G06), constant labels (RT-G07), dead units (RT-G13); and for factors of 0"};
}

constexpr std::array<Rule, 4> rules = {{{"RT-G19", "non-finite value", non_finite_value},
                                        {"RT-G20", "non-finite gradient", non_finite_gradient},
                                        {"RT-G21", "detached", detached},
                                        {"RT-G22", "zero gradients", zero_gradients}}};

}  // namespace

std::span<const Rule> number_rules() { return rules; }

}  // namespace ranktape::detail
