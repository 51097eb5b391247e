#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;

TEST_CASE("relaxed_rank: each family is the operation of its name, bit for bit") {
  Random random(1);
  const Groups groups = Groups::from_sizes({5, 0, 1, 6});
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Tensor rows = tests::randn(Shape{3, 4}, random, {.dtype = dtype});
    const Tensor flat = tests::from(rows.to_vector<double>(), {.dtype = dtype});
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
        const auto ranks = [&](RankRelaxation relaxation) {
          const RelaxedRankOptions options = {relaxation, 1.5, unit, direction};
          return std::pair(relaxed_rank(rows, options).to_vector<double>(),
                           relaxed_rank(flat, groups, options).to_vector<double>());
        };
        const auto pooled = [&](Regularization regularization) {
          const SoftRankOptions options = {1.5, regularization, direction, unit};
          return std::pair(soft_rank(rows, options).to_vector<double>(),
                           soft_rank(flat, groups, options).to_vector<double>());
        };
        const RelaxationOptions options = {1.5, direction, unit};
        CHECK(ranks(RankRelaxation::l2) == pooled(Regularization::l2));
        CHECK(ranks(RankRelaxation::kl) == pooled(Regularization::kl));
        CHECK(ranks(RankRelaxation::lapsum) == std::pair(lapsum_rank(rows, options).to_vector<double>(),
                                                         lapsum_rank(flat, groups, options).to_vector<double>()));
        CHECK(ranks(RankRelaxation::sigmoid) == std::pair(sigmoid_rank(rows, options).to_vector<double>(),
                                                          sigmoid_rank(flat, groups, options).to_vector<double>()));
      }
    }
  }
}

TEST_CASE("relaxed_rank: by default torchsort's soft ranks") {
  const Tensor values = tests::from({3, 1, 2});
  CHECK(relaxed_rank(values).to_vector<double>() == soft_rank(values).to_vector<double>());
}

TEST_CASE("relaxed_rank: the errors are those of the families") {
  const Tensor values = tests::from({3, 1, 2});
  const auto text = [&](RankRelaxation relaxation, double temperature) {
    return tests::error_text<NumericError>(
        [&] { relaxed_rank(values, {.relaxation = relaxation, .temperature = temperature}); });
  };
  CHECK(text(RankRelaxation::sigmoid, -1) == "sigmoid_rank: temperature is -1; it must be positive and finite");
  CHECK(text(RankRelaxation::lapsum, std::nan("")) ==
        "lapsum_rank: temperature is nan; it must be positive and finite");
  CHECK(text(RankRelaxation::l2, -1).starts_with("soft_rank: "));
}
