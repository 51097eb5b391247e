#include "rank_losses.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace ranktape;
using tests::value_and_gradient;
using tests::ValueAndGradient;
using tests::Values;
using tests::with;

TEST_CASE("rank_mixture_loss: it is the sum of its parts, in value and gradient, whatever the ranks") {
  const Groups groups = Groups::from_sizes({5, 0, 1, 4});
  const Values scores = {0.3, -1, 2, 0.1, 0, 4, 1, 2, 0.5, -1};
  const Values labels = {1, 0, 2, 0, 3, 1, 0, 0, 2, 1};
  for (const RankRelaxation relaxation :
       {RankRelaxation::sigmoid, RankRelaxation::lapsum, RankRelaxation::l2, RankRelaxation::kl}) {
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
      RelaxedRankOptions rank = {.relaxation = relaxation, .temperature = 0.8};
      const ValueAndGradient mixture = value_and_gradient(
          with(RankMixtureOptions{.rank = rank, .ndcg = 2, .spearman = 0.3, .reciprocal_rank = 0.5, .k = 3},
               rank_mixture_loss),
          scores, labels, groups, reduction);
      const ValueAndGradient ndcg = value_and_gradient(with(SoftNdcgOptions{.rank = rank, .k = 3}, soft_ndcg_loss),
                                                       scores, labels, groups, reduction);
      rank.direction = Direction::descending;
      const ValueAndGradient spearman = value_and_gradient(with(SpearmanOptions{.relaxation = rank}, spearman_loss),
                                                           scores, labels, groups, reduction);
      const ValueAndGradient reciprocal = value_and_gradient(
          with(ReciprocalRankOptions{.rank = rank}, soft_reciprocal_rank_loss), scores, labels, groups, reduction);
      const auto check_sum = [](const Values& sum, const Values& a, const Values& b, const Values& c) {
        for (std::size_t i = 0; i < sum.size(); ++i) {
          CHECK(sum[i] == doctest::Approx(2 * a[i] + 0.3 * b[i] + 0.5 * c[i]).epsilon(1e-13));
        }
      };
      check_sum(mixture.value, ndcg.value, spearman.value, reciprocal.value);
      check_sum(mixture.gradient, ndcg.gradient, spearman.gradient, reciprocal.gradient);
    }
  }
}

TEST_CASE("rank_mixture_loss: by default soft NDCG and 0.3 of Spearman, of sigmoid ranks at temperature 1") {
  const Tensor scores = tests::from({0.3, -1, 2, 0.1, 0}, {.dtype = DType::float64});
  const Tensor labels = tests::from({1, 0, 2, 0, 3}, {.dtype = DType::float64});
  const RelaxedRankOptions rank = {.relaxation = RankRelaxation::sigmoid, .temperature = 1};
  CHECK(rank_mixture_loss(scores, labels).item() ==
        doctest::Approx(soft_ndcg_loss(scores, labels, {.rank = rank}).item() +
                        0.3 * spearman_loss(scores, labels, {.relaxation = rank}).item()));
}

TEST_CASE("rank_mixture_loss: exact error texts") {
  const Tensor scores = tests::from({1, 2, 3});
  CHECK(tests::error_text<NumericError>([&] { rank_mixture_loss(scores, scores, {.ndcg = 1, .spearman = -0.3}); }) ==
        "rank_mixture_loss: the factors are 1 (ndcg), -0.3 (spearman) and 0 (reciprocal_rank); they must be finite and "
        "not negative");
  CHECK(tests::error_text<NumericError>([&] { rank_mixture_loss(scores, scores, {.ndcg = 0, .spearman = 0}); }) ==
        "rank_mixture_loss: all factors are 0; at least one loss must have some");
}
