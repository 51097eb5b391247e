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

void describe(RecordDetails& details, const SoftRankOptions& options) {
  details.add("regularization_strength", options.regularization_strength);
  details.add_unless(Regularization::l2, "regularization", options.regularization);
  details.add_unless(Direction::ascending, "direction", options.direction);
  details.add_unless(StrengthUnit::absolute, "strength_unit", options.strength_unit);
}

void describe(RecordDetails& details, const RelaxationOptions& options) {
  details.add("temperature", options.temperature);
  details.add_unless(Direction::ascending, "direction", options.direction);
  details.add_unless(StrengthUnit::absolute, "temperature_unit", options.temperature_unit);
}

}  // namespace ranktape
