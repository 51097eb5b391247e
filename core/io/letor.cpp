#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/letor_rows.hpp>
#include <ranktape/core/io/query_file.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace ranktape {
namespace detail {
namespace {

void check_options(const LetorOptions& options, std::string_view operation, SourceLocation where) {
  if (options.index_base && *options.index_base != 0 && *options.index_base != 1) {
    fail<NumericError>(where, operation, "index_base is {}; it must be 0 or 1", *options.index_base);
  }
  if (options.features < 0 || options.features > std::int64_t{1} << 32) {
    fail<NumericError>(where, operation, "features is {}; it must be from 1 to 2^32, or 0 for as many as the file has",
                       options.features);
  }
}

struct Width {
  std::int64_t features;
  std::int64_t index_base;
};

Width find_width(const LetorRows& rows, std::string_view source, const LetorOptions& options) {
  const std::int64_t base = options.index_base.value_or(rows.has_index_zero ? 0 : 1);
  const std::int64_t seen = std::max<std::int64_t>(rows.largest_index - base + 1, 0);
  const std::int64_t features = options.features == 0 ? seen : options.features;
  if (features == 0) {
    fail_in_file(source, "no feature in any of the {} rows; a row reads LABEL [qid:ID] INDEX:VALUE ...",
                 rows.labels.size());
  }
  if (seen > features && options.extra_features == ExtraFeatures::error) {
    fail_at_line(
        source, rows.largest_index_line,
        "feature {} is beyond the {} features asked for (indices {} to {}); ExtraFeatures::ignore leaves it out",
        rows.largest_index, features, base, base + features - 1);
  }
  // Against one wrong index that would fill the memory with zeros. The product is below 2^36 * 2^32 * 4: in doubles.
  const double given = static_cast<double>(rows.entries);
  const double table = static_cast<double>(rows.labels.size()) * static_cast<double>(features);
  const double usual = given * 1000 < table ? 0x1p28 : 0x1p36;
  const double limit = options.max_table_bytes > 0 ? static_cast<double>(options.max_table_bytes) : usual;
  if (table * sizeof(float) > limit) {
    fail_at_line(source, std::max<std::int64_t>(rows.largest_index_line, 1),
                 "the largest index is {}: a table of {} x {} takes {:.3g} GB, more than {:.3g}, for {} values given; "
                 "mend the index, or raise max_table_bytes",
                 rows.largest_index, rows.labels.size(), features, table * sizeof(float) / 1e9, limit / 1e9,
                 rows.entries);
  }
  return {features, base};
}

Groups groups_from_query_file(const std::filesystem::path& path, std::string_view source, std::int64_t documents) {
  const std::vector<std::int64_t> counts = read_query_file(path);
  const std::int64_t sum = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  if (sum != documents) {
    fail_in_file(source, "{} documents, but the {} counts in {} sum to {}", documents, counts.size(), path.string(),
                 sum);
  }
  return Groups::from_sizes(counts);
}

Groups groups_without_ids(const LetorRows& rows, std::string_view source, const LetorOptions& options) {
  const auto documents = static_cast<std::int64_t>(rows.labels.size());
  if (!options.query_file.empty()) {
    return groups_from_query_file(options.query_file, source, documents);
  }
  if (!options.one_query) {
    fail_in_file(source,
                 "no row has a qid, and no .query file beside it gives each query's count of documents; "
                 "one_query takes all rows as one list");
  }
  return Groups::from_sizes({documents});
}

// Which document each row becomes: its own number, or with scattered queries the next one of its query.
std::vector<std::int64_t> documents_of_rows(const LetorRows& rows, const Groups& groups) {
  std::vector<std::int64_t> documents(rows.labels.size());
  if (!rows.scattered) {
    std::iota(documents.begin(), documents.end(), 0);
    return documents;
  }
  std::vector<std::int64_t> next(groups.offsets().begin(), groups.offsets().end());
  std::transform(rows.queries.begin(), rows.queries.end(), documents.begin(),
                 [&next](std::int64_t query) { return next[static_cast<std::size_t>(query)]++; });
  return documents;
}

Groups groups_of(const LetorRows& rows, std::string_view source, const LetorOptions& options) {
  if (rows.queries.empty()) {
    return groups_without_ids(rows, source, options);
  }
  std::vector<std::int64_t> sizes(rows.query_ids.size());
  for (const std::int64_t query : rows.queries) {
    ++sizes[static_cast<std::size_t>(query)];
  }
  return Groups::from_sizes(sizes);
}

class TableWriter {
 public:
  TableWriter(Width width, std::string_view source, const LetorOptions& options)
      : width_(width), source_(source), options_(options) {}

