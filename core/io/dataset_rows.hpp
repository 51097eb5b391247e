#pragma once

#include <ranktape/core/growing_array.hpp>
#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/row_block.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Internal: a text file as its rows, before the width of the table, the index base and the query groups are known.
namespace ranktape::detail {

struct DatasetRows {
  /// Rows from `first_row` to the next run's belong to query_ids[query].
  struct Run {
    std::int64_t query;
    std::int64_t first_row;
  };

  GrowingArray<float> values;                     ///< of row after row, by rising index within each
  GrowingArray<std::uint32_t> indices;            ///< as in the file: the base is not yet taken off
  std::vector<std::int64_t> value_offsets = {0};  ///< of rows, one more than there are
  std::vector<std::int64_t> index_offsets;        ///< per row; rows with the same indices share them
  std::vector<std::int64_t> lines;                ///< per row, from 1
  std::vector<float> labels;                      ///< per row
  std::vector<float> weights;                     ///< per row, or empty
  std::vector<Run> runs;                          ///< empty if no row has a qid
  std::vector<std::string> query_ids;             ///< in the order in which they first come
  std::vector<std::string> document_ids;          ///< per row, or empty
  bool scattered = false;                         ///< some query comes back after another
  bool has_index_zero = false;
  std::int64_t largest_index = -1;  ///< -1: no entry at all
  std::int64_t largest_index_line = 0;
  std::int64_t line_count = 0;

  [[nodiscard]] std::size_t count() const { return labels.size(); }
  [[nodiscard]] std::int64_t entries() const { return value_offsets.back(); }
  [[nodiscard]] std::span<const float> values_of(std::size_t row) const {
    return values.span().subspan(static_cast<std::size_t>(value_offsets[row]), entries_of(row));
  }
  [[nodiscard]] std::span<const std::uint32_t> indices_of(std::size_t row) const {
    return indices.span().subspan(static_cast<std::size_t>(index_offsets[row]), entries_of(row));
  }
  [[nodiscard]] std::size_t entries_of(std::size_t row) const {
    return static_cast<std::size_t>(value_offsets[row + 1] - value_offsets[row]);
  }
};

/// How much text one thread parses at a time.
inline constexpr std::size_t text_block_bytes = std::size_t{1} << 19;

/// What makes a block of some whole lines.
using ParseBlock = std::function<void(std::string_view text, RowBlock& block)>;

/// Reads the rows of a text, of which `lines_before` lines are gone, some blocks of it at once by all threads. The same
/// for any number of threads and any `block_bytes`. Throws FormatError with the first lines that do not fit.
DatasetRows read_rows(ByteStream& stream, std::string_view source, const LetorOptions& options, const ParseBlock& parse,
                      std::int64_t lines_before, std::size_t block_bytes = text_block_bytes);

}  // namespace ranktape::detail
