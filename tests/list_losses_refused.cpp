#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace ranktape;

namespace {

Tensor zeros(std::int64_t count, DType dtype = DType::float32) { return tests::zeros(Shape{count}, {.dtype = dtype}); }

}  // namespace

TEST_CASE("list losses: tensors that do not fit are named") {
  CHECK(
      tests::error_text<ShapeError>([] { ranknet_loss(zeros(3).named("scores"), zeros(4)); }) ==
      "ranknet_loss: predictions 'scores' [3] float32 and targets [4] float32 differ in shape; each document needs one "
      "of each");
  CHECK(tests::error_text<DTypeError>([] { softmax_loss(zeros(3), zeros(3, DType::float64)); }) ==
        "softmax_loss: predictions [3] float32 and targets [3] float64 differ in type; convert one with to(DType)");
  CHECK(tests::error_text<ShapeError>([] { margin_mse_loss(zeros(3), zeros(2)); }) ==
        "margin_mse_loss: predictions [3] float32 and teacher [2] float32 differ in shape; each document needs one of "
        "each");
  CHECK(tests::error_text<ShapeError>([] { mse_loss(zeros(3), zeros(3), Groups::from_sizes({2})); }) ==
        "mse_loss: the groups hold 2 documents, but the values [3] float32 hold 3");
  CHECK(
      tests::error_text<ShapeError>([] { ordinal_loss(zeros(3), zeros(3)); }) ==
      "ordinal_loss: predictions [3] float32 must have the shape of the targets [3] float32 and a last dimension more: "
      "an output for each level");
}

TEST_CASE("list losses: weights that do not fit are named") {
  const Groups groups = Groups::from_sizes({2, 1});
  CHECK(tests::error_text<ShapeError>([&] {
          listnet_loss(zeros(3), zeros(3), groups, {.weights = {.queries = zeros(3).named("weights")}});
        }) == "listnet_loss: the weights of the queries 'weights' [3] float32 must be of shape [2]: one a list");
  CHECK(tests::error_text<ShapeError>([&] {
          listmle_loss(zeros(3), zeros(3), groups, {.weights = {.documents = zeros(2)}});
        }) == "listmle_loss: the weights of the documents [2] float32 must be of shape [3]: one a document");
  CHECK(tests::error_text<DTypeError>(
            [&] { mse_loss(zeros(3), zeros(3), groups, {.weights = {.queries = zeros(2, DType::float64)}}); }) ==
        "mse_loss: predictions [3] float32 and weights of the queries [2] float64 differ in type; convert one with "
        "to(DType)");
  CHECK(tests::error_text<NumericError>([&] {
          ranknet_loss(zeros(3), zeros(3), groups, {.weights = {.queries = tests::from({1, -2})}});
        }) == "ranknet_loss: element 1 of [2] float32 is negative; weights must be finite and not negative");
  CHECK(tests::error_text<NumericError>([&] {
          ranknet_loss(zeros(3), zeros(3), groups, {.weights = {.documents = tests::from({1, 0, NAN})}});
        }) == "ranknet_loss: element 2 of [3] float32 is nan; weights must be finite and not negative");
}

TEST_CASE("list losses: values and options out of range are named") {
  const Tensor scores = zeros(3);
  CHECK(
      tests::error_text<NumericError>([&] {
        pairwise_hinge_loss(tests::from({1, NAN, 2}), scores);
      }) ==
      "pairwise_hinge_loss: element 1 of [3] float32 is nan; values must be finite to be ranked: look at what computed "
      "them");
  CHECK(tests::error_text<NumericError>([&] {
          mse_loss(scores, tests::from({1, 2, INFINITY}));
        }) ==
        "mse_loss: element 2 of [3] float32 is inf; values must be finite to be ranked: look at what computed them");
  CHECK(tests::error_text<NumericError>([&] {
          lambdarank_loss(scores, tests::from({0, -1, 2}).named("labels"));
        }) == "lambdarank_loss: element 1 of 'labels' [3] float32 is negative; targets must not be negative");
  CHECK(tests::error_text<NumericError>([&] {
          softmax_loss(scores, tests::from({0, -1, 2}));
        }) == "softmax_loss: element 1 of [3] float32 is negative; targets must not be negative");
  CHECK(tests::error_text<NumericError>([&] { ranknet_loss(scores, scores, {.sigma = 0}); }) ==
        "ranknet_loss: sigma 0 must be a finite number greater than 0");
  CHECK(tests::error_text<NumericError>([&] { pairwise_hinge_loss(scores, scores, {.margin = INFINITY}); }) ==
        "pairwise_hinge_loss: margin inf must be a finite number greater than 0");
  CHECK(tests::error_text<NumericError>([&] { pointwise_sigmoid_loss(scores, scores, {.largest_label = -1}); }) ==
        "pointwise_sigmoid_loss: largest_label -1 must be a finite number greater than 0");
  CHECK(tests::error_text<NumericError>([&] { lambdarank_loss(scores, scores, {.k = -1}); }) ==
        "lambdarank_loss: k -1 must not be negative; 0 is for all places");
  CHECK(tests::error_text<NumericError>([&] { lambda_loss(scores, scores, {.mu = -1}); }) ==
        "lambda_loss: mu -1 must be a finite number, not negative");
}
