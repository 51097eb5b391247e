#include <ranktape/core/io/row_block.hpp>

#include <algorithm>

namespace ranktape::detail {

void RowBlock::begin(std::size_t most_entries) {
  rows.clear();
  runs.clear();
  document_ids.clear();
  weights.clear();
  texts.clear();
  faults.clear();
  lines = 0;
  has_index_zero = false;
  largest_index = -1;
  largest_index_line = 0;
  value_count_ = 0;
  index_count_ = 0;
  last_indices_ = {};
  if (most_entries > capacity_) {
    values_ = std::make_unique_for_overwrite<float[]>(most_entries);
    indices_ = std::make_unique_for_overwrite<std::uint32_t[]>(most_entries);
    capacity_ = most_entries;
  }
}

void RowBlock::enter_query(std::string_view query, bool has_query) {
  if (runs.empty() || runs.back().has_query != has_query || runs.back().query != query) {
    runs.push_back({.query = query, .has_query = has_query, .line = lines});
  }
}

void RowBlock::append(DocumentRow row) {
  const std::span<const std::uint32_t> mine(next_indices(), row.entries);
  if (!mine.empty()) {
    has_index_zero = has_index_zero || mine.front() == 0;
    if (mine.back() > largest_index) {
      largest_index = mine.back();
      largest_index_line = row.line;
    }
  }
  row.repeats_indices = !rows.empty() && std::ranges::equal(mine, last_indices_);
  if (!row.repeats_indices) {
    last_indices_ = mine;
    index_count_ += row.entries;
  }
  value_count_ += row.entries;
  ++runs.back().rows;
  rows.push_back(row);
}

}  // namespace ranktape::detail
