#pragma once

#include <ranktape/ops/list_sums.hpp>
#include <ranktape/ops/rank/comparator_formulas.hpp>
#include <ranktape/ops/rank/network_layout.hpp>

#include <cstdint>

// Internal: sorting_network on the accelerator; sorting_network.cpp has the mathematics. The comparators of a layer
// share no wire, so a layer is one launch: a call for each of its comparators in every list, and in every column where
// rows of the matrix are mixed. All numbers are doubles, the type of the lists shows only where they come and go.
namespace ranktape::detail {

/// Two rows of one column, or of its gradient (the mixture is symmetric), through a comparator.
constexpr void mix_rows(const Mixture& m, double& a, double& b) {
  const double was = a;
  a = m.keep * was + m.swap * b;
  b = m.swap * was + m.keep * b;
}

/// The same for the gradients of its values, which its mixture depends on, too.
constexpr void mix_value_gradients(const Mixture& m, double of_mixture, double difference, double& a, double& b) {
  const double of_difference = (of_mixture - (a - b) * difference) * m.slope;
  mix_rows(m, a, b);
  a -= of_difference;
  b += of_difference;
}

}  // namespace ranktape::detail

namespace ranktape::detail::kernels {

/// One layer: comparators [first, first + size) of all the network's `count`, on n wires.
struct NetworkLayer {
  const NetworkLayout::Step* steps;
  std::int64_t first;
  std::int64_t size;
  std::int64_t count;
  std::int64_t n;
};

/// Values to the wires they begin on.
template <class Scalar>
struct StartWires {
  const Scalar* values;
  const std::uint32_t* start;
  std::int64_t n;
  int sign;
  double* wires;
  constexpr void operator()(std::int64_t document) const {
    const std::int64_t begin = document / n * n;
    wires[begin + start[document - begin]] = sign * static_cast<double>(values[document]);
  }
};

/// The values of one comparator, and its mixture.
template <class Number>
struct CompareWires {
  NetworkLayer layer;
  Comparator comparator;
  const Number* inverse;
  Number* wires;
  Number* differences;
  Mixture* mixtures;

  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = i / layer.size;
    const std::int64_t s = layer.first + i % layer.size;
    const std::int64_t at = list * layer.count + s;
    Number& a = wires[list * layer.n + layer.steps[s].first];
    Number& b = wires[list * layer.n + layer.steps[s].second];
    const Number difference = b - a;
    const Mixture m = comparators::mix(comparator, difference, inverse[list]);
    differences[at] = difference;
    mixtures[at] = m;
    a += m.swap * difference;
    b -= m.swap * difference;
  }
};

/// The same backward, from the last layer to the first, on gradients of the wires' values.
struct CompareWiresBack {
  NetworkLayer layer;
  const double* differences;
  const Mixture* mixtures;
  const double* of_mixtures;
  double* wires;

  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = i / layer.size;
    const std::int64_t s = layer.first + i % layer.size;
    const std::int64_t at = list * layer.count + s;
    mix_value_gradients(mixtures[at], of_mixtures[at], differences[at], wires[list * layer.n + layer.steps[s].first],
                        wires[list * layer.n + layer.steps[s].second]);
  }
};

template <class Scalar>
struct EndWires {
  const double* wires;
  const std::uint32_t* start;
  std::int64_t n;
  int sign;
  Scalar* result;
  constexpr void operator()(std::int64_t document) const {
    const std::int64_t begin = document / n * n;
    result[document] = static_cast<Scalar>(sign * wires[begin + start[document - begin]]);
  }
};

/// Some columns of the matrices of some lists: from `first_list` and `first` on, `columns` of each.
struct NetworkBlock {
  std::int64_t n;
  std::int64_t first_list;
  std::int64_t first;
  std::int64_t columns;
  double* rows;  ///< [lists, wires, columns]

  /// Where an element of `rows` is in the matrices.
  [[nodiscard]] constexpr std::int64_t in_matrix(std::int64_t element) const {
    return (first_list * n + element / columns) * n + first + element % columns;
  }
};

/// Columns of the unit matrix, its rows in the order of the wires.
struct StartColumns {
  NetworkBlock block;
  const std::uint32_t* start;
  constexpr void operator()(std::int64_t element) const {
    const std::int64_t wire = element / block.columns % block.n;
    block.rows[element] = start[block.first + element % block.columns] == wire ? 1 : 0;
  }
};

template <class Scalar>
struct ReadColumns {
  NetworkBlock block;
  const Scalar* matrix;
  constexpr void operator()(std::int64_t element) const {
    block.rows[element] = static_cast<double>(matrix[block.in_matrix(element)]);
  }
};

template <class Scalar>
struct WriteColumns {
  NetworkBlock block;
  Scalar* matrix;
  constexpr void operator()(std::int64_t element) const {
    matrix[block.in_matrix(element)] = static_cast<Scalar>(block.rows[element]);
  }
};

/// One column of the two rows that meet in a comparator. `met` is [lists, comparators, columns]. Forward their
/// difference is left there, if it is given; backward that times the difference of their gradients.
template <bool Backward>
struct MixColumns {
  NetworkLayer layer;
  NetworkBlock block;
  const Mixture* mixtures;
  double* met;

  constexpr void operator()(std::int64_t i) const {
    const std::int64_t column = i % block.columns;
    const std::int64_t list = i / block.columns / layer.size;
    const std::int64_t s = layer.first + i / block.columns % layer.size;
    double* rows = block.rows + list * layer.n * block.columns + column;
    double& a = rows[layer.steps[s].first * block.columns];
    double& b = rows[layer.steps[s].second * block.columns];
    const std::int64_t at = (list * layer.count + s) * block.columns + column;
    if constexpr (Backward) {
      met[at] *= a - b;
    } else if (met != nullptr) {
      met[at] = a - b;
    }
    mix_rows(mixtures[(block.first_list + list) * layer.count + s], a, b);
  }
};

/// Adds one comparator's columns, in the order of blocks and in each in that of sum_of.
struct SumMixtureGradient {
  const double* met;
  std::int64_t columns;
  double* of_mixtures;  ///< from the block's first list on
  constexpr void operator()(std::int64_t i) const {
    of_mixtures[i] += sum_of(static_cast<std::size_t>(columns),
                             [&](std::size_t column) { return met[i * columns + static_cast<std::int64_t>(column)]; });
  }
};

}  // namespace ranktape::detail::kernels
