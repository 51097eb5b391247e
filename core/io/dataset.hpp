#pragma once

#include <ranktape/core/batch.hpp>
#include <ranktape/core/error.hpp>
#include <ranktape/core/groups.hpp>
#include <ranktape/core/source_location.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ranktape {

/// What is worth knowing before training: queries that teach nothing, features that say nothing.
struct DatasetSummary {
  std::int64_t queries_without_relevant_document = 0;  ///< no label above 0
  std::int64_t constant_label_queries = 0;  ///< of two documents or more, all with one label: no order to learn
  std::int64_t single_document_queries = 0;
  std::int64_t empty_queries = 0;
  std::int64_t constant_features = 0;  ///< the same value (or NaN) in every document
  std::int64_t nan_values = 0;
  std::int64_t ignored_values = 0;  ///< of features beyond the width asked for (ExtraFeatures::ignore)
  float smallest_label = 0;
  float largest_label = 0;  ///< gains 2^label - 1 overflow for labels far above 31
  bool integer_labels = true;
};

/// Documents with features and relevance labels, in query groups, all on the CPU. The features are a table or sparse.
struct Dataset {
  Tensor features;                              ///< [documents, features] float32; undefined if they are sparse
  std::optional<SparseMatrix> sparse_features;  ///< [documents, features] in place of the table, if most are 0
  Tensor labels;                                ///< [documents] float32: larger is better
  Groups groups;                                ///< which documents belong to one query
  Tensor query_weights;                         ///< [queries] float32, what each counts in the loss; undefined if none
  Tensor document_weights;                      ///< [documents] float32; undefined if none
  std::vector<std::string> query_ids;           ///< one a query as the file wrote it; empty if the file names none
  std::vector<std::string> document_ids;        ///< one a document, from `#docid = X`; empty if the file names none
  std::vector<std::string> feature_names;       ///< one a column, from a table's header; empty if it has none
  std::vector<std::int64_t> file_rows;  ///< document i was row file_rows[i] of the file; empty: in the file's order
  int index_base = 1;                   ///< the file's index of the first column: to be kept with a trained model
  std::string source;                   ///< the file's name, for messages
  DatasetSummary summary;

  [[nodiscard]] std::int64_t document_count() const { return groups.documents(); }
  [[nodiscard]] std::int64_t query_count() const { return groups.count(); }
  [[nodiscard]] std::int64_t feature_count() const {
    return sparse_features ? sparse_features->columns() : features.shape()[1];
  }

  /// Everything as one batch; shares the elements.
  [[nodiscard]] Batch all() const;
  /// These queries with copies of their documents, in the order given. Throws ShapeError for a query out of range.
  [[nodiscard]] Batch select(std::span<const std::int64_t> queries,
                             SourceLocation where = SourceLocation::current()) const;
  /// The whole set in its order, cut into batches of whole queries. Throws ShapeError unless the count is positive.
  [[nodiscard]] std::vector<Batch> batches(std::int64_t queries_per_batch,
                                           SourceLocation where = SourceLocation::current()) const;
  /// These queries as a data set of their own (for validation, folds), with their ids and a summary of its own.
  [[nodiscard]] Dataset subset(std::span<const std::int64_t> queries,
                               SourceLocation where = SourceLocation::current()) const;
};

/// Two data sets of the same queries' documents, no query in both.
struct DatasetSplit {
  Dataset train;
  Dataset valid;
};

/// Splits by queries: a `share` of them, at least one, drawn by the seed, becomes `valid`; both keep the file's order.
/// The same seed splits alike everywhere. Throws NumericError unless the share is above 0 and below 1, ShapeError for
/// fewer than two queries.
DatasetSplit split_queries(const Dataset& dataset, double share, std::uint64_t seed,
                           SourceLocation where = SourceLocation::current());

/// The same for one of `folds` parts of nearly equal size: `valid` is part `fold`, from 0 on. Over all folds every
/// query is in `valid` once. Throws NumericError for a fold that is none, ShapeError for fewer queries than folds.
DatasetSplit split_fold(const Dataset& dataset, std::int64_t folds, std::int64_t fold, std::uint64_t seed,
                        SourceLocation where = SourceLocation::current());

/// Counts all of the summary but `ignored_values`, which only a reader knows. One pass over the features.
DatasetSummary summarize(const Dataset& dataset);

/// How many queries (by id) are in both: a test set that shares some with its training set flatters the model.
std::int64_t count_shared_queries(const Dataset& a, const Dataset& b);

}  // namespace ranktape
