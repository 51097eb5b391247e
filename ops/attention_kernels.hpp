#pragma once

#include <ranktape/ops/list_view.hpp>

#include <cmath>
#include <cstdint>

// Internal: attention on the accelerator. Nothing of the size n x n is stored: each index walks its list and computes
// the scores again. Rows of queries, keys and values are as in memory, heads * width long.
namespace ranktape::detail::kernels {

/// Where one document's row of one head is, and its list.
struct AttentionPlaces {
  ListOffsets lists;
  std::int64_t heads;
  std::int64_t width;

  [[nodiscard]] constexpr std::int64_t row(std::int64_t document, std::int64_t head) const {
    return (document * heads + head) * width;
  }
};

template <class Scalar>
constexpr double row_product(const Scalar* a, const Scalar* b, std::int64_t width) {
  double sum = 0;
  for (std::int64_t c = 0; c < width; ++c) {
    sum += static_cast<double>(a[c]) * static_cast<double>(b[c]);
  }
  return sum;
}

/// log of the sum of exp(score), for document i / heads and head i % heads.
template <class Scalar>
struct AttentionNormaliser {
  AttentionPlaces places;
  const Scalar* queries;
  const Scalar* keys;
  double* log_sums;
  double scale;

  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = places.lists.list_of(i / places.heads);
    const std::int64_t begin = places.lists.begin(list);
    const std::int64_t end = begin + places.lists.size(list);
    const Scalar* query = queries + i * places.width;
    const auto score = [&](std::int64_t j) {
      return scale * row_product(query, keys + places.row(j, i % places.heads), places.width);
    };
    double greatest = score(begin);
    for (std::int64_t j = begin + 1; j < end; ++j) {
      const double next = score(j);
      greatest = next > greatest ? next : greatest;
    }
    double sum = 0;
    for (std::int64_t j = begin; j < end; ++j) {
      sum += std::exp(score(j) - greatest);
    }
    log_sums[i] = greatest + std::log(sum);
  }
};

/// The dot product of two rows: of a gradient and the output that it is of.
template <class Scalar>
struct AttentionRowProduct {
  const Scalar* a;
  const Scalar* b;
  double* to;
  std::int64_t width;
  constexpr void operator()(std::int64_t i) const { to[i] = row_product(a + i * width, b + i * width, width); }
};

/// Some columns of one row at a time: few enough for registers, enough that scores are not computed again too often.
inline constexpr std::int64_t attention_columns = 8;

/// Which columns of which row index i is for: the chunks of a head's columns, of the heads, of the documents.
struct AttentionChunk {
  constexpr AttentionChunk(const AttentionPlaces& places, std::int64_t i) {
    const std::int64_t chunks = (places.width + attention_columns - 1) / attention_columns;
    const std::int64_t row = i / chunks;
    document = row / places.heads;
    head = row % places.heads;
    first = i % chunks * attention_columns;
    count = first + attention_columns < places.width ? attention_columns : places.width - first;
    const std::int64_t list = places.lists.list_of(document);
    begin = places.lists.begin(list);
    end = begin + places.lists.size(list);
  }

  std::int64_t document;
  std::int64_t head;
  std::int64_t first;
  std::int64_t count;
  std::int64_t begin;  ///< of the list
  std::int64_t end;
};

template <class Scalar>
struct AttentionOutput {
  AttentionPlaces places;
  const Scalar* queries;
  const Scalar* keys;
  const Scalar* values;
  const double* log_sums;
  Scalar* to;
  double scale;

  constexpr void operator()(std::int64_t i) const {
    const AttentionChunk chunk(places, i);
    const std::int64_t own = places.row(chunk.document, chunk.head);
    const double log_sum = log_sums[chunk.document * places.heads + chunk.head];
    double sums[attention_columns] = {};
    for (std::int64_t j = chunk.begin; j < chunk.end; ++j) {
      const std::int64_t other = places.row(j, chunk.head);
      const double p = std::exp(scale * row_product(queries + own, keys + other, places.width) - log_sum);
      for (std::int64_t c = 0; c < chunk.count; ++c) {
        sums[c] += p * static_cast<double>(values[other + chunk.first + c]);
      }
    }
    for (std::int64_t c = 0; c < chunk.count; ++c) {
      to[own + chunk.first + c] = static_cast<Scalar>(sums[c]);
    }
  }
};

/// What both gradients read: with g the gradient of y, d_i = g_i . y_i and t_ij = p_ij (g_i . v_j - d_i) scale, that
/// of q_i is the sum of t_ij k_j over j, that of k_j the sum of t_ij q_i over i, and that of v_j of p_ij g_i.
template <class Scalar>
struct AttentionGradientInputs {
  AttentionPlaces places;
  const Scalar* queries;
  const Scalar* keys;
  const Scalar* values;
  const Scalar* gradient;
  const double* log_sums;
  const double* products;  ///< d
  double scale;

  struct Term {
    double p;
    double t;
  };
  [[nodiscard]] constexpr Term term(std::int64_t i, std::int64_t j, std::int64_t head) const {
    const std::int64_t query = places.row(i, head);
    const std::int64_t key = places.row(j, head);
    const std::int64_t row = i * places.heads + head;
    const double p = std::exp(scale * row_product(queries + query, keys + key, places.width) - log_sums[row]);
    return {p, scale * p * (row_product(gradient + query, values + key, places.width) - products[row])};
  }
};

template <class Scalar>
struct AttentionQueryGradient {
  AttentionGradientInputs<Scalar> inputs;
  Scalar* to;

  constexpr void operator()(std::int64_t i) const {
    const AttentionPlaces& places = inputs.places;
    const AttentionChunk chunk(places, i);
    double sums[attention_columns] = {};
    for (std::int64_t j = chunk.begin; j < chunk.end; ++j) {
      const double t = inputs.term(chunk.document, j, chunk.head).t;
      for (std::int64_t c = 0; c < chunk.count; ++c) {
        sums[c] += t * static_cast<double>(inputs.keys[places.row(j, chunk.head) + chunk.first + c]);
      }
    }
    for (std::int64_t c = 0; c < chunk.count; ++c) {
      to[places.row(chunk.document, chunk.head) + chunk.first + c] = static_cast<Scalar>(sums[c]);
    }
  }
};

template <class Scalar>
struct AttentionKeyValueGradient {
  AttentionGradientInputs<Scalar> inputs;
  Scalar* to_keys;
  Scalar* to_values;

  constexpr void operator()(std::int64_t i) const {
    const AttentionPlaces& places = inputs.places;
    const AttentionChunk chunk(places, i);
    double key_sums[attention_columns] = {};
    double value_sums[attention_columns] = {};
    for (std::int64_t j = chunk.begin; j < chunk.end; ++j) {
      const auto [p, t] = inputs.term(j, chunk.document, chunk.head);
      const std::int64_t query = places.row(j, chunk.head) + chunk.first;
      for (std::int64_t c = 0; c < chunk.count; ++c) {
        key_sums[c] += t * static_cast<double>(inputs.queries[query + c]);
        value_sums[c] += p * static_cast<double>(inputs.gradient[query + c]);
      }
    }
    const std::int64_t own = places.row(chunk.document, chunk.head) + chunk.first;
    for (std::int64_t c = 0; c < chunk.count; ++c) {
      to_keys[own + c] = static_cast<Scalar>(key_sums[c]);
      to_values[own + c] = static_cast<Scalar>(value_sums[c]);
    }
  }
};

}  // namespace ranktape::detail::kernels
