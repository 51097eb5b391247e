#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/dataset_load.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/row_features.hpp>
#include <ranktape/core/io/sidecar.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace ranktape::detail {
namespace {

Groups groups_from_query_file(const std::filesystem::path& path, std::string_view source, std::int64_t documents) {
  const std::vector<std::int64_t> counts = read_query_file(path);
  const std::int64_t sum = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  if (sum != documents) {
    fail_in_file(source, "{} documents, but the {} counts in {} sum to {}", documents, counts.size(), path.string(),
                 sum);
  }
  return Groups::from_sizes(counts);
}

Groups groups_without_ids(const DatasetRows& rows, std::string_view source, const LetorOptions& options,
                          const std::filesystem::path& beside) {
  const auto documents = static_cast<std::int64_t>(rows.count());
  if (!options.query_file.empty()) {
    return groups_from_query_file(options.query_file, source, documents);
  }
  if (const auto query_file = find_sidecar(beside, ".query"); query_file && !beside.empty()) {
    return groups_from_query_file(*query_file, source, documents);
  }
  if (!options.one_query) {
    fail_in_file(source,
                 "no row has a qid, and no .query file beside it gives each query's count of documents; "
                 "one_query takes all rows as one list");
  }
  return Groups::from_sizes({documents});
}

std::int64_t end_of_run(const DatasetRows& rows, std::size_t run) {
  return run + 1 < rows.runs.size() ? rows.runs[run + 1].first_row : static_cast<std::int64_t>(rows.count());
}

Groups groups_of_runs(const DatasetRows& rows) {
  std::vector<std::int64_t> sizes(rows.query_ids.size());
  for (std::size_t run = 0; run < rows.runs.size(); ++run) {
    sizes[static_cast<std::size_t>(rows.runs[run].query)] += end_of_run(rows, run) - rows.runs[run].first_row;
  }
  return Groups::from_sizes(sizes);
}

/// Which document each row becomes where that is not its own number: the next one of its query.
std::vector<std::int64_t> documents_of_scattered_rows(const DatasetRows& rows, const Groups& groups) {
  std::vector<std::int64_t> documents;
  if (rows.scattered) {
    std::vector<std::int64_t> next(groups.offsets().begin(), groups.offsets().end());
    for (std::size_t run = 0; run < rows.runs.size(); ++run) {
      std::int64_t& document = next[static_cast<std::size_t>(rows.runs[run].query)];
      while (static_cast<std::int64_t>(documents.size()) < end_of_run(rows, run)) {
        documents.push_back(document++);
      }
    }
  }
  return documents;
}

/// The items of rows, each at its document.
template <class Item>
std::vector<Item> in_document_order(std::vector<Item> items, std::span<const std::int64_t> documents) {
  if (items.empty() || documents.empty()) {
    return items;
  }
  std::vector<Item> ordered(items.size());
  for (std::size_t row = 0; row < items.size(); ++row) {
    ordered[static_cast<std::size_t>(documents[row])] = std::move(items[row]);
  }
  return ordered;
}

/// The weights of a `.weight` file, by their count of documents or of queries.
void attach_weights(Dataset& dataset, const std::filesystem::path& path) {
  std::vector<float> weights = read_weight_file(path);
  const auto count = static_cast<std::int64_t>(weights.size());
  if (count == dataset.document_count()) {
    if (!dataset.file_rows.empty()) {
      std::vector<float> ordered(weights.size());
      std::transform(dataset.file_rows.begin(), dataset.file_rows.end(), ordered.begin(),
                     [&](std::int64_t row) { return weights[static_cast<std::size_t>(row)]; });
      weights.swap(ordered);
    }
    dataset.document_weights = Tensor::from(weights);
  } else if (count == dataset.query_count()) {
    dataset.query_weights = Tensor::from(weights);
  } else {
    fail_in_file(path.string(),
                 "{} weights for {} documents in {} queries; there must be one for each document, or "
                 "one for each query",
                 count, dataset.document_count(), dataset.query_count());
  }
}

}  // namespace

void check_options(const LetorOptions& options, SourceLocation where) {
  constexpr std::string_view operation = "LetorOptions";
  if (options.index_base && *options.index_base != 0 && *options.index_base != 1) {
    fail<NumericError>(where, operation, "index_base is {}; it must be 0 or 1", *options.index_base);
  }
  if (options.features < 0 || options.features > std::int64_t{1} << 32) {
    fail<NumericError>(where, operation, "features is {}; it must be from 1 to 2^32, or 0 for as many as the file has",
                       options.features);
  }
  if (options.max_errors < 1) {
    fail<NumericError>(where, operation, "max_errors is {}; it must be at least 1", options.max_errors);
  }
  if (options.sparse == SparseFeatures::always && options.missing_feature != MissingFeature::zero) {
    fail<NumericError>(where, operation, "values that a sparse matrix leaves out are 0; use MissingFeature::zero");
  }
}

Dataset make_dataset(DatasetRows rows, std::string_view source, const LetorOptions& options,
                     const std::filesystem::path& beside) {
  Dataset dataset;
  dataset.source = source;
  dataset.groups = rows.runs.empty() ? groups_without_ids(rows, source, options, beside) : groups_of_runs(rows);
  const std::vector<std::int64_t> documents = documents_of_scattered_rows(rows, dataset.groups);
  RowFeatures features = make_features(rows, documents, source, options);
  dataset.features = features.table;
  dataset.sparse_features = std::move(features.sparse);
  dataset.index_base = features.index_base;
  dataset.labels = Tensor::from(in_document_order(std::move(rows.labels), documents));
  if (!rows.weights.empty()) {
    dataset.document_weights = Tensor::from(in_document_order(std::move(rows.weights), documents));
  }
  dataset.document_ids = in_document_order(std::move(rows.document_ids), documents);
  dataset.query_ids = std::move(rows.query_ids);
  if (rows.scattered) {
    dataset.file_rows.resize(documents.size());
    for (std::size_t row = 0; row < documents.size(); ++row) {
      dataset.file_rows[static_cast<std::size_t>(documents[row])] = static_cast<std::int64_t>(row);
    }
  }
  if (!options.weight_file.empty()) {
    attach_weights(dataset, options.weight_file);
  } else if (const auto weight_file = find_sidecar(beside, ".weight"); weight_file && !beside.empty()) {
    attach_weights(dataset, *weight_file);
  }
  dataset.summary = summarize(dataset);
  dataset.summary.ignored_values = features.ignored_values;
  return dataset;
}

}  // namespace ranktape::detail
