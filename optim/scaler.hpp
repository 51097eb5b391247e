#pragma once

#include <ranktape/core/source_location.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <vector>

namespace ranktape {

/// Standardises features: (x - mean) / standard deviation, each column by itself, by numbers taken from the training
/// set. A column whose (population) standard deviation is at most 1e-12 becomes 0 everywhere.
struct FeatureScaler {
  /// Means and deviations of features [documents, features], accumulated in double. Throws ShapeError for another shape
  /// or no documents, NumericError for a NaN or infinite value.
  static FeatureScaler fit(const Tensor& features, SourceLocation where = SourceLocation::current());

  /// A new tensor, in the features' type, a constant. Computed in double. Throws ShapeError for another width.
  [[nodiscard]] Tensor apply(const Tensor& features, SourceLocation where = SourceLocation::current()) const;

  [[nodiscard]] std::int64_t feature_count() const { return static_cast<std::int64_t>(mean.size()); }

  std::vector<double> mean;
  std::vector<double> scale;  ///< 1 / standard deviation; 0 for a constant column
};

}  // namespace ranktape
