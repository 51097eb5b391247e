#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace ranktape {
namespace {

Groups groups_of(const Groups& all, std::span<const std::int64_t> queries, SourceLocation where) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(queries.size());
  for (const std::int64_t query : queries) {
    if (query < 0 || query >= all.count()) {
      detail::fail<ShapeError>(where, "Dataset::select", "query {} is not one of the {} of the data set", query,
                               all.count());
    }
    sizes.push_back(all.size(query));
  }
  return Groups::from_sizes(sizes);
}

// The rows of these queries, one list after the other; nothing of nothing.
Tensor gather(const Tensor& table, const Groups& all, std::span<const std::int64_t> queries, const Groups& chosen) {
  if (!table.defined()) {
    return {};
  }
  const std::int64_t width = table.shape().rank() == 1 ? 1 : table.shape()[1];
  Tensor gathered = detail::make_tensor_like(table, table.shape().with(0, chosen.documents()));
  float* to = detail::data<float>(gathered);
  for (const std::int64_t query : queries) {
    to = std::copy_n(detail::data<float>(table) + all.begin(query) * width, all.size(query) * width, to);
  }
  return gathered;
}

std::optional<SparseMatrix> gather(const std::optional<SparseMatrix>& matrix, const Groups& all,
                                   std::span<const std::int64_t> queries, SourceLocation where) {
  if (!matrix) {
    return std::nullopt;
  }
  std::vector<RowRange> rows;
  for (const std::int64_t query : queries) {
    rows.push_back({.first = all.begin(query), .last = all.begin(query) + all.size(query)});
  }
  return matrix->select(rows, where);
}

Tensor gather_queries(const Tensor& weights, std::span<const std::int64_t> queries) {
  if (!weights.defined()) {
    return {};
  }
  Tensor gathered = detail::make_tensor_like(weights, Shape{static_cast<std::int64_t>(queries.size())});
  std::transform(queries.begin(), queries.end(), detail::data<float>(gathered),
                 [&](std::int64_t query) { return detail::data<float>(weights)[query]; });
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

}  // namespace

Batch Dataset::all() const {
  return {.features = features,
          .targets = labels,
          .groups = groups,
          .query_weights = query_weights,
          .document_weights = document_weights,
          .sparse_features = sparse_features};
}

Batch Dataset::select(std::span<const std::int64_t> queries, SourceLocation where) const {
  const Groups chosen = groups_of(groups, queries, where);
  return {.features = gather(features, groups, queries, chosen),
          .targets = gather(labels, groups, queries, chosen),
          .groups = chosen,
          .query_weights = gather_queries(query_weights, queries),
          .document_weights = gather(document_weights, groups, queries, chosen),
          .sparse_features = gather(sparse_features, groups, queries, where)};
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
  const Batch batch = select(queries, where);
  Dataset chosen;
  chosen.groups = batch.groups;
  chosen.features = batch.features;
  chosen.sparse_features = batch.sparse_features;
  chosen.labels = batch.targets;
  chosen.query_weights = batch.query_weights;
  chosen.document_weights = batch.document_weights;
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
  chosen.feature_names = feature_names;
  chosen.index_base = index_base;
  chosen.source = source;
  chosen.summary = summarize(chosen);
  return chosen;
}

std::int64_t count_shared_queries(const Dataset& a, const Dataset& b) {
  const std::unordered_set<std::string_view> ids(a.query_ids.begin(), a.query_ids.end());
  return std::count_if(b.query_ids.begin(), b.query_ids.end(),
                       [&ids](const std::string& id) { return ids.contains(id); });
}

}  // namespace ranktape
