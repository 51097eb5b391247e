#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/row_features.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace ranktape::detail {
namespace {

struct Width {
  std::int64_t features;
  std::int64_t index_base;

  /// The first index beyond the table.
  [[nodiscard]] std::int64_t end() const { return features + index_base; }
};

Width find_width(const DatasetRows& rows, std::string_view source, const LetorOptions& options) {
  const std::int64_t base = options.index_base.value_or(rows.has_index_zero ? 0 : 1);
  const std::int64_t seen = std::max<std::int64_t>(rows.largest_index - base + 1, 0);
  const std::int64_t features = options.features == 0 ? seen : options.features;
  if (features == 0) {
    fail_in_file(source, "no feature in any of the {} rows; a row reads LABEL [qid:ID] INDEX:VALUE ...", rows.count());
  }
  if (seen > features && options.extra_features == ExtraFeatures::error) {
    fail_at_line(
        source, rows.largest_index_line,
        "feature {} is beyond the {} features asked for (indices {} to {}); ExtraFeatures::ignore leaves it out",
        rows.largest_index, features, base, base + features - 1);
  }
  return {features, base};
}

// The product is below 2^36 * 2^32 * 4: in doubles.
double table_bytes(const DatasetRows& rows, Width width) {
  return static_cast<double>(rows.count()) * static_cast<double>(width.features) * sizeof(float);
}

/// Whether there is less than one entry in `cells` cells of the table.
bool is_sparser_than(double cells, const DatasetRows& rows, Width width) {
  return static_cast<double>(rows.entries()) * cells * sizeof(float) < table_bytes(rows, width);
}

/// Whether one wrong index, and not the data, makes the table so wide: then most columns have no entry.
bool is_width_doubtful(const DatasetRows& rows, Width width, const LetorOptions& options) {
  if (options.features != 0 || !is_sparser_than(1000, rows, width)) {
    return false;
  }
  std::vector<bool> used(static_cast<std::size_t>(width.end()));
  for (const std::uint32_t index : rows.indices.span()) {
    used[index] = true;
  }
  return std::count(used.begin(), used.end(), true) * 4 < width.features;
}

bool is_made_sparse(const DatasetRows& rows, Width width, const LetorOptions& options) {
  constexpr double least_table_bytes = 1 << 24;
  const bool is_possible = width.features <= std::numeric_limits<std::int32_t>::max();
  if (!is_possible || options.sparse != SparseFeatures::automatic) {
    return is_possible && options.sparse == SparseFeatures::always;
  }
  return options.missing_feature == MissingFeature::zero && table_bytes(rows, width) >= least_table_bytes &&
         is_sparser_than(20, rows, width) && !is_width_doubtful(rows, width, options);
}

// Against one wrong index that would fill the memory with zeros.
void check_table_bytes(const DatasetRows& rows, Width width, std::string_view source, const LetorOptions& options) {
  const double usual = is_sparser_than(1000, rows, width) ? 0x1p28 : 0x1p36;
  const double limit = options.max_table_bytes > 0 ? static_cast<double>(options.max_table_bytes) : usual;
  if (const double bytes = table_bytes(rows, width); bytes > limit) {
    fail_at_line(source, std::max<std::int64_t>(rows.largest_index_line, 1),
                 "the largest index is {}: a table of {} x {} takes {:.3g} GB, more than {:.3g}, for {} values given; "
                 "mend the index, raise max_table_bytes, or read with SparseFeatures::always",
                 rows.largest_index, rows.count(), width.features, bytes / 1e9, limit / 1e9, rows.entries());
  }
}

/// How many entries of the row lie in the table.
std::size_t count_kept(std::span<const std::uint32_t> indices, Width width) {
  if (indices.empty() || indices.back() < width.end()) {
    return indices.size();
  }
  return static_cast<std::size_t>(std::ranges::lower_bound(indices, width.end()) - indices.begin());
}

std::int64_t count_ignored(const DatasetRows& rows, Width width) {
  std::int64_t ignored = 0;
  for (std::size_t row = 0; rows.largest_index >= width.end() && row < rows.count(); ++row) {
    const auto indices = rows.indices_of(row);
    ignored += static_cast<std::int64_t>(indices.size() - count_kept(indices, width));
  }
  return ignored;
}

void check_none_missing(const DatasetRows& rows, Width width, std::string_view source) {
  for (std::size_t row = 0; row < rows.count(); ++row) {
    const auto kept = rows.indices_of(row).first(count_kept(rows.indices_of(row), width));
    if (static_cast<std::int64_t>(kept.size()) < width.features) {
      std::int64_t missing = width.index_base;
      for (const std::uint32_t index : kept) {
        missing += index == missing ? 1 : 0;
      }
      fail_at_line(source, rows.lines[row], "feature {} is left out; write it, or read with MissingFeature::zero",
                   missing);
    }
  }
}

/// Whether all rows have all the features, so that the values are the table.
bool are_values_the_table(const DatasetRows& rows, Width width) {
  const auto features = static_cast<std::size_t>(width.features);
  return rows.indices.size() == features && rows.entries() == static_cast<std::int64_t>(rows.count() * features) &&
         rows.indices[0] == width.index_base && rows.indices[features - 1] == width.end() - 1 &&
         std::ranges::all_of(rows.index_offsets, [](std::int64_t offset) { return offset == 0; });
}

Tensor take_values_as_table(DatasetRows& rows, const Shape& shape) {
  float* const values = rows.values.data();
  const std::size_t bytes = rows.values.span().size_bytes();
  return make_tensor(shape, DType::float32, adopt(values, bytes, rows.values.release()));
}

// Stretch by stretch, and what has been used goes back to the system: the memory never holds all of both.
Tensor fill_table(DatasetRows& rows, std::span<const std::int64_t> documents, const Shape& shape, Width width,
                  float absent) {
  constexpr std::int64_t stretch_rows = 1 << 16;
  Tensor table = make_tensor(shape, DType::float32, Device::cpu);
  const auto fill_row = [&](std::size_t row) {
    const auto document = documents.empty() ? static_cast<std::int64_t>(row) : documents[row];
    float* const to = data<float>(table) + document * width.features;
    const auto values = rows.values_of(row);
    const auto indices = rows.indices_of(row);
    std::fill_n(to, width.features, absent);
    for (std::size_t i = 0; i < count_kept(indices, width); ++i) {
      to[indices[i] - width.index_base] = values[i];
    }
  };
  const std::int64_t count = shape[0];
  for (std::int64_t first = 0; first < count; first += stretch_rows) {
    const std::int64_t last = std::min(count, first + stretch_rows);
    parallel_ranges(last - first, static_cast<double>(width.features), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = first + begin; row < first + end; ++row) {
        fill_row(static_cast<std::size_t>(row));
      }
    });
    const auto offset = [](const std::vector<std::int64_t>& offsets, std::int64_t row) {
      return static_cast<std::size_t>(offsets[static_cast<std::size_t>(row)]);
    };
    rows.values.discard(offset(rows.value_offsets, first), offset(rows.value_offsets, last));
    if (last < count) {
      rows.indices.discard(offset(rows.index_offsets, first), offset(rows.index_offsets, last));
    }
  }
  return table;
}

