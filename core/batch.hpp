#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/core/tensor.hpp>

#include <optional>

namespace ranktape {

/// What one training step sees: some queries with their documents.
struct Batch {
  Tensor features;               ///< [documents, features]; undefined where `sparse_features` stand for them
  Tensor targets;                ///< [documents]: relevance labels, larger is better
  Groups groups;                 ///< which documents belong to one query
  Tensor query_weights = {};     ///< [queries], what each counts in the loss; undefined: 1 each
  Tensor document_weights = {};  ///< [documents]; undefined: 1 each
  std::optional<SparseMatrix> sparse_features = {};  ///< [documents, features], most of them 0
};

}  // namespace ranktape
