#pragma once

#include <ranktape/core/broadcast_strides.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

// Internal: what the engine itself computes (kernels.hpp), element by element, for either device.
namespace ranktape::detail {

/// The first element that is NaN or infinite; `element` is the tensor's size if there is none.
struct FirstNonFinite {
  std::int64_t element;
  double value;
};

namespace kernels {

template <class Scalar>
struct Fill {
  Scalar* to;
  Scalar value;
  constexpr void operator()(std::int64_t i) const { to[i] = value; }
};

template <class From, class To>
struct Convert {
  const From* from;
  To* to;
  constexpr void operator()(std::int64_t i) const { to[i] = static_cast<To>(from[i]); }
};

template <class Scalar>
struct AddTo {
  const Scalar* terms;
  Scalar* sums;
  constexpr void operator()(std::int64_t i) const { sums[i] += terms[i]; }
};

template <class Scalar>
struct Scale {
  Scalar* values;
  Scalar factor;
  constexpr void operator()(std::int64_t i) const { values[i] *= factor; }
};

/// A part of a sum over the axes along which a shape was broadcast: those of stride 0. Call i is element i % size of
/// part i / size. In double, in order.
template <class Scalar>
struct SumBroadcast {
  static constexpr std::int64_t terms_per_part = 256;
  const Scalar* terms;
  double* sums;
  BroadcastStrides places;  ///< of the sums, read in the terms' shape: 0 along an axis that is summed
  std::int64_t size;        ///< elements of the result
  std::int64_t count;       ///< terms of each

  constexpr void operator()(std::int64_t i) const {
    constexpr int axes = Shape::max_rank;
    const auto& [extents, strides] = places;
    std::int64_t start = 0;         // the first term's place
    std::int64_t steps[axes] = {};  // of the terms, along each axis
    std::int64_t step = 1;
    for (int axis = axes; axis-- > 0;) {
      steps[axis] = step;
      start += strides[axis] == 0 ? 0 : i % size / strides[axis] % extents[axis] * step;
      step *= extents[axis];
    }
    const std::int64_t first = i / size * terms_per_part;
    const std::int64_t last = first + terms_per_part < count ? first + terms_per_part : count;
    double sum = 0;
    for (std::int64_t term = first; term < last; ++term) {
      std::int64_t left = term;
      std::int64_t place = start;
      for (int axis = axes; axis-- > 0;) {
        if (strides[axis] == 0) {
          place += left % extents[axis] * steps[axis];
          left /= extents[axis];
        }
      }
      sum += static_cast<double>(terms[place]);
    }
    sums[i] = sum;
  }
};

/// The sum of an element's parts.
template <class Scalar>
struct SumParts {
  const double* parts;
  Scalar* to;
  std::int64_t size;
  std::int64_t count;
  constexpr void operator()(std::int64_t i) const {
    double sum = 0;
    for (std::int64_t part = 0; part < count; ++part) {
      sum += parts[part * size + i];
    }
    to[i] = static_cast<Scalar>(sum);
  }
};

/// How many elements one call of the kernels below goes through: fixed, so that sums do not depend on the device.
inline constexpr std::int64_t stretch = 1024;

/// The sum of squares of one stretch.
template <class Scalar>
struct SquaresOfStretch {
  const Scalar* values;
  std::int64_t size;
  double* sums;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t end = (i + 1) * stretch < size ? (i + 1) * stretch : size;
    double sum = 0;
    for (std::int64_t j = i * stretch; j < end; ++j) {
      sum += static_cast<double>(values[j]) * static_cast<double>(values[j]);
    }
    sums[i] = sum;
  }
};

template <class Scalar>
using BitsOf = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

/// 1 if the exponent bits are all set, as of NaN and infinity; else 0.
template <class Scalar>
constexpr BitsOf<Scalar> is_non_finite(Scalar value) {
  constexpr auto exponent = std::bit_cast<BitsOf<Scalar>>(std::numeric_limits<Scalar>::infinity());
  return (std::bit_cast<BitsOf<Scalar>>(value) & exponent) == exponent ? 1 : 0;
}

/// The first NaN or infinity of one stretch; `size` if it has none.
template <class Scalar>
struct NonFiniteOfStretch {
  const Scalar* values;
  std::int64_t size;
  std::int64_t* found;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t end = (i + 1) * stretch < size ? (i + 1) * stretch : size;
    std::int64_t first = size;
    for (std::int64_t j = end; j-- > i * stretch;) {
      first = is_non_finite(values[j]) != 0 ? j : first;
    }
    found[i] = first;
  }
};

/// The first of all stretches, with its value.
template <class Scalar>
struct FirstNonFiniteOf {
  const Scalar* values;
  std::int64_t size;
  const std::int64_t* of_stretches;
  std::int64_t count;
  FirstNonFinite* to;
  constexpr void operator()(std::int64_t) const {
    std::int64_t first = size;
    for (std::int64_t i = 0; i < count && first == size; ++i) {
      first = of_stretches[i];
    }
    *to = {first, first == size ? 0.0 : static_cast<double>(values[first])};
  }
};

}  // namespace kernels
}  // namespace ranktape::detail