/// The memory of a sparse matrix.
struct SparseMemory {
  std::vector<std::int64_t> offsets = {0};
  GrowingArray<std::int32_t> columns;
  GrowingArray<float> values;
};

SparseMatrix make_sparse(DatasetRows& rows, std::span<const std::int64_t> documents, Width width,
                         std::int64_t ignored) {
  auto memory = std::make_shared<SparseMemory>();
  std::vector<std::size_t> rows_of_documents(documents.size());
  for (std::size_t row = 0; row < documents.size(); ++row) {
    rows_of_documents[static_cast<std::size_t>(documents[row])] = row;
  }
  const bool keeps_values = documents.empty() && ignored == 0;
  for (std::size_t document = 0; document < rows.count(); ++document) {
    const std::size_t row = documents.empty() ? document : rows_of_documents[document];
    const auto indices = rows.indices_of(row);
    const std::size_t kept = count_kept(indices, width);
    const std::size_t begin = memory->columns.size();
    memory->columns.extend(kept);
    std::transform(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(kept), memory->columns.data() + begin,
                   [&](std::uint32_t index) { return static_cast<std::int32_t>(index - width.index_base); });
    if (!keeps_values) {
      memory->values.extend(kept);
      std::copy_n(rows.values_of(row).data(), kept, memory->values.data() + begin);
    }
    memory->offsets.push_back(static_cast<std::int64_t>(begin + kept));
  }
  if (keeps_values) {
    std::swap(memory->values, rows.values);
  }
  return SparseMatrix::share(width.features, memory->offsets, memory->columns.span(), memory->values.span(), memory);
}

}  // namespace

RowFeatures make_features(DatasetRows& rows, std::span<const std::int64_t> documents, std::string_view source,
                          const LetorOptions& options) {
  const Width width = find_width(rows, source, options);
  RowFeatures features;
  features.index_base = static_cast<int>(width.index_base);
  features.ignored_values = count_ignored(rows, width);
  if (is_made_sparse(rows, width, options)) {
    features.sparse = make_sparse(rows, documents, width, features.ignored_values);
    return features;
  }
  check_table_bytes(rows, width, source, options);
  if (options.missing_feature == MissingFeature::error) {
    check_none_missing(rows, width, source);
  }
  const Shape shape{static_cast<std::int64_t>(rows.count()), width.features};
  const float absent = options.missing_feature == MissingFeature::nan ? std::numeric_limits<float>::quiet_NaN() : 0;
  features.table = documents.empty() && are_values_the_table(rows, width)
                       ? take_values_as_table(rows, shape)
                       : fill_table(rows, documents, shape, width, absent);
  return features;
}

}  // namespace ranktape::detail
