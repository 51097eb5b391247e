// Losses of soft ranks on both devices: long ragged lists, past every size of a tile.

#include "rank_losses.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;
using tests::Values;

namespace {

struct Result {
  Values value;
  Values gradient;
};

Result run(const tests::RankLoss& loss, const Values& scores, const Values& labels, const Values& weights,
           const Groups& groups, DType dtype, Device device) {
  const Tensor x = Tensor::from(scores, {.dtype = dtype, .device = device, .requires_grad = true});
  const TensorOptions constant = {.dtype = dtype, .device = device};
  const Tape tape;
  const Tensor value =
      loss(x, Tensor::from(labels, constant), groups, {.documents = Tensor::from(weights, constant)}, Reduction::none);
  const Gradients gradients = value.backward({.cotangent = Tensor::ones(value.shape(), constant)});
  return {value.to_vector<double>(), gradients[x].to_vector<double>()};
}

void check_near(const Values& a, const Values& b, double bound) {
  REQUIRE(a.size() == b.size());
  double greatest = 1;
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    greatest = std::max(greatest, std::abs(a[i]));
    most = std::max(most, std::abs(a[i] - b[i]));
  }
  CHECK(most <= bound * greatest);
}

}  // namespace

TEST_CASE("accelerator rank losses: ragged lists past every size of a tile") {
  if (!tests::accelerator_present()) {
    return;
  }
  const std::vector<std::int64_t> sizes = {1, 0, 64, 65, 2, 63, 700, 0, 129, 3};
  const Groups groups = Groups::from_sizes(sizes);
  const auto documents = static_cast<std::size_t>(groups.documents());
  Random random(9);
  Values scores(documents);
  Values labels(documents);
  Values weights(documents);
  for (std::size_t i = 0; i < documents; ++i) {
    scores[i] = std::round(random.normal() * 64) / 64;
    labels[i] = static_cast<double>(random.below(40)) / 8;
    weights[i] = static_cast<double>(random.below(5)) / 4;
  }
  for (const tests::NamedRankLoss& tested : tests::all_rank_losses()) {
    CAPTURE(tested.name);
    const Result here = run(tested.loss, scores, labels, weights, groups, DType::float64, Device::cpu);
    const Result there = run(tested.loss, scores, labels, weights, groups, DType::float64, Device::accelerator);
    check_near(here.value, there.value, 1e-12);
    check_near(here.gradient, there.gradient, 1e-12);
    const Result narrow = run(tested.loss, scores, labels, weights, groups, DType::float32, Device::cpu);
    const Result narrow_there = run(tested.loss, scores, labels, weights, groups, DType::float32, Device::accelerator);
    check_near(narrow.value, narrow_there.value, 2e-7);
    check_near(narrow.gradient, narrow_there.gradient, 2e-7);
  }
}
