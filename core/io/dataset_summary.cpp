#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace ranktape {
namespace {

void count_queries(std::span<const float> labels, const Groups& groups, DatasetSummary& summary) {
  for (std::int64_t query = 0; query < groups.count(); ++query) {
    const auto list =
        labels.subspan(static_cast<std::size_t>(groups.begin(query)), static_cast<std::size_t>(groups.size(query)));
    if (list.empty()) {
      ++summary.empty_queries;
      continue;
    }
    const auto [smallest, largest] = std::minmax_element(list.begin(), list.end());
    summary.queries_without_relevant_document += *largest > 0 ? 0 : 1;
    summary.single_document_queries += list.size() == 1 ? 1 : 0;
    summary.constant_label_queries += list.size() > 1 && *smallest == *largest ? 1 : 0;
  }
}

struct FeatureCounts {
  std::vector<std::uint32_t> varies;  // per feature: whether some value differs from the first one
  std::int64_t nans = 0;
};

FeatureCounts count_stretch(std::span<const float> first, std::span<const float> values) {
  FeatureCounts counts;
  counts.varies.resize(first.size());
  std::uint32_t nans = 0;  // of one row: below 2^32
  for (std::size_t row = 0; row < values.size(); row += first.size()) {
    nans = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
      const float value = values[row + i];
      const bool is_nan = value != value;
      nans += is_nan ? 1U : 0U;
      counts.varies[i] |= value == first[i] || (is_nan && first[i] != first[i]) ? 0U : 1U;
    }
    counts.nans += nans;
  }
  return counts;
}

void count_features(const Tensor& table, DatasetSummary& summary) {
  constexpr std::int64_t chunks = 64;
  const std::int64_t rows = table.shape()[0];
  const std::int64_t width = table.shape()[1];
  const std::span<const float> values = table.values<float>();
  const std::span<const float> first = values.first(static_cast<std::size_t>(rows == 0 ? 0 : width));
  std::vector<FeatureCounts> counts(chunks);
  detail::parallel_chunks(chunks, static_cast<double>(values.size()), [&](std::int64_t chunk) {
    const auto begin = static_cast<std::size_t>(rows * chunk / chunks * width);
    const auto end = static_cast<std::size_t>(rows * (chunk + 1) / chunks * width);
    counts[static_cast<std::size_t>(chunk)] = count_stretch(first, values.subspan(begin, end - begin));
  });
  for (const FeatureCounts& one : counts) {
    summary.nan_values += one.nans;
    std::transform(one.varies.begin(), one.varies.end(), counts[0].varies.begin(), counts[0].varies.begin(),
                   [](std::uint32_t a, std::uint32_t b) { return a | b; });
  }
  summary.constant_features = std::count(counts[0].varies.begin(), counts[0].varies.end(), 0U);
}

// By columns: constant are those without entries, and those whose entries are all 0, or alike with no row left out.
void count_features(const SparseMatrix& matrix, DatasetSummary& summary) {
  struct Column {
    std::int64_t entries = 0;
    float first = 0;
    bool varies = false;
  };
  std::vector<Column> columns(static_cast<std::size_t>(matrix.columns()));
  const auto values = matrix.values();
  for (std::size_t entry = 0; entry < values.size(); ++entry) {
    Column& column = columns[static_cast<std::size_t>(matrix.indices()[entry])];
    const float value = values[entry];
    const bool is_nan = value != value;
    column.first = column.entries == 0 ? value : column.first;
    column.varies = column.varies || !(value == column.first || (is_nan && column.first != column.first));
    ++column.entries;
    summary.nan_values += is_nan ? 1 : 0;
  }
  summary.constant_features = std::ranges::count_if(columns, [&](const Column& column) {
    return !column.varies && (column.entries == matrix.rows() || column.first == 0);
  });
}

}  // namespace

DatasetSummary summarize(const Dataset& dataset) {
  DatasetSummary summary;
  const std::span<const float> labels = dataset.labels.values<float>();
  count_queries(labels, dataset.groups, summary);
  if (!labels.empty()) {
    const auto [smallest, largest] = std::minmax_element(labels.begin(), labels.end());
    summary.smallest_label = *smallest;
    summary.largest_label = *largest;
    summary.integer_labels =
        std::all_of(labels.begin(), labels.end(), [](float label) { return label == std::floor(label); });
  }
  if (dataset.sparse_features) {
    count_features(*dataset.sparse_features, summary);
  } else {
    count_features(dataset.features, summary);
  }
  return summary;
}

}  // namespace ranktape
