#pragma once

#include <ranktape/core/fail.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/shape_operations.hpp>

// Internal: what goes into a model and what comes out.
namespace ranktape::detail {

inline void check_features(const char* model, const Tensor& features, std::int64_t width, SourceLocation where) {
  if (features.shape().rank() != 2 || features.shape()[1] != width) {
    fail<ShapeError>(where, model, "features {} are not of the shape [documents, {}] that the model takes",
                     describe(features), width);
  }
}

inline void check_features(const char* model, const SparseMatrix& features, std::int64_t width, SourceLocation where) {
  if (features.columns() != width) {
    fail<ShapeError>(where, model, "sparse features [{}, {}] are not of the shape [documents, {}] that the model takes",
                     features.rows(), features.columns(), width);
  }
}

/// [documents, 1] as [documents]; more outputs as they are.
inline Tensor as_scores(const Tensor& outputs, SourceLocation where) {
  return outputs.shape()[1] == 1 ? reshape(Operand(outputs, where), Shape{outputs.shape()[0]}) : outputs;
}

}  // namespace ranktape::detail
