#include <ranktape/ops/rank/describe_options.hpp>

namespace ranktape {

std::string_view to_string(Regularization regularization) { return regularization == Regularization::kl ? "kl" : "l2"; }

std::string_view to_string(Direction direction) {
  return direction == Direction::descending ? "descending" : "ascending";
}

std::string_view to_string(StrengthUnit unit) {
  switch (unit) {
    case StrengthUnit::per_item: return "per_item";
    case StrengthUnit::spread: return "spread";
    case StrengthUnit::absolute: break;
  }
  return "absolute";
}

std::string_view to_string(SortingNetwork network) {
  return network == SortingNetwork::odd_even ? "odd_even" : "bitonic";
}

std::string_view to_string(Comparator comparator) {
  switch (comparator) {
    case Comparator::logistic: return "logistic";
    case Comparator::logistic_phi: return "logistic_phi";
    case Comparator::gaussian: return "gaussian";
    case Comparator::reciprocal: return "reciprocal";
    case Comparator::optimal: return "optimal";
    case Comparator::cauchy: break;
  }
  return "cauchy";
}

void describe(RecordDetails& details, const SoftRankOptions& options) {
  details.add("regularization_strength", options.regularization_strength);
  details.add_unless(Regularization::l2, "regularization", options.regularization);
  details.add_unless(Direction::ascending, "direction", options.direction);
  details.add_unless(StrengthUnit::absolute, "strength_unit", options.strength_unit);
}

namespace {

void describe_direction_and_unit(RecordDetails& details, const RelaxationOptions& options) {
  details.add_unless(Direction::ascending, "direction", options.direction);
  details.add_unless(StrengthUnit::absolute, "temperature_unit", options.temperature_unit);
}

}  // namespace

void describe(RecordDetails& details, const RelaxationOptions& options) {
  details.add("temperature", options.temperature);
  describe_direction_and_unit(details, options);
}

void detail::describe_relaxation(RecordDetails& details, const RelaxationOptions& options, const PerList& factor) {
  details.add("temperature", factor.range_text(options.temperature));
  describe_direction_and_unit(details, options);
}

}  // namespace ranktape
