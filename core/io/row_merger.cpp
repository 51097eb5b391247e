#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/row_merger.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace ranktape::detail {

void RowMerger::append(const RowBlock& block) {
  const std::size_t first_row = rows_.count();
  append_entries(block);
  std::size_t row = 0;
  auto fault = block.faults.begin();
  const auto take_faults_before = [&](std::int64_t line) {
    for (; fault != block.faults.end() && fault->line < line && !is_done(); ++fault) {
      if (faults_.empty() || faults_.back().line != lines_ + fault->line) {  // of a line the first fault only
        faults_.push_back({lines_ + fault->line, fault->message});
      }
    }
  };
  for (const QueryRun& run : block.runs) {
    take_faults_before(run.line);
    if (is_done()) {
      return;
    }
    begin_run(run);
    append_rows(block, row, run.rows);
    row += run.rows;
  }
  take_faults_before(std::int64_t{block.lines} + 1);
  append_document_ids(block, first_row);
  rows_.has_index_zero = rows_.has_index_zero || block.has_index_zero;
  if (block.largest_index > rows_.largest_index) {
    rows_.largest_index = block.largest_index;
    rows_.largest_index_line = lines_ + block.largest_index_line;
  }
  lines_ += block.lines;
}

void RowMerger::begin_run(const QueryRun& run) {
  if (first_line_ == 0) {
    first_line_ = lines_ + run.line;
    first_has_query_ = run.has_query;
  }
  if (run.has_query != first_has_query_) {
    faults_.push_back({lines_ + run.line, fmt::format("{}, but line {} has {}; give one to every row or to none",
                                                      run.has_query ? "has a qid" : "has no qid", first_line_,
                                                      run.has_query ? "none" : "one")});
  } else if (run.has_query) {
    enter_query(run);
  }
}

void RowMerger::enter_query(const QueryRun& run) {
  const auto rows = static_cast<std::int64_t>(rows_.count());
  const auto [place, is_new] =
      query_of_id_.try_emplace(std::string(run.query), static_cast<std::int64_t>(rows_.query_ids.size()));
  const std::int64_t query = place->second;
  if (is_new) {
    rows_.query_ids.emplace_back(run.query);
  } else if (rows_.runs.back().query == query) {
    return;  // it goes on in this block
  } else {
    rows_.scattered = true;
    if (options_.scattered_queries == ScatteredQueries::error) {
      faults_.push_back({lines_ + run.line,
                         fmt::format("qid {} comes back after another (its rows ended in line {}); sort the file by "
                                     "qid, or read it with ScatteredQueries::merge",
                                     quote(run.query), last_line_of(query))});
    }
  }
  rows_.runs.push_back({query, rows});
}

std::int64_t RowMerger::last_line_of(std::int64_t query) const {
  auto end = static_cast<std::int64_t>(rows_.count());
  for (auto run = rows_.runs.rbegin(); run != rows_.runs.rend(); end = run->first_row, ++run) {
    if (run->query == query && run->first_row < end) {
      return rows_.lines[static_cast<std::size_t>(end) - 1];
    }
  }
  return first_line_;
}

void RowMerger::append_rows(const RowBlock& block, std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    const DocumentRow& row = block.rows[i];
    if (!row.repeats_indices && !std::exchange(shares_with_last_, false)) {
      last_indices_ = next_indices_;
      next_indices_ += row.entries;
    }
    if (!block.weights.empty()) {
      rows_.weights.push_back(block.weights[i]);
    }
    rows_.labels.push_back(row.label);
    rows_.lines.push_back(lines_ + row.line);
    rows_.value_offsets.push_back(rows_.value_offsets.back() + row.entries);
    rows_.index_offsets.push_back(static_cast<std::int64_t>(last_indices_));
  }
}

void RowMerger::append_entries(const RowBlock& block) {
  const std::size_t value_count = rows_.values.size();
  rows_.values.extend(block.values().size());
  std::ranges::copy(block.values(), rows_.values.data() + value_count);

  std::span<const std::uint32_t> indices = block.indices();
  shares_with_last_ = false;
  if (!block.rows.empty() && rows_.count() != 0) {
    const auto first = indices.first(block.rows.front().entries);
    shares_with_last_ = std::ranges::equal(first, rows_.indices_of(rows_.count() - 1));
    indices = indices.subspan(shares_with_last_ ? first.size() : 0);
  }
  next_indices_ = rows_.indices.size();
  rows_.indices.extend(indices.size());
  std::ranges::copy(indices, rows_.indices.data() + next_indices_);
}

void RowMerger::append_document_ids(const RowBlock& block, std::size_t first_row) {
  for (const DocumentId& document : block.document_ids) {
    rows_.document_ids.resize(first_row + document.row);
    rows_.document_ids.emplace_back(document.id);
  }
}

DatasetRows RowMerger::finish() {
  if (!faults_.empty()) {
    std::vector<std::string> lines;
    for (const LineFault& fault : faults_) {
      lines.push_back(fmt::format("{}:{}: {}", source_, fault.line, fault.message));
    }
    throw FormatError(fmt::format("{}", fmt::join(lines, "\n")));
  }
  rows_.line_count = lines_;
  if (!rows_.document_ids.empty()) {
    rows_.document_ids.resize(rows_.count());
  }
  return std::move(rows_);
}

}  // namespace ranktape::detail
