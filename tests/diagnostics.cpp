#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ranktape;

TEST_CASE("diagnostics: blocks of the last call") {
  const Groups groups = Groups::from_sizes({3, 1, 2});
  const Tensor values = tests::from({0, 10, 20, 5, 1, 1});
  soft_rank(values, groups, {.regularization_strength = 1});
  const RankDiagnostics found = rank_diagnostics();
  CHECK(found.lists == 2);  // the list of one has nothing to pool
  CHECK(found.documents == 5);
  CHECK(found.blocks == 4);
  CHECK(found.single_block_lists == 1);
  CHECK(found.single_documents == 3);
  CHECK(found.blocks_per_document() == doctest::Approx(0.8));
  CHECK(found.zero_gradients() == doctest::Approx(0.6));
}

TEST_CASE("diagnostics: zero_gradients is the share of gradients that are zero, and of sorts that of ones passed on") {
  Random random(3);
  const Tensor scores = tests::randn(Shape{500}, random, {.requires_grad = true});
  const Groups groups = Groups::from_sizes({100, 150, 250});
  const Tensor cotangent = tests::randn(Shape{500}, random);
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const double softness : {1.0, 10.0, 100.0}) {
      const auto with = [&](double strength) {
        return SoftRankOptions{.regularization_strength = strength, .regularization = regularization};
      };
      const Tape tape;
      const auto share_equal_to = [&](const Tensor& result, const std::vector<double>& unpooled) {
        const double share = rank_diagnostics().zero_gradients();
        const std::vector<double> g = result.backward({.cotangent = cotangent})[scores].to_vector<double>();
        const auto count = std::ranges::count_if(
            g, [&](double value) { return std::ranges::find(unpooled, value) != unpooled.end(); });
        CHECK(share == doctest::Approx(static_cast<double>(count) / 500));
        CHECK(share < 1);
      };
      share_equal_to(soft_rank(scores, groups, with(softness / 100)), {0});
      share_equal_to(soft_sort(scores, groups, with(softness * 100)), cotangent.to_vector<double>());
    }
  }
}

TEST_CASE("diagnostics: effective_strength is one strength in every unit") {
  Random random(5);
  const Tensor scores = tests::randn(Shape{3, 50}, random, {.dtype = DType::float64}) * 4.0 + 7.0;
  const SoftRankOptions given = {.regularization_strength = 2, .strength_unit = StrengthUnit::spread};
  const EffectiveStrength all = effective_strength(scores, given);
  CHECK(all.spread == doctest::Approx(2).epsilon(1e-12));
  CHECK(all.per_item == doctest::Approx(50 * all.absolute).epsilon(1e-12));
  CHECK(all.absolute == doctest::Approx(2 * 4.0 / 50).epsilon(0.2));
  // Of one list, any of the three gives the same ranks.
  const Tensor list = slice(scores, 0, 1, 2);
  const EffectiveStrength one = effective_strength(list, given);
  const std::vector<double> ranks = soft_rank(list, given).to_vector<double>();
  for (const auto& [strength, unit] :
       {std::pair{one.absolute, StrengthUnit::absolute}, std::pair{one.per_item, StrengthUnit::per_item}}) {
    const std::vector<double> same =
        soft_rank(list, {.regularization_strength = strength, .strength_unit = unit}).to_vector<double>();
    CHECK(std::ranges::equal(ranks, same, [](double a, double b) { return std::abs(a - b) < 1e-11; }));
  }
}

TEST_CASE("diagnostics: effective_strength over lists is a geometric mean, without lists of fewer than two") {
  const Tensor scores = tests::from({3, -1, 1, 0, 0, 0, 0, 8});
  const EffectiveStrength found =
      effective_strength(scores, Groups::from_sizes({0, 1, 2, 4, 1}), {.regularization_strength = 6});
  CHECK(found.absolute == doctest::Approx(6));
  CHECK(found.per_item == doctest::Approx(6 * std::sqrt(2 * 4)));
  CHECK(found.spread == doctest::Approx(6 * std::sqrt(2 * 4)));  // deviations 1, and 1 for the list of equal scores
  CHECK(effective_strength(tests::from({5})).absolute == 0);
}

TEST_CASE("diagnostics: exact error texts") {
  using tests::error_text;
  const Tensor scores = tests::from({1, 2});
  CHECK(error_text<NumericError>([&] { effective_strength(scores, {.regularization_strength = -1}); }) ==
        "effective_strength: regularization_strength is -1; it must be positive and finite");
}
