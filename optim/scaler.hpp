#pragma once

#include <ranktape/core/source_location.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <limits>
#include <vector>

namespace ranktape {

struct FeatureScalerOptions {
  /// First x becomes sign(x) log(1 + |x|): for counts and lengths, whose few large values would take all the scale.
  bool log1p = false;
  /// At last what lies outside [-limit, limit] moves to its end. 10 keeps a value that training never saw from ruling.
  double limit = std::numeric_limits<double>::infinity();
};

/// Standardises features: (x - mean) / standard deviation, each column by itself, by numbers taken from the training
/// set. A column whose (population) standard deviation is at most 1e-12 becomes 0 everywhere.
struct FeatureScaler {
  /// Means and deviations of features [documents, features], accumulated in double. Throws ShapeError for another shape
  /// or no documents, NumericError for a NaN or infinite value or a limit that is not positive.
  static FeatureScaler fit(const Tensor& features, const FeatureScalerOptions& options = {},
                           SourceLocation where = SourceLocation::current());
  /// Of sparse features only the deviations, about the mean of all entries, zeros included: they are scaled but not
  /// centred (all means are 0), so that zeros stay what they are.
  static FeatureScaler fit(const SparseMatrix& features, const FeatureScalerOptions& options = {},
                           SourceLocation where = SourceLocation::current());

  /// A new tensor, in the features' type, a constant. Computed in double. Throws ShapeError for another width.
  [[nodiscard]] Tensor apply(const Tensor& features, SourceLocation where = SourceLocation::current()) const;
  /// The same for sparse features. Throws NumericError from a scaler that centres: zeros would not stay zeros.
  [[nodiscard]] SparseMatrix apply(const SparseMatrix& features,
                                   SourceLocation where = SourceLocation::current()) const;

  [[nodiscard]] std::int64_t feature_count() const { return static_cast<std::int64_t>(mean.size()); }
  /// Whether a mean is not 0.
  [[nodiscard]] bool centres() const;

  std::vector<double> mean;
  std::vector<double> scale;  ///< 1 / standard deviation; 0 for a constant column
  FeatureScalerOptions options = {};
};

}  // namespace ranktape
