#pragma once

#include <ranktape/ops/list_sums.hpp>
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

/// What divides one list's values (see inverse_temperatures), of `n` values with a standard deviation.
struct InverseOfList {
  double temperature;
  StrengthUnit unit;
  int power;

  template <class List>
  constexpr double operator()(const List& values) const {
    const auto n = static_cast<double>(values.size());
    double inverse = (unit == StrengthUnit::absolute ? 1.0 : n) / temperature;
    if (unit == StrengthUnit::spread && n > 0) {
      // A constant list has the same soft ranks at any temperature; 1 keeps its gradient finite.
      const double deviation = std::sqrt(moments(values).variance);
      const double spread = deviation > 0 ? deviation : 1.0;
      inverse = n / (temperature * spread);
      if (power == 2) {
        inverse *= inverse * (temperature / n);  // n / (t sd^2) from n / (t sd)
      }
    }
    constexpr double greatest = std::numeric_limits<double>::max();
    return inverse < greatest ? inverse : greatest;
  }
};

namespace kernels {

template <class Scalar>
struct InverseTemperature {
  const Scalar* values;
  ListOffsets lists;
  InverseOfList formula;
  ListNumbers factors;
  double* inverse;
  constexpr void operator()(std::int64_t list) const {
    InverseOfList own = formula;
    own.temperature *= factors[list];
    inverse[list] = own(ListView<const Scalar>{values + lists.begin(list), lists.size(list), 1});
  }
};

struct DivideByNumber {
  const double* of_lists;
  ListNumbers numbers;
  double* quotients;
  constexpr void operator()(std::int64_t list) const { quotients[list] = of_lists[list] / numbers[list]; }
};

/// How many terms one call of the next kernel sums.
inline constexpr std::int64_t terms_of_sum = 256;

/// Sums of stretches of `terms`; of the sums again until one is left.
struct SumTerms {
  const double* terms;
  std::int64_t count;
  double* sums;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t end = (i + 1) * terms_of_sum < count ? (i + 1) * terms_of_sum : count;
    double sum = 0;
    for (std::int64_t j = i * terms_of_sum; j < end; ++j) {
      sum += terms[j];
    }
    sums[i] = sum;
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
