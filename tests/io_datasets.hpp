#pragma once

#include <ranktape/core/io/dataset_load.hpp>
#include <ranktape/core/io/letor.hpp>
#include <doctest/doctest.h>

#include "io_files.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the tests of data sets share: whether two are the same, and reading a text however it is cut into blocks.
namespace ranktape::testing {

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.defined() == b.defined() &&
         (!a.defined() || (a.shape() == b.shape() && same_bits(a.values<float>(), b.values<float>())));
}

inline bool same_bits(const std::optional<SparseMatrix>& a, const std::optional<SparseMatrix>& b) {
  return a.has_value() == b.has_value() &&
         (!a || (a->columns() == b->columns() && std::ranges::equal(a->offsets(), b->offsets()) &&
                 std::ranges::equal(a->indices(), b->indices()) && same_bits(a->values(), b->values())));
}

inline bool same_summary(const DatasetSummary& a, const DatasetSummary& b) {
  const auto fields = [](const DatasetSummary& s) {
    return std::vector<double>{static_cast<double>(s.queries_without_relevant_document),
                               static_cast<double>(s.constant_label_queries),
                               static_cast<double>(s.single_document_queries),
                               static_cast<double>(s.empty_queries),
                               static_cast<double>(s.constant_features),
                               static_cast<double>(s.nan_values),
                               static_cast<double>(s.ignored_values),
                               s.smallest_label,
                               s.largest_label,
                               s.integer_labels ? 1.0 : 0.0};
  };
  return fields(a) == fields(b);
}

/// All but the name of the source, bit for bit.
inline void check_same(const Dataset& a, const Dataset& b) {
  CHECK(same_bits(a.features, b.features));
  CHECK(same_bits(a.sparse_features, b.sparse_features));
  CHECK(same_bits(a.labels, b.labels));
  CHECK(a.groups == b.groups);
  CHECK(same_bits(a.query_weights, b.query_weights));
  CHECK(same_bits(a.document_weights, b.document_weights));
  CHECK(a.query_ids == b.query_ids);
  CHECK(a.document_ids == b.document_ids);
  CHECK(a.file_rows == b.file_rows);
  CHECK(a.index_base == b.index_base);
  CHECK(same_summary(a.summary, b.summary));
}

/// From one line a block to all lines in one.
inline constexpr std::size_t block_sizes[] = {1, 20, 64, 1000};

inline Dataset parse_in_blocks(std::string_view text, const LetorOptions& options, std::size_t block_bytes) {
  return detail::load_letor(*detail::open_memory(text), "train.txt", options, "", SourceLocation::current(),
                            block_bytes);
}

/// What parse_letor makes of it, which must not depend on how the text is cut.
inline Dataset parse_at_every_cut(std::string_view text, const LetorOptions& options = {}) {
  Dataset dataset = parse_letor(text, "train.txt", options);
  for (const std::size_t bytes : block_sizes) {
    check_same(parse_in_blocks(text, options, bytes), dataset);
  }
  return dataset;
}

/// The text of the FormatError that parse_letor throws, which must not depend on how the text is cut.
inline std::string refusal_at_every_cut(std::string_view text, const LetorOptions& options = {}) {
  std::string message = error_of<FormatError>([&] { parse_letor(text, "train.txt", options); });
  for (const std::size_t bytes : block_sizes) {
    CHECK(error_of<FormatError>([&] { parse_in_blocks(text, options, bytes); }) == message);
  }
  return message;
}

}  // namespace ranktape::testing
