#pragma once

#include <ranktape/core/inspect/details.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <string_view>

// Internal: how records tell the options that relaxations share. The softness is always told, the rest where it is not
// the usual.
namespace ranktape {

std::string_view to_string(Regularization regularization);
std::string_view to_string(Direction direction);
std::string_view to_string(StrengthUnit unit);

void describe(RecordDetails& details, const SoftRankOptions& options);
void describe(RecordDetails& details, const RelaxationOptions& options);

}  // namespace ranktape
