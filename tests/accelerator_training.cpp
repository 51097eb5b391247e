#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace ranktape;

namespace {

Dataset small_dataset() {
  Random random(5);
  Dataset data;
  data.groups = Groups::from_sizes({12, 1, 40, 7, 25, 3, 30, 18});
  const std::int64_t documents = data.groups.documents();
  data.features = Tensor::randn(Shape{documents, 6}, random);
  std::vector<float> labels(static_cast<std::size_t>(documents));
  for (std::int64_t i = 0; i < documents; ++i) {
    const double signal = data.features.to_vector<double>()[static_cast<std::size_t>(6 * i)] + random.normal();
    labels[static_cast<std::size_t>(i)] = static_cast<float>(std::floor(std::min(std::max(signal + 2, 0.0), 4.0)));
  }
  data.labels = Tensor::from(labels);
  return data;
}

double largest_difference(const Mlp& a, const Mlp& b) {
  double largest = 0;
  for (std::size_t p = 0; p < a.parameters().size(); ++p) {
    const auto of_a = a.parameters()[p].to_vector<double>();
    const auto of_b = b.parameters()[p].to_vector<double>();
    for (std::size_t i = 0; i < of_a.size(); ++i) {
      largest = std::max(largest, std::abs(of_a[i] - of_b[i]));
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("accelerator: a model moves there and back, with parameters of its own") {
  if (!tests::accelerator_present()) {
    return;
  }
  Random random(3);
  const Mlp here({5, 4, 1}, random, {.layer_norm = true});
  const Mlp there = here.to(Device::accelerator);
  CHECK(there.device() == Device::accelerator);
  CHECK(here.device() == Device::cpu);
  CHECK(largest_difference(here, there) == 0);
  CHECK(largest_difference(here, there.to(Device::cpu)) == 0);
  for (std::size_t i = 0; i < here.parameters().size(); ++i) {
    CHECK(there.parameters()[i].requires_grad());
    CHECK(there.parameters()[i].name() == here.parameters()[i].name());
  }
  const Mlp copy = there.to(Device::accelerator);
  Sgd optimizer(copy.parameters(), {.learning_rate = 0.1});
  const Tape tape;
  optimizer.step(mean(copy(Tensor::ones(Shape{3, 5}, {.device = Device::accelerator}))).backward());
  CHECK(largest_difference(copy, there) > 0);
  CHECK(largest_difference(here, there) == 0);
}

TEST_CASE("accelerator: training there ends where training on the CPU ends") {
  if (!tests::accelerator_present()) {
    return;
  }
  const Dataset data = small_dataset();
  for (const DType dtype : {DType::float32, DType::float64}) {
    CAPTURE(to_string(dtype));
    Random random(9);
    const Mlp start({6, 8, 1}, random, {.dropout = 0.2, .layer_norm = true, .dtype = dtype});
    const TrainingOptions options = {.epochs = 4, .batch_queries = 3, .seed = 2, .clip_norm = 1};
    const Mlp here = start.clone();
    const Mlp there = start.to(Device::accelerator);
    const auto expected = train(here, data, options);
    const auto found = train(there, data, options);
    CHECK(largest_difference(here, start) > 1e-3);
    const double noise = dtype == DType::float32 ? 2e-5 : 1e-11;
    CHECK(largest_difference(here, there) < noise);
    CHECK(found.back().loss == doctest::Approx(expected.back().loss).epsilon(noise));
    // Saved from there, loaded here.
    const FeatureScaler scaler = FeatureScaler::fit(data.features);
    const RankingModel model = {there, scaler, 1};
    const RankingModel loaded = RankingModel::from_bytes(model.to_bytes());
    CHECK(loaded.model.device() == Device::cpu);
    CHECK(largest_difference(*loaded.model.get_if<Mlp>(), there) == 0);
    CHECK(model.score(data.features).device() == Device::accelerator);
  }
}