  /// Writes one row of the table; returns how many entries were beyond it.
  std::int64_t write(std::span<const LetorEntry> entries, float* row, std::int64_t line) const {
    const float absent = options_.missing_feature == MissingFeature::nan ? std::numeric_limits<float>::quiet_NaN() : 0;
    std::fill_n(row, width_.features, absent);
    std::size_t kept = entries.size();
    while (kept > 0 && entries[kept - 1].index - width_.index_base >= width_.features) {
      --kept;
    }
    for (const LetorEntry entry : entries.first(kept)) {
      row[entry.index - width_.index_base] = entry.value;
    }
    if (options_.missing_feature == MissingFeature::error && static_cast<std::int64_t>(kept) < width_.features) {
      std::int64_t index = width_.index_base;
      for (const LetorEntry entry : entries.first(kept)) {
        index += entry.index == index ? 1 : 0;
      }
      fail_at_line(source_, line, "feature {} is left out; write it, or read with MissingFeature::zero", index);
    }
    return static_cast<std::int64_t>(entries.size() - kept);
  }

 private:
  Width width_;
  std::string_view source_;
  const LetorOptions& options_;
};

// Fills the table and frees the blocks of entries on the way; returns how many values were beyond the table.
std::int64_t fill_table(LetorRows& rows, std::span<const std::int64_t> documents, Tensor& features,
                        const TableWriter& writer) {
  float* const table = data<float>(features);
  const std::int64_t width = features.shape()[1];
  std::int64_t ignored = 0;
  std::size_t row = 0;
  for (std::vector<LetorEntry>& block : rows.blocks) {
    std::span<const LetorEntry> left = block;
    // A row without entries at the border of two blocks goes with either.
    for (; row < documents.size() && rows.entry_counts[row] <= left.size(); ++row) {
      ignored += writer.write(left.first(rows.entry_counts[row]), table + documents[row] * width, rows.lines[row]);
      left = left.subspan(rows.entry_counts[row]);
    }
    std::vector<LetorEntry>().swap(block);
  }
  return ignored;
}

Dataset assemble(LetorRows rows, std::string_view source, const LetorOptions& options) {
  const Width width = find_width(rows, source, options);
  Dataset dataset;
  dataset.source = source;
  dataset.index_base = static_cast<int>(width.index_base);
  dataset.groups = groups_of(rows, source, options);
  const std::vector<std::int64_t> documents = documents_of_rows(rows, dataset.groups);
  const auto count = static_cast<std::int64_t>(documents.size());

  dataset.features = make_tensor(Shape{count, width.features}, DType::float32, Device::cpu);
  const std::int64_t ignored = fill_table(rows, documents, dataset.features, TableWriter(width, source, options));
  dataset.labels = make_tensor(Shape{count}, DType::float32, Device::cpu);
  dataset.document_ids.resize(rows.document_ids.size());
  dataset.file_rows.resize(rows.scattered ? documents.size() : 0);
  for (std::size_t row = 0; row < documents.size(); ++row) {
    const auto document = static_cast<std::size_t>(documents[row]);
    data<float>(dataset.labels)[document] = rows.labels[row];
    if (!rows.document_ids.empty()) {
      dataset.document_ids[document] = std::move(rows.document_ids[row]);
    }
    if (rows.scattered) {
      dataset.file_rows[document] = static_cast<std::int64_t>(row);
    }
  }
  dataset.query_ids = std::move(rows.query_ids);
  dataset.summary = summarize(dataset);
  dataset.summary.ignored_values = ignored;
  return dataset;
}

}  // namespace
}  // namespace detail

Dataset read_letor(const std::filesystem::path& path, const LetorOptions& options, SourceLocation where) {
  detail::check_options(options, "read_letor", where);
  const std::string source = path.string();
  detail::LetorRows rows;
  {
    const std::string text = read_file_unpacked(path);
    rows = detail::parse_letor_rows(text, source, options);
  }  // the text is gone before the table comes
  LetorOptions complete = options;
  if (rows.queries.empty() && options.query_file.empty()) {
    complete.query_file = detail::find_query_file(path).value_or("");
  }
  return detail::assemble(std::move(rows), source, complete);
}

Dataset parse_letor(std::string_view text, std::string_view source, const LetorOptions& options, SourceLocation where) {
  detail::check_options(options, "parse_letor", where);
  return detail::assemble(detail::parse_letor_rows(text, source, options), source, options);
}

}  // namespace ranktape
