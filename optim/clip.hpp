#pragma once

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/source_location.hpp>

namespace ranktape {

/// Scales all gradients together by min(1, limit / (norm + 1e-6)), so that their norm is at most `limit`; returns the
/// norm that they had. Throws NumericError if that is NaN or infinite, or unless the limit is positive (infinite: only
/// looks at the norm).
double clip_by_norm(Gradients& gradients, double limit, SourceLocation where = SourceLocation::current());

/// Moves every element into [-limit, limit]. Throws NumericError unless the limit is positive.
void clip_by_value(Gradients& gradients, double limit, SourceLocation where = SourceLocation::current());

}  // namespace ranktape
