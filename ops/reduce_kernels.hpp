#pragma once

#include <ranktape/ops/list_tiles.hpp>
#include <ranktape/ops/list_view.hpp>

#include <cstdint>

// Internal: formulas of lists (reduce_formulas.hpp, normalise_formulas.hpp) as kernels, one call per list.
namespace ranktape::detail::kernels {

template <class Scalar>
struct ElementTerm {
  const Scalar* x;
  constexpr double operator()(const ScanPlace& place) const { return static_cast<double>(x[place.entry]); }
};

template <class Scalar, class Formula>
struct Reduce {
  const Scalar* x;
  Scalar* y;
  ListPlaces places;
  Formula formula;
  constexpr void operator()(std::int64_t list) const {
    y[list] = static_cast<Scalar>(formula.value(places.list(x, list)));
  }
};

/// The gradient of a list's elements: that of its value times the derivative by each.
template <class List, class Scalar, class Derivative>
constexpr void write_gradient(const List& to, Scalar gradient, const Derivative& derivative) {
  for (std::size_t k = 0; k < to.size(); ++k) {
    to[k] = static_cast<Scalar>(static_cast<double>(gradient) * derivative(k));
  }
}

template <class Scalar, class Formula>
struct ReduceGradient {
  const Scalar* x;  ///< not read where the formula needs no input
  const Scalar* gradient;
  Scalar* to;
  ListPlaces places;
  Formula formula;
  constexpr void operator()(std::int64_t list) const {
    const auto result = places.list(to, list);
    if (result.empty()) {
      return;
    }
    if constexpr (Formula::saves_input) {
      write_gradient(result, gradient[list], formula.derivative(places.list(x, list)));
    } else {
      write_gradient(result, gradient[list], formula.derivative(result.size()));
    }
  }
};

/// A list of contiguous elements from its sum.
template <class Scalar, class Formula>
struct ReduceSum {
  const double* sums;
  ListOffsets lists;
  Scalar* y;
  Formula formula;
  constexpr void operator()(std::int64_t list) const {
    y[list] = static_cast<Scalar>(formula.of_sum(sums[list], static_cast<std::size_t>(lists.size(list))));
  }
};

/// The gradient of one element of such a list.
template <class Scalar, class Formula>
struct SpreadGradient {
  const Scalar* gradient;
  Scalar* to;
  ListOffsets lists;
  Formula formula;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const auto size = static_cast<std::size_t>(lists.size(list));
    to[i] = static_cast<Scalar>(static_cast<double>(gradient[list]) * formula.derivative(size)(0));
  }
};

/// A list of a list.
template <class Scalar, class Formula>
struct Normalise {
  const Scalar* x;
  Scalar* y;
  ListPlaces places;
  Formula formula;
  constexpr void operator()(std::int64_t list) const {
    const auto result = places.list(y, list);
    if (!result.empty()) {
      formula.value(places.list(x, list), result);
    }
  }
};

template <class Scalar, class Formula>
struct NormaliseGradient {
  const Scalar* kept;  ///< input or output; not read where the formula keeps neither
  const Scalar* gradient;
  Scalar* to;
  ListPlaces places;
  Formula formula;
  constexpr void operator()(std::int64_t list) const {
    const auto result = places.list(to, list);
    if (result.empty()) {
      return;
    }
    const auto g = places.list(gradient, list);
    if constexpr (requires { formula.gradient(g, result); }) {
      formula.gradient(g, result);
    } else {
      formula.gradient(places.list(kept, list), g, result);
    }
  }
};

}  // namespace ranktape::detail::kernels
