#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Internal: what a few lines of a text file say, as far as it can be said without the lines before them.
namespace ranktape::detail {

struct DocumentRow {
  float label = 0;
  std::uint32_t entries = 0;
  std::uint32_t line = 0;        ///< of the block, from 1
  bool repeats_indices = false;  ///< has the very indices of the row before it
};

/// Rows one after the other with the same query.
struct QueryRun {
  std::string_view query;  ///< in the text, or one of `texts`
  bool has_query = false;
  std::uint32_t line = 0;
  std::uint32_t rows = 0;
};

struct LineFault {
  std::int64_t line = 0;
  std::string message;
};

struct DocumentId {
  std::uint32_t row = 0;
  std::string_view id;  ///< in the text, or one of `texts`
};

/// Memory is kept from block to block.
class RowBlock {
 public:
  std::vector<DocumentRow> rows;
  std::vector<QueryRun> runs;
  std::vector<DocumentId> document_ids;
  std::vector<float> weights;     ///< per row, or empty
  std::deque<std::string> texts;  ///< what is not in the text as it is meant
  std::vector<LineFault> faults;
  std::uint32_t lines = 0;
  bool has_index_zero = false;
  std::int64_t largest_index = -1;  ///< -1: no entry at all
  std::uint32_t largest_index_line = 0;

  /// Forgets what it says and makes room for so many values and indices.
  void begin(std::size_t most_entries);

  /// The next row is one of this query.
  void enter_query(std::string_view query, bool has_query);
  /// Where the next row's values and indices are to be written, by rising index, before it is appended.
  [[nodiscard]] float* next_values() const { return values_.get() + value_count_; }
  [[nodiscard]] std::uint32_t* next_indices() const { return indices_.get() + index_count_; }
  void append(DocumentRow row);

  /// The values of row after row.
  [[nodiscard]] std::span<const float> values() const { return {values_.get(), value_count_}; }
  /// The indices of the rows that do not repeat those of the row before.
  [[nodiscard]] std::span<const std::uint32_t> indices() const { return {indices_.get(), index_count_}; }

 private:
  std::unique_ptr<float[]> values_;
  std::unique_ptr<std::uint32_t[]> indices_;
  std::size_t capacity_ = 0;
  std::size_t value_count_ = 0;
  std::size_t index_count_ = 0;
  std::span<const std::uint32_t> last_indices_;  // of the last row
};

}  // namespace ranktape::detail
