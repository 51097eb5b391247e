#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/scaler.hpp>

#include <cmath>
#include <utility>

namespace ranktape {
namespace {

constexpr double smallest_deviation = 1e-12;

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

}  // namespace

FeatureScaler FeatureScaler::fit(const Tensor& features, SourceLocation where) {
  constexpr const char* operation = "FeatureScaler::fit";
  if (!features.defined() || features.shape().rank() != 2 || features.shape()[0] == 0) {
    detail::fail<ShapeError>(where, operation, "features {} are not [documents, features] with a document or more",
                             detail::describe(features));
  }
  check_on_cpu(features, operation, where);
  const std::int64_t documents = features.shape()[0];
  const std::int64_t width = features.shape()[1];
  if (const auto bad = detail::first_non_finite(features)) {
    detail::fail<NumericError>(where, operation, "feature {} of document {} is {}; replace it before scaling",
                               bad->element % width, bad->element / width, bad->value);
  }
  FeatureScaler scaler;
  scaler.scale.assign(static_cast<std::size_t>(width), 0);
  detail::dispatch(features.dtype(), [&]<class Scalar>() {
    // Differences from the first document: their sum is exactly 0 for a constant column, however large its values.
    const Scalar* values = detail::data<Scalar>(features);
    const std::vector<double> first(values, values + width);
    std::vector<double> sums(first.size());
    for_each_element<Scalar>(features,
                             [&](std::size_t column, double value) { sums[column] += value - first[column]; });
    for (std::size_t column = 0; column < sums.size(); ++column) {
      scaler.mean.push_back(first[column] + sums[column] / static_cast<double>(documents));
    }
    for_each_element<Scalar>(features, [&](std::size_t column, double value) {
      const double deviation = value - scaler.mean[column];
      scaler.scale[column] += deviation * deviation;
    });
  });
  for (double& scale : scaler.scale) {
    const double deviation = std::sqrt(scale / static_cast<double>(documents));
    scale = deviation > smallest_deviation ? 1 / deviation : 0;
  }
  return scaler;
}

Tensor FeatureScaler::apply(const Tensor& features, SourceLocation where) const {
  constexpr const char* operation = "FeatureScaler::apply";
  if (!features.defined() || features.shape().rank() != 2 || features.shape()[1] != feature_count()) {
    detail::fail<ShapeError>(where, operation, "features {} are not of the shape [documents, {}] that was fitted",
                             detail::describe(features), feature_count());
  }
  if (mean.size() != scale.size()) {
    detail::fail<ShapeError>(where, operation, "{} means and {} scales; there must be one of each for every feature",
                             mean.size(), scale.size());
  }
  check_on_cpu(features, operation, where);
  Tensor scaled = detail::make_tensor_like(features);
  detail::dispatch(features.dtype(), [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(scaled);
    for_each_element<Scalar>(features, [&](std::size_t column, double value) {
      *to++ = static_cast<Scalar>((value - mean[column]) * scale[column]);
    });
  });
  return scaled;
}

}  // namespace ranktape
