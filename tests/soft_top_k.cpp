#include "rank_losses.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace ranktape;
using tests::value_and_gradient;
using tests::ValueAndGradient;
using tests::Values;
using tests::with;

TEST_CASE("soft_precision_loss, soft_recall_loss: with hard memberships they count the relevant among the first k") {
  const Values scores = {5, 4, 3, 2, 1};
  const Values labels = {1, 0, 0, 2, 1};
  const Groups groups = Groups::from_sizes({5});
  const auto losses = [&](std::int64_t k) {
    const SoftTopKOptions options = {.k = k, .temperature = 1e-3};
    return std::pair(value_and_gradient(with(options, soft_precision_loss), scores, labels, groups).value[0],
                     value_and_gradient(with(options, soft_recall_loss), scores, labels, groups).value[0]);
  };
  const auto check = [&](std::int64_t k, double precision, double recall) {
    CAPTURE(k);
    CHECK(losses(k).first == doctest::Approx(1 - precision).epsilon(1e-12));
    CHECK(losses(k).second == doctest::Approx(1 - recall).epsilon(1e-12));
  };
  check(1, 1, 1.0 / 3);
  check(3, 1.0 / 3, 1.0 / 3);
  check(4, 0.5, 2.0 / 3);
}

TEST_CASE("soft_recall_loss: lists of k documents or fewer have nothing to learn, beside longer ones") {
  const Groups groups = Groups::from_sizes({3, 5, 2, 0, 4});
  const Values scores = {1, 2, 3, 3, 1, 2, 5, 4, 1, 2, 4, 3, 2, 1};
  const Values labels = {1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0};
  const ValueAndGradient each =
      value_and_gradient(with(SoftTopKOptions{.k = 3}, soft_recall_loss), scores, labels, groups, Reduction::none);
  CHECK(each.value[0] == 0);
  CHECK(each.value[1] > 0);
  CHECK(each.value[2] == 0);
  CHECK(each.value[3] == 0);
  CHECK(each.value[4] > 0);
  CHECK(Values(each.gradient.begin(), each.gradient.begin() + 3) == Values(3, 0.0));
  CHECK(Values(each.gradient.begin() + 8, each.gradient.begin() + 10) == Values(2, 0.0));
  CHECK(each.gradient[4] < 0);
}

TEST_CASE("soft_precision_loss, soft_recall_loss: exact error texts") {
  const Tensor scores = tests::from({1, 2, 3});
  CHECK(tests::error_text<NumericError>([&] { soft_precision_loss(scores, scores, {.k = 0}); }) ==
        "soft_precision_loss: k is 0; it must be at least 1");
  CHECK(tests::error_text<NumericError>([&] { soft_recall_loss(scores, scores, {.temperature = -1}); }) ==
        "soft_recall_loss: temperature is -1; it must be positive and finite");
}
