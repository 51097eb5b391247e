#pragma once

#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/list_tiles.hpp>
#include <ranktape/ops/list_view.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

// Internal: temperatures of lists, and numbers that lists have, for either device.
namespace ranktape::detail {

/// A number for each list, or one for all.
struct ListNumbers {
  const double* numbers;  ///< null where all are 1
  bool each;

  constexpr double operator[](std::int64_t list) const {
    return numbers == nullptr ? 1.0 : numbers[each ? list : std::int64_t{0}];
  }
};

/// What divides one list's values (see inverse_temperatures), also by a strength.
struct InverseOfList {
  double temperature;
  StrengthUnit unit;
  int power;

  /// Of n values with a variance, which only the unit `spread` looks at.
  template <class Real>
  constexpr Real operator()(Real n, Real variance) const {
    Real inverse = (unit == StrengthUnit::absolute ? Real{1} : n) / temperature;
    if (unit == StrengthUnit::spread && n > 0) {
      // A constant list has the same soft ranks at any temperature; 1 keeps its gradient finite.
      const Real spread = variance > 0 ? std::sqrt(variance) : Real{1};
      inverse = n / (temperature * spread);
      if (power == 2) {
        inverse *= inverse * (temperature / n);  // n / (t sd^2) from n / (t sd)
      }
    }
    constexpr Real greatest = std::numeric_limits<Real>::max();
    return inverse < greatest ? inverse : greatest;
  }
  template <class List>
  constexpr double operator()(const List& values) const {
    const bool measured = unit == StrengthUnit::spread && !values.empty();
    return operator()(static_cast<double>(values.size()), measured ? moments(values).variance : 0.0);
  }
};

namespace kernels {

/// The terms of a list's mean, measured from its first value as `moments` does, so that a constant list has exactly no
/// variance.
template <class Scalar>
struct OffsetTerm {
  const Scalar* values;
  constexpr double operator()(const ScanPlace& place) const {
    return static_cast<double>(values[place.entry]) - static_cast<double>(values[place.begin]);
  }
};

/// The terms of its variance, given that sum.
template <class Scalar>
struct SquareTerm {
  const Scalar* values;
  ListOffsets lists;
  const double* offsets;
  constexpr double operator()(const ScanPlace& place) const {
    const double mean =
        static_cast<double>(values[place.begin]) + offsets[place.list] / static_cast<double>(lists.size(place.list));
    const double deviation = static_cast<double>(values[place.entry]) - mean;
    return deviation * deviation;
  }
};

struct InverseTemperature {
  ListOffsets lists;
  InverseOfList formula;
  ListNumbers factors;
  const double* squares;  ///< the sum of each list; null where the unit is not `spread`
  double* inverse;
  constexpr void operator()(std::int64_t list) const {
    InverseOfList own = formula;
    own.temperature *= factors[list];
    const auto n = static_cast<double>(lists.size(list));
    inverse[list] = own(n, squares == nullptr || n == 0 ? 0.0 : squares[list] / n);
  }
};

struct DivideByNumber {
  const double* of_lists;
  ListNumbers numbers;
  double* quotients;
  constexpr void operator()(std::int64_t list) const { quotients[list] = of_lists[list] / numbers[list]; }
};

}  // namespace kernels
}  // namespace ranktape::detail
