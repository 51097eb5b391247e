#include <ranktape/core/tape.hpp>
#include <ranktape/optim/clip.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

#include <limits>

using namespace ranktape;
using ranktape::tests::error_text;

TEST_CASE("clipping: as PyTorch does it") {
  const nlohmann::json rows = tests::golden("clipping.json");
  CHECK(rows.size() == 12);
  for (const nlohmann::json& row : rows) {
    CAPTURE(row["op"].get<std::string>());
    CAPTURE(row["limit"].get<double>());
    for (const DType dtype : {DType::float32, DType::float64}) {
      std::vector<Tensor> parameters;
      std::vector<Tensor> originals;
      Gradients gradients;
      for (const nlohmann::json& gradient : row["gradients"]) {
        originals.push_back(tests::golden_tensor(gradient, {.dtype = dtype}));
        parameters.push_back(tests::zeros(originals.back().shape(), {.dtype = dtype, .requires_grad = true}));
        gradients.add(parameters.back(), originals.back());
      }
      const std::vector<double> before = originals[0].to_vector<double>();
      const double tolerance = dtype == DType::float64 ? 1e-14 : 1e-6;
      if (row["op"] == "clip_norm") {
        CHECK(clip_by_norm(gradients, row["limit"]) == doctest::Approx(row["norm"].get<double>()).epsilon(tolerance));
      } else {
        clip_by_value(gradients, row["limit"]);
      }
      for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto clipped = gradients[parameters[i]].to_vector<double>();
        const auto expected = row["clipped"][i]["values"].get<std::vector<double>>();
        for (std::size_t j = 0; j < expected.size(); ++j) {
          CHECK(clipped[j] == doctest::Approx(expected[j]).epsilon(tolerance));
        }
      }
      CHECK(originals[0].to_vector<double>() == before);  // the tensors given in stay as they are
    }
  }
}

TEST_CASE("clipping: on a tape it records nothing") {
  const Tensor w = tests::ones(Shape{2}, {.requires_grad = true});
  const Tape tape;
  Gradients gradients;
  gradients.add(w, w);
  clip_by_value(gradients, 0.5);
  clip_by_norm(gradients, 0.5);
  CHECK(tape.records().empty());
}

TEST_CASE("clipping: limits and norms out of range") {
  const Tensor w = tests::ones(Shape{2}, {.requires_grad = true});
  Gradients gradients;
  gradients.add(w, tests::from({3, 4}));
  CHECK(error_text<NumericError>([&] { clip_by_norm(gradients, 0); }) ==
        "clip_by_norm: limit is 0; it must be above 0");
  CHECK(error_text<NumericError>([&] { clip_by_value(gradients, -1); }) ==
        "clip_by_value: limit is -1; it must be above 0");
  CHECK(clip_by_norm(gradients, std::numeric_limits<double>::infinity()) == 5);
  CHECK(gradients[w].to_vector<double>() == std::vector<double>{3, 4});
  gradients.add(w, tests::from({std::numeric_limits<float>::infinity(), 0}));
  CHECK(error_text<NumericError>([&] { clip_by_norm(gradients, 1); }) ==
        "clip_by_norm: the norm of the gradients is inf; backward({.check_finite = true}) names the operation that "
        "makes it so");
}
