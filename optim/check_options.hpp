#pragma once

#include <ranktape/core/fail.hpp>

#include <cmath>

// Internal: checks of options, with one wording for all of them.
namespace ranktape::detail {

inline void check_not_negative(SourceLocation where, const char* owner, const char* option, double value) {
  if (!(value >= 0) || std::isinf(value)) {
    fail<NumericError>(where, owner, "{} is {}; it must be finite and at least 0", option, value);
  }
}

inline void check_positive(SourceLocation where, const char* owner, const char* option, double value) {
  if (!(value > 0) || std::isinf(value)) {
    fail<NumericError>(where, owner, "{} is {}; it must be finite and above 0", option, value);
  }
}

/// For what decays or is a probability: 0 <= value < 1.
inline void check_fraction(SourceLocation where, const char* owner, const char* option, double value) {
  if (!(value >= 0 && value < 1)) {
    fail<NumericError>(where, owner, "{} is {}; it must be at least 0 and below 1", option, value);
  }
}

}  // namespace ranktape::detail
