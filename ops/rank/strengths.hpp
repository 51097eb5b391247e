#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

// Internal: the strength of every list, for kernels.
namespace ranktape::detail {

struct Strengths {
  const double* inverse_each;  ///< null where it follows from the length
  double strength;
  double inverse_absolute;
  bool per_item;

  static constexpr Strengths of(double strength, bool per_item) {
    return {nullptr, strength, limited(1 / strength), per_item};
  }

  [[nodiscard]] constexpr double inverse(std::int64_t list, std::int64_t n) const {
    if (inverse_each != nullptr) {
      return inverse_each[list];
    }
    return per_item ? limited(static_cast<double>(n) / strength) : inverse_absolute;
  }

  static constexpr double limited(double inverse) { return std::min(inverse, std::numeric_limits<double>::max()); }
};

}  // namespace ranktape::detail
