#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>

namespace ranktape {
namespace {

Groups groups_of(const Groups& all, std::span<const std::int64_t> queries, const char* operation,
                 SourceLocation where) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(queries.size());
  for (const std::int64_t query : queries) {
    if (query < 0 || query >= all.count()) {
      detail::fail<ShapeError>(where, operation, "query {} is not one of the {} of the data set", query, all.count());
    }
    sizes.push_back(all.size(query));
  }
  return Groups::from_sizes(sizes);
}

// The rows of these queries, one list after the other.
Tensor gather(const Tensor& table, const Groups& all, std::span<const std::int64_t> queries, const Groups& chosen) {
  const std::int64_t width = table.shape().rank() == 1 ? 1 : table.shape()[1];
  Tensor gathered = detail::make_tensor_like(table, table.shape().with(0, chosen.documents()));
  float* to = detail::data<float>(gathered);
  for (const std::int64_t query : queries) {
    to = std::copy_n(detail::data<float>(table) + all.begin(query) * width, all.size(query) * width, to);
  }
  return gathered;
}

template <class Element>
std::vector<Element> gather_documents(const std::vector<Element>& all, const Groups& groups,
                                      std::span<const std::int64_t> queries) {
  std::vector<Element> gathered;
  if (!all.empty()) {
    for (const std::int64_t query : queries) {
      const auto first = all.begin() + groups.begin(query);
      gathered.insert(gathered.end(), first, first + groups.size(query));
    }
  }
  return gathered;
}

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

void count_features(std::span<const float> values, std::int64_t feature_count, DatasetSummary& summary) {
  const auto width = static_cast<std::size_t>(feature_count);
  const std::span<const float> first = values.first(std::min(width, values.size()));
  std::vector<std::uint32_t> varies(first.size());
  std::uint32_t nans = 0;  // of one row: below 2^32
  for (std::size_t row = 0; row < values.size(); row += width) {
    nans = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const float value = values[row + i];
      const bool is_nan = value != value;
      nans += is_nan ? 1U : 0U;
      varies[i] |= value == first[i] || (is_nan && first[i] != first[i]) ? 0U : 1U;
    }
    summary.nan_values += nans;
  }
  summary.constant_features = std::count(varies.begin(), varies.end(), 0U);
}

}  // namespace

Batch Dataset::all() const { return {features, labels, groups}; }

Batch Dataset::select(std::span<const std::int64_t> queries, SourceLocation where) const {
  const Groups chosen = groups_of(groups, queries, "Dataset::select", where);
  return {gather(features, groups, queries, chosen), gather(labels, groups, queries, chosen), chosen};
}

std::vector<Batch> Dataset::batches(std::int64_t queries_per_batch, SourceLocation where) const {
  if (queries_per_batch < 1) {
    detail::fail<ShapeError>(where, "Dataset::batches", "{} queries in a batch; there must be at least 1",
                             queries_per_batch);
  }
  std::vector<std::int64_t> queries(static_cast<std::size_t>(query_count()));
  std::iota(queries.begin(), queries.end(), 0);
  std::vector<Batch> batches;
  for (std::span<const std::int64_t> left = queries; !left.empty();) {
    const std::size_t count = std::min(left.size(), static_cast<std::size_t>(queries_per_batch));
    batches.push_back(select(left.first(count), where));
    left = left.subspan(count);
  }
  return batches;
}

Dataset Dataset::subset(std::span<const std::int64_t> queries, SourceLocation where) const {
  Dataset chosen;
  chosen.groups = groups_of(groups, queries, "Dataset::subset", where);
  chosen.features = gather(features, groups, queries, chosen.groups);
  chosen.labels = gather(labels, groups, queries, chosen.groups);
  for (const std::int64_t query : queries) {
    if (!query_ids.empty()) {
      chosen.query_ids.push_back(query_ids[static_cast<std::size_t>(query)]);
    }
  }
  chosen.document_ids = gather_documents(document_ids, groups, queries);
  std::vector<std::int64_t> rows = file_rows;
  if (rows.empty()) {
    rows.resize(static_cast<std::size_t>(document_count()));
    std::iota(rows.begin(), rows.end(), 0);
  }
  chosen.file_rows = gather_documents(rows, groups, queries);
  chosen.index_base = index_base;
  chosen.source = source;
  chosen.summary = summarize(chosen);
  return chosen;
}

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
  count_features(dataset.features.values<float>(), dataset.feature_count(), summary);
  return summary;
}

std::int64_t count_shared_queries(const Dataset& a, const Dataset& b) {
  const std::unordered_set<std::string_view> ids(a.query_ids.begin(), a.query_ids.end());
  return std::count_if(b.query_ids.begin(), b.query_ids.end(),
                       [&ids](const std::string& id) { return ids.contains(id); });
}

}  // namespace ranktape
