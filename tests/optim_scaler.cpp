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

TEST_CASE("scaler: logarithms first, limits last") {
  const double e = std::exp(1.0);
  const Tensor features = Tensor::from({e - 1, 1 - e, 0, e * e - 1}, Shape{4, 1}, {.dtype = DType::float64});
  const FeatureScaler scaler = FeatureScaler::fit(features, {.log1p = true, .limit = 1.25});  // of 1, -1, 0, 2
  CHECK(scaler.mean[0] == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(scaler.scale[0] == doctest::Approx(1 / std::sqrt(1.25)).epsilon(1e-14));
  const std::vector<double> scaled = scaler.apply(features).to_vector<double>();
  CHECK(scaled[0] == doctest::Approx(0.5 / std::sqrt(1.25)).epsilon(1e-14));
  CHECK(scaled[1] == -1.25);
  CHECK(scaled[3] == 1.25);
  const Tensor wild = Tensor::from({std::nan(""), -1e30, 1e30}, Shape{3, 1}, {.dtype = DType::float64});
  const std::vector<double> limited = scaler.apply(wild).to_vector<double>();
  CHECK(std::isnan(limited[0]));
  CHECK(limited[1] == -1.25);
  CHECK(limited[2] == 1.25);
  for (const double limit : {0.0, -1.0, std::nan("")}) {
    CHECK_THROWS_AS(FeatureScaler::fit(features, {.limit = limit}), NumericError);
  }
  CHECK(error_text<NumericError>([&] { FeatureScaler::fit(features, {.limit = 0}); }) ==
        "FeatureScaler::fit: limit is 0; it must be above 0, and infinite for none");
}

TEST_CASE("scaler: sparse features are scaled and not centred") {
  // A column with a missing entry, one that is constant, one that nothing is in, one of a single large constant.
  const Tensor dense = Tensor::from({1, 7, 0, 1.1e7 / 3, 3, 7, 0, 1.1e7 / 3, 0, 7, 0, 1.1e7 / 3}, Shape{3, 4});
  const SparseMatrix sparse = SparseMatrix::from_dense(dense);
  for (const bool log1p : {false, true}) {
    const FeatureScalerOptions options = {.log1p = log1p, .limit = 2};
    const FeatureScaler scaler = FeatureScaler::fit(sparse, options);
    const FeatureScaler centring = FeatureScaler::fit(dense, options);
    CHECK(scaler.mean == std::vector<double>(4, 0.0));
    CHECK_FALSE(scaler.centres());
    CHECK(centring.centres());
    for (std::size_t column = 0; column < 4; ++column) {
      CHECK(scaler.scale[column] == doctest::Approx(centring.scale[column]).epsilon(1e-13));
    }
    CHECK(scaler.scale[1] == 0);
    CHECK(scaler.scale[3] == 0);
    CHECK(scaler.apply(sparse).to_dense().to_vector<float>() == scaler.apply(dense).to_vector<float>());
    CHECK(scaler.apply(sparse).to_dense().to_vector<float>()[4] > 1);
    CHECK(error_text<NumericError>([&] { static_cast<void>(centring.apply(sparse)); }) ==
          "FeatureScaler::apply: this scaler subtracts means, and sparse zeros must stay zeros; fit it to sparse "
          "features, or apply it to to_dense()");
  }
  CHECK(FeatureScaler::fit(sparse, {.limit = 0.5}).apply(sparse).to_dense().to_vector<float>()[0] == 0.5F);
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
  CHECK(error_text<ShapeError>([] { FeatureScaler::fit(SparseMatrix::from(2, {0}, {}, {})); }) ==
        "FeatureScaler::fit: sparse features [0, 2] have no document");
  CHECK(error_text<NumericError>([] {
          FeatureScaler::fit(SparseMatrix::from(2, {0, 0, 1}, {1}, {std::nanf("")}));
        }) == "FeatureScaler::fit: feature 1 of document 1 is nan; replace it before scaling");
  CHECK(error_text<ShapeError>([&] { static_cast<void>(scaler.apply(SparseMatrix::from(2, {0}, {}, {}))); }) ==
        "FeatureScaler::apply: sparse features [0, 2] are not of the shape [documents, 3] that was fitted");
}
