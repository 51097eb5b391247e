#include <ranktape/core/random.hpp>
#include <ranktape/optim/scaler.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

#include <cmath>

using namespace ranktape;
using ranktape::tests::error_text;

TEST_CASE("scaler: mean 0 and deviation 1, constant columns 0") {
  // A small column, a constant one, one with a large offset, one that varies too little to count.
  const Tensor features =
      Tensor::from({1, 7, 1e6 + 1, 1e-13, 2, 7, 1e6 + 2, 0, 3, 7, 1e6 + 6, 0}, Shape{3, 4}, {.dtype = DType::float64});
  const FeatureScaler scaler = FeatureScaler::fit(features);
  CHECK(scaler.mean == std::vector<double>{2, 7, 1e6 + 3, 1e-13 / 3});
  CHECK(scaler.scale[0] == doctest::Approx(1 / std::sqrt(2.0 / 3)).epsilon(1e-15));
  CHECK(scaler.scale[1] == 0);
  CHECK(scaler.scale[2] == doctest::Approx(1 / std::sqrt(14.0 / 3)).epsilon(1e-15));
  CHECK(scaler.scale[3] == 0);
  const std::vector<double> scaled = scaler.apply(features).to_vector<double>();
  CHECK(scaled[0] == doctest::Approx(-std::sqrt(1.5)).epsilon(1e-15));
  CHECK(scaled[4] == 0);
  CHECK(scaled[1] == 0);
  CHECK(scaled[3] == 0);
  CHECK(scaler.apply(features.to(DType::float32)).dtype() == DType::float32);
}

TEST_CASE("scaler: a constant column is found however large and long it is") {
  const Tensor features = Tensor::full(Shape{100'000, 1}, 1.1e7 / 3);
  const FeatureScaler scaler = FeatureScaler::fit(features);
  CHECK(scaler.scale[0] == 0);
}

TEST_CASE("scaler: new data is scaled by the old numbers") {
  const FeatureScaler scaler = FeatureScaler::fit(Tensor::from({0, 2}, Shape{2, 1}));
  CHECK(scaler.apply(Tensor::from({5, -1, 1}, Shape{3, 1})).to_vector<double>() == std::vector<double>{4, -2, 0});
}

TEST_CASE("scaler: error texts") {
  CHECK(error_text<ShapeError>([] { FeatureScaler::fit(Tensor::zeros(Shape{3})); }) ==
        "FeatureScaler::fit: features [3] float32 are not [documents, features] with a document or more");
  CHECK(error_text<ShapeError>([] {
          FeatureScaler::fit(Tensor::zeros(Shape{0, 3}));
        }) == "FeatureScaler::fit: features [0, 3] float32 are not [documents, features] with a document or more");
  CHECK(error_text<NumericError>([] {
          FeatureScaler::fit(Tensor::from({1, 2, 3, std::nan("")}, Shape{2, 2}));
        }) == "FeatureScaler::fit: feature 1 of document 1 is nan; replace it before scaling");
  const FeatureScaler scaler = FeatureScaler::fit(Tensor::ones(Shape{2, 3}));
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(scaler.apply(Tensor::zeros(Shape{2, 2})));
        }) == "FeatureScaler::apply: features [2, 2] float32 are not of the shape [documents, 3] that was fitted");
}
