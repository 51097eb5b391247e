#pragma once

#include <ranktape/core/io/dataset_rows.hpp>
#include <ranktape/core/io/row_block.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ranktape::detail {

/// Puts the rows of blocks one after the other, in the order of the file, and checks what no block knows alone.
class RowMerger {
 public:
  RowMerger(std::string_view source, const LetorOptions& options, std::int64_t lines_before)
      : source_(source), options_(options), lines_(lines_before) {}

  void append(const RowBlock& block);
  /// As many faults are found as the options want to see, or memory ran out.
  [[nodiscard]] bool is_done() const { return faults_.size() >= static_cast<std::size_t>(options_.max_errors); }
  [[nodiscard]] bool has_faults() const { return !faults_.empty(); }
  /// Throws FormatError with the faults if there are any.
  DatasetRows finish();

 private:
  void begin_run(const QueryRun& run);
  void enter_query(const QueryRun& run);
  void append_rows(const RowBlock& block, std::size_t first, std::size_t count);
  void append_entries(const RowBlock& block);
  void append_document_ids(const RowBlock& block, std::size_t first_row);
  [[nodiscard]] std::int64_t last_line_of(std::int64_t query) const;

  std::string_view source_;
  const LetorOptions& options_;
  DatasetRows rows_;
  std::vector<LineFault> faults_;  // with lines of the file
  std::int64_t lines_;             // of the file, before the next block
  std::int64_t first_line_ = 0;    // of the first row; 0: none yet
  bool first_has_query_ = false;
  std::unordered_map<std::string, std::int64_t> query_of_id_;
  std::size_t last_indices_ = 0;   // where those of the last row begin
  std::size_t next_indices_ = 0;   // and those of the next row that does not share them
  bool shares_with_last_ = false;  // the first row of the block, with the last row before it
};

}  // namespace ranktape::detail
