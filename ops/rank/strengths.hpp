#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

// Internal: the strength of every list, for kernels.
namespace ranktape::detail {

struct Strengths {
  const double* inverse_each;  ///< null where it follows from the length
  double strength;
  bool per_item;

  [[nodiscard]] constexpr double inverse(std::int64_t list, std::int64_t n) const {
    if (inverse_each != nullptr) {
      return inverse_each[list];
    }
    return std::min((per_item ? static_cast<double>(n) : 1.0) / strength, std::numeric_limits<double>::max());
  }
};

}  // namespace ranktape::detail
