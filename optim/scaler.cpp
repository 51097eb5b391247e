#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/scaler.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace ranktape {
namespace {

constexpr double smallest_deviation = 1e-12;

double prepared(double value, const FeatureScalerOptions& options) {
  return options.log1p ? std::copysign(std::log1p(std::abs(value)), value) : value;
}

// A NaN stays one.
double limited(double value, const FeatureScalerOptions& options) {
  return value > options.limit ? options.limit : value < -options.limit ? -options.limit : value;
}

/// 1 / standard deviation, from the sum of squared deviations.
double scale_of(double squares, std::int64_t documents) {
  const double deviation = std::sqrt(squares / static_cast<double>(documents));
  return deviation > smallest_deviation ? 1 / deviation : 0;
}

// Calls function(column, value) for every element, in order.
template <class Scalar, class Function>
void for_each_element(const Tensor& features, Function&& function) {
  const std::int64_t width = features.shape()[1];
  const Scalar* value = detail::data<Scalar>(features);
  for (std::int64_t row = 0; row < features.shape()[0]; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      function(static_cast<std::size_t>(column), static_cast<double>(*value++));
    }
  }
}

void check_on_cpu(const Tensor& features, const char* operation, SourceLocation where) {
  if (features.device() != Device::cpu) {
    detail::fail<DeviceError>(where, operation, "features {} are on the accelerator; scale them before moving them",
                              detail::describe(features));
  }
}

void check_options(const FeatureScalerOptions& options, const char* operation, SourceLocation where) {
  if (!(options.limit > 0)) {
    detail::fail<NumericError>(where, operation, "limit is {}; it must be above 0, and infinite for none",
                               options.limit);
  }
}

[[noreturn]] void refuse_value(SourceLocation where, std::int64_t feature, std::int64_t document, double value) {
  detail::fail<NumericError>(where, "FeatureScaler::fit", "feature {} of document {} is {}; replace it before scaling",
                             feature, document, value);
}

void check_counts(const FeatureScaler& scaler, const char* operation, SourceLocation where) {
  if (scaler.mean.size() != scaler.scale.size()) {
    detail::fail<ShapeError>(where, operation, "{} means and {} scales; there must be one of each for every feature",
                             scaler.mean.size(), scaler.scale.size());
  }
}

}  // namespace

FeatureScaler FeatureScaler::fit(const Tensor& features, const FeatureScalerOptions& options, SourceLocation where) {
  constexpr const char* operation = "FeatureScaler::fit";
  if (!features.defined() || features.shape().rank() != 2 || features.shape()[0] == 0) {
    detail::fail<ShapeError>(where, operation, "features {} are not [documents, features] with a document or more",
                             detail::describe(features));
  }
  check_on_cpu(features, operation, where);
  check_options(options, operation, where);
  const std::int64_t documents = features.shape()[0];
  const std::int64_t width = features.shape()[1];
  if (const auto bad = detail::first_non_finite(features)) {
    refuse_value(where, bad->element % width, bad->element / width, bad->value);
  }
  FeatureScaler scaler = {
      .mean = {}, .scale = std::vector<double>(static_cast<std::size_t>(width)), .options = options};
  detail::dispatch(features.dtype(), [&]<class Scalar>() {
    // Differences from the first document: their sum is exactly 0 for a constant column, however large its values.
    const Scalar* values = detail::data<Scalar>(features);
    std::vector<double> first;
    std::transform(values, values + width, std::back_inserter(first),
                   [&](Scalar value) { return prepared(static_cast<double>(value), options); });
    std::vector<double> sums(first.size());
    for_each_element<Scalar>(
        features, [&](std::size_t column, double value) { sums[column] += prepared(value, options) - first[column]; });
    for (std::size_t column = 0; column < sums.size(); ++column) {
      scaler.mean.push_back(first[column] + sums[column] / static_cast<double>(documents));
    }
    for_each_element<Scalar>(features, [&](std::size_t column, double value) {
      const double deviation = prepared(value, options) - scaler.mean[column];
      scaler.scale[column] += deviation * deviation;
    });
  });
  for (double& scale : scaler.scale) {
    scale = scale_of(scale, documents);
  }
  return scaler;
}

