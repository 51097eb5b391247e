#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

// Internal: the strength of every list, for kernels.
namespace ranktape::detail {

struct Strengths {
  const double* inverse_each;  ///< null where it follows from the length
  double strength;
  double inverse_absolute;  ///< 0: the strength is per document
  
  static constexpr Strengths of(double strength, bool per_item) {
    return {nullptr, strength, per_item ? 0 : limited(1 / strength)};
  }

  [[nodiscard]] constexpr double inverse(std::int64_t list, std::int64_t n) const {
    if (inverse_each != nullptr) {
      return inverse_each[list];
    }
    return inverse_absolute > 0 ? inverse_absolute : limited(static_cast<double>(n) / strength);
  }

  static constexpr double limited(double inverse) { return std::min(inverse, std::numeric_limits<double>::max()); }
};

}  // namespace ranktape::detail
