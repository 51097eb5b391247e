#pragma once

#include <limits>

namespace ranktape::detail {

/// The least and the greatest of some numbers.
struct Extremes {
  double least = std::numeric_limits<double>::infinity();
  double greatest = -std::numeric_limits<double>::infinity();
  constexpr Extremes& operator+=(const Extremes& other) {
    least = other.least < least ? other.least : least;
    greatest = other.greatest > greatest ? other.greatest : greatest;
    return *this;
  }
  /// At least two of them differ.
  [[nodiscard]] constexpr bool differ() const { return least < greatest; }
};

}  // namespace ranktape::detail
