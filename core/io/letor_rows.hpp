#pragma once

#include <ranktape/core/io/letor.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Internal: a LETOR file as its rows, before the width of the table, the index base and the query groups are known.
namespace ranktape::detail {

struct LetorEntry {
  std::uint32_t index;  ///< as in the file: the base is not yet taken off
  float value;
};

struct LetorRows {
  /// The entries of row after row, by rising index within each; no row is in two blocks. (One growing array would be
  /// copied as it grows, and take twice its size.)
  std::vector<std::vector<LetorEntry>> blocks;
  std::vector<std::uint32_t> entry_counts;  ///< per row
  std::vector<std::int64_t> lines;          ///< per row, from 1
  std::vector<float> labels;                ///< per row
  std::vector<std::int64_t> queries;        ///< per row: which of query_ids; empty if no row has a qid
  std::vector<std::string> query_ids;       ///< in the order in which they first come
  std::vector<std::string> document_ids;    ///< per row, or empty
  bool scattered = false;                   ///< some query comes back after another
  bool has_index_zero = false;
  std::int64_t largest_index = -1;  ///< -1: no entry at all
  std::int64_t largest_index_line = 0;
  std::int64_t entries = 0;
};

/// Throws FormatError at the first line that does not fit the format or the options.
LetorRows parse_letor_rows(std::string_view text, std::string_view source, const LetorOptions& options);

}  // namespace ranktape::detail