FeatureScaler FeatureScaler::fit(const SparseMatrix& features, const FeatureScalerOptions& options,
                                 SourceLocation where) {
  constexpr const char* operation = "FeatureScaler::fit";
  if (features.rows() == 0) {
    detail::fail<ShapeError>(where, operation, "sparse features [0, {}] have no document", features.columns());
  }
  check_options(options, operation, where);
  const auto documents = static_cast<double>(features.rows());
  // Column by column: each has its entries together.
  const SparseMatrix columns = features.transposed(where);
  const auto offsets = columns.offsets(where);
  FeatureScaler scaler = {
      .mean = std::vector<double>(static_cast<std::size_t>(features.columns())), .scale = {}, .options = options};
  scaler.scale.reserve(scaler.mean.size());
  for (std::int64_t column = 0; column < features.columns(); ++column) {
    const auto begin = static_cast<std::size_t>(offsets[static_cast<std::size_t>(column)]);
    const auto values = columns.values(where).subspan(
        begin, static_cast<std::size_t>(offsets[static_cast<std::size_t>(column) + 1]) - begin);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        refuse_value(where, column, columns.indices(where)[begin + i], static_cast<double>(values[i]));
      }
    }
    const double missing = documents - static_cast<double>(values.size());
    const double first = values.empty() ? 0 : prepared(static_cast<double>(values.front()), options);
    double sum = -missing * first;
    for (const float value : values) {
      sum += prepared(static_cast<double>(value), options) - first;
    }
    const double mean = first + sum / documents;
    double squares = missing * mean * mean;
    for (const float value : values) {
      const double deviation = prepared(static_cast<double>(value), options) - mean;
      squares += deviation * deviation;
    }
    scaler.scale.push_back(scale_of(squares, features.rows()));
  }
  return scaler;
}

Tensor FeatureScaler::apply(const Tensor& features, SourceLocation where) const {
  constexpr const char* operation = "FeatureScaler::apply";
  if (!features.defined() || features.shape().rank() != 2 || features.shape()[1] != feature_count()) {
    detail::fail<ShapeError>(where, operation, "features {} are not of the shape [documents, {}] that was fitted",
                             detail::describe(features), feature_count());
  }
  check_counts(*this, operation, where);
  check_on_cpu(features, operation, where);
  const double nanoseconds = (options.log1p ? 10.0 : 1.0) * static_cast<double>(feature_count());  // a document
  Tensor scaled = detail::make_tensor_like(features);
  detail::dispatch(features.dtype(), [&]<class Scalar>() {
    const Scalar* from = detail::data<Scalar>(features);
    Scalar* to = detail::data<Scalar>(scaled);
    detail::parallel_ranges(features.shape()[0], nanoseconds, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first * feature_count(); i < last * feature_count();) {
        for (std::size_t column = 0; column < mean.size(); ++column, ++i) {
          const double value = prepared(static_cast<double>(from[i]), options);
          to[i] = static_cast<Scalar>(limited((value - mean[column]) * scale[column], options));
        }
      }
    });
  });
  return scaled;
}

SparseMatrix FeatureScaler::apply(const SparseMatrix& features, SourceLocation where) const {
  constexpr const char* operation = "FeatureScaler::apply";
  if (features.columns() != feature_count()) {
    detail::fail<ShapeError>(where, operation,
                             "sparse features [{}, {}] are not of the shape [documents, {}] that was fitted",
                             features.rows(), features.columns(), feature_count());
  }
  check_counts(*this, operation, where);
  if (centres()) {
    detail::fail<NumericError>(where, operation,
                               "this scaler subtracts means, and sparse zeros must stay zeros; fit it to sparse "
                               "features, or apply it to to_dense()");
  }
  return features.transformed(
      [&](std::int32_t column, float value) {
        const double prepared_value = prepared(static_cast<double>(value), options);
        return static_cast<float>(limited(prepared_value * scale[static_cast<std::size_t>(column)], options));
      },
      where);
}

bool FeatureScaler::centres() const {
  return std::any_of(mean.begin(), mean.end(), [](double value) { return value != 0; });
}

}  // namespace ranktape
