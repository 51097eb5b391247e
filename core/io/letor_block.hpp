#pragma once

#include <ranktape/core/io/letor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Internal: what a few lines of a LETOR file say, as far as it can be said without the lines before them.
namespace ranktape::detail {

struct LetorRow {
  float label = 0;
  std::uint32_t entries = 0;
  std::uint32_t line = 0;        ///< of the block, from 1
  bool repeats_indices = false;  ///< has the very indices of the row before it
};

/// Rows one after the other with the same query.
struct LetorRun {
  std::string_view query;  ///< in the text
  bool has_query = false;
  std::uint32_t line = 0;
  std::uint32_t rows = 0;
};

struct LetorFault {
  std::int64_t line = 0;
  std::string message;
};

struct LetorDocumentId {
  std::uint32_t row = 0;
  std::string_view id;  ///< in the text
};

/// Memory is kept from block to block.
class LetorBlock {
 public:
  std::vector<LetorRow> rows;
  std::vector<LetorRun> runs;
  std::vector<LetorDocumentId> document_ids;
  std::vector<LetorFault> faults;
  std::uint32_t lines = 0;
  bool has_index_zero = false;
  std::int64_t largest_index = -1;  ///< -1: no entry at all
  std::uint32_t largest_index_line = 0;

  /// The values of row after row, each row by rising index.
  [[nodiscard]] std::span<const float> values() const { return {values_.get(), value_count}; }
  /// The indices of the rows that do not repeat those of the row before.
  [[nodiscard]] std::span<const std::uint32_t> indices() const { return {indices_.get(), index_count}; }

  /// Forgets what it says and makes room for all values that such a text can hold.
  void begin(std::size_t text_bytes);

  std::size_t value_count = 0;
  std::size_t index_count = 0;
  [[nodiscard]] float* value_memory() const { return values_.get(); }
  [[nodiscard]] std::uint32_t* index_memory() const { return indices_.get(); }

 private:
  std::unique_ptr<float[]> values_;
  std::unique_ptr<std::uint32_t[]> indices_;
  std::size_t capacity_ = 0;
};

/// Parses whole lines. A line that does not fit becomes a fault, and no row; the options' max_errors ends the block.
void parse_letor_block(std::string_view text, const LetorOptions& options, LetorBlock& block);

}  // namespace ranktape::detail
