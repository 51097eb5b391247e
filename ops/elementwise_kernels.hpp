#pragma once

#include <ranktape/core/broadcast_strides.hpp>
#include <ranktape/ops/elementwise_formulas.hpp>

#include <cstdint>

// Internal: elementwise formulas as kernels for either device.
namespace ranktape::detail::kernels {

template <class Scalar, class Formula>
struct Map {
  const Scalar* from;
  Scalar* to;
  Formula formula;
  constexpr void operator()(std::int64_t i) const { to[i] = formula.value(from[i]); }
};

/// gradient *= derivative at the points, inputs or outputs as the formula wants.
template <class Scalar, class Formula>
struct Chain {
  const Scalar* points;
  Scalar* gradient;
  Formula formula;
  constexpr void operator()(std::int64_t i) const { gradient[i] *= formulas::derivative_at(formula, points[i]); }
};

/// Where the operands' elements lie that meet in element i of their broadcast shape.
struct PairPlaces {
  bool same;  ///< nothing is broadcast
  BroadcastStrides a;
  BroadcastStrides b;

  [[nodiscard]] constexpr std::int64_t of_a(std::int64_t i) const { return same ? i : a.source_of(i); }
  [[nodiscard]] constexpr std::int64_t of_b(std::int64_t i) const { return same ? i : b.source_of(i); }
};

/// to = function(a, b) with broadcasting.
template <class Scalar, class Function>
struct MapPair {
  const Scalar* a;
  const Scalar* b;
  Scalar* to;
  PairPlaces places;
  Function function;
  constexpr void operator()(std::int64_t i) const {
    to[i] = static_cast<Scalar>(function(a[places.of_a(i)], b[places.of_b(i)]));
  }
};

/// to = gradient * derivative(a, b) with broadcasting.
template <class Scalar, class Derivative>
struct ChainPair {
  const Scalar* gradient;
  const Scalar* a;
  const Scalar* b;
  Scalar* to;
  PairPlaces places;
  Derivative derivative;
  constexpr void operator()(std::int64_t i) const {
    to[i] = gradient[i] * derivative(a[places.of_a(i)], b[places.of_b(i)]);
  }
};

/// to = gradient where `chosen` is not 0 (or is 0, if not `side`), else 0.
template <class Scalar>
struct KeepWhere {
  const Scalar* chosen;
  const Scalar* gradient;
  Scalar* to;
  bool side;
  constexpr void operator()(std::int64_t i) const { to[i] = (chosen[i] != 0) == side ? gradient[i] : Scalar{0}; }
};

template <class Scalar>
struct Choose {
  const Scalar* chosen;
  const Scalar* a;
  const Scalar* b;
  Scalar* to;
  constexpr void operator()(std::int64_t i) const { to[i] = chosen[i] != 0 ? a[i] : b[i]; }
};

}  // namespace ranktape::detail::kernels
