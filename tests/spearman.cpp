#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;

namespace {

using Values = std::vector<double>;

SpearmanOptions options_of(const nlohmann::json& row) {
  return {.rank = {.regularization_strength = row["regularization_strength"],
                   .regularization = row["regularization"] == "l2" ? Regularization::l2 : Regularization::kl},
          .normalization = row["normalization"] == "hard_ranks" ? Normalization::hard_ranks : Normalization::soft_ranks,
          .target_ranks = row["target_ranks"] == "average" ? TargetRanks::average : TargetRanks::soft};
}

struct Result {
  double loss;
  Values gradient;
};

Result run(const Values& prediction, const Values& target, const SpearmanOptions& options, DType dtype) {
  const Tensor scores = tests::from(prediction, {.dtype = dtype, .requires_grad = true});
  const Tape tape;
  const Tensor loss = spearman_loss(scores, tests::from(target, {.dtype = dtype}), options);
  return {loss.item(), loss.backward()[scores].to_vector<double>()};
}

double largest(const Values& values) {
  double most = 0;
  for (const double value : values) {
    most = std::max(most, std::abs(value));
  }
  return most;
}

void check_close(const Values& a, const Values& b, double bound) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(std::abs(a[i] - b[i]) <= bound);
  }
}

}  // namespace

TEST_CASE("spearman_loss: every golden row, in float64") {
  const nlohmann::json rows = tests::golden("spearman_loss.json.gz");
  CHECK(rows.size() == 240);
  for (const nlohmann::json& row : rows) {
    CAPTURE(row.dump());
    REQUIRE(row["strength_unit"] == "absolute");
    const Result result = run(row["prediction"], row["target"], options_of(row), DType::float64);
    CHECK(std::abs(result.loss - row["loss"].get<double>()) <= 1e-9);
    if (!row["prediction_gradient"].is_null()) {
      const auto gradient = row["prediction_gradient"].get<Values>();
      check_close(result.gradient, gradient, 1e-9 * std::max(1.0, largest(gradient)));
    }
  }
}

// Rounding the golden predictions to float32 moves the scores by 6e-8 of their size, the soft ranks by that over the
// strength, and the loss (a correlation) by no more than the ranks' move relative to their spread; where that is large
// (strength 0.01 and scores of some hundred) a block may even split, which is why the bound is on the loss alone.
TEST_CASE("spearman_loss: every golden row, in float32") {
  for (const nlohmann::json& row : tests::golden("spearman_loss.json.gz")) {
    CAPTURE(row.dump());
    const auto prediction = row["prediction"].get<Values>();
    const Result result = run(prediction, row["target"], options_of(row), DType::float32);
    const double moved = 6e-8 * std::max(largest(prediction), largest(row["target"].get<Values>()));
    CHECK(std::abs(result.loss - row["loss"].get<double>()) <=
          2.4e-7 + 20 * moved / std::min(1.0, row["regularization_strength"].get<double>()));
    for (const double g : result.gradient) {
      CHECK(std::isfinite(g));
    }
  }
}

TEST_CASE("spearman_loss: torchsort's README") {
  const SpearmanOptions readme = {.rank = {.regularization_strength = 1.0},
                                  .normalization = Normalization::soft_ranks,
                                  .target_ranks = TargetRanks::soft};
  const Result result = run({1, 2, 3, 4, 5}, {5, 6, 7, 8, 7}, readme, DType::float64);
  CHECK(1 - result.loss == doctest::Approx(0.8320502943).epsilon(1e-9));
  check_close(result.gradient, {0.05547, 0, -0.05547, -0.11094, 0.11094}, 1e-5);
}

TEST_CASE("spearman_loss: hard ranks give one minus Spearman's correlation, the double overload is absolute") {
  const Tensor predictions = tests::from({0.1, 5, 2, 9});
  const Tensor targets = tests::from({1, 2, 3, 4});
  CHECK(spearman_loss(predictions, targets, 1e-3).item() == doctest::Approx(0.2));
  CHECK(spearman_loss(predictions, targets, {.rank = {.regularization_strength = 1e-3}}).item() ==
        doctest::Approx(0.2));
  // The default is 32 per item: 8 for four documents.
  CHECK(spearman_loss(predictions, targets).item() == spearman_loss(predictions, targets, 8.0).item());
}

TEST_CASE("spearman_loss: lists without information add nothing and are not counted") {
  const Groups groups = Groups::from_sizes({3, 0, 1, 2, 3});
  const Tensor predictions = tests::from({1, 3, 2, 4, 1, 2, 6, 5, 4}, {.dtype = DType::float64, .requires_grad = true});
  const Tensor targets = tests::from({0, 1, 2, 3, 1, 1, 1, 2, 3}, {.dtype = DType::float64});
  const Tape tape;
  const Tensor loss = spearman_loss(predictions, targets, groups, {.rank = {.regularization_strength = 0.5}});
  const auto alone = [&](std::int64_t begin, std::int64_t end) {
    const Values p = predictions.to_vector<double>();
    const Values t = targets.to_vector<double>();
    return run(Values(p.begin() + begin, p.begin() + end), Values(t.begin() + begin, t.begin() + end),
               {.rank = {.regularization_strength = 0.5}}, DType::float64);
  };
  const Result first = alone(0, 3);
  const Result last = alone(6, 9);
  CHECK(loss.item() == doctest::Approx((first.loss + last.loss) / 2).epsilon(1e-14));
  const Values gradient = loss.backward()[predictions].to_vector<double>();
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(gradient[i] == doctest::Approx(first.gradient[i] / 2));
    CHECK(gradient[3 + i] == 0);
    CHECK(gradient[6 + i] == doctest::Approx(last.gradient[i] / 2));
  }
  const Result nothing = run({1, 2}, {3, 3}, {}, DType::float32);
  CHECK(nothing.loss == 0);
  CHECK(nothing.gradient == Values{0, 0});
  CHECK(run({4}, {1}, {}, DType::float32).loss == 0);
}

TEST_CASE("spearman_loss: with all predictions equal the loss is 1, and the default has a gradient to start from") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const double start : {0.0, 0.1, 1e6}) {
      const Result zero = run(Values(7, start), {0, 1, 2, 3, 2, 1, 0}, {}, dtype);
      CHECK(zero.loss == doctest::Approx(1).epsilon(1e-12));
      CHECK(largest(zero.gradient) > 1e-3);
      CHECK(zero.gradient[3] < 0);  // a larger score for the best document lowers the loss
      const Result peers =
          run(Values(7, start), {0, 1, 2, 3, 2, 1, 0}, {.normalization = Normalization::soft_ranks}, dtype);
      CHECK(peers.loss == 1);
      CHECK(largest(peers.gradient) == 0);
    }
  }
}

TEST_CASE("spearman_loss: rows are lists") {
  Random random(2);
  const Tensor predictions = tests::randn(Shape{4, 6}, random);
  const Tensor targets = tests::randn(Shape{4, 6}, random);
  const Groups groups = Groups::from_sizes({6, 6, 6, 6});
  const Tensor flat_predictions = tests::from(predictions.to_vector<float>());
  const Tensor flat_targets = tests::from(targets.to_vector<float>());
  CHECK(spearman_loss(predictions, targets).item() == spearman_loss(flat_predictions, flat_targets, groups).item());
}

TEST_CASE("spearman_loss: the loss of nearly linear float32 ranks keeps its digits") {
  // At this strength the soft ranks differ from 50.5 by 1e-5: rounded to float32 the correlation would be noise.
  Random random(4);
  const Values prediction = tests::randn(Shape{100}, random).to_vector<double>();
  const Values target = tests::randn(Shape{100}, random).to_vector<double>();
  const SpearmanOptions soft = {.rank = {.regularization_strength = 1e5}, .normalization = Normalization::soft_ranks};
  const Result narrow = run(prediction, target, soft, DType::float32);
  const Result wide = run(prediction, target, soft, DType::float64);
  CHECK(narrow.loss == doctest::Approx(wide.loss).epsilon(1e-6));
  check_close(narrow.gradient, wide.gradient, 1e-6 * largest(wide.gradient));
}

TEST_CASE("spearman_loss: any soft ranks; those of `rank` by default") {
  Random random(5);
  const Tensor predictions = tests::randn(Shape{12}, random);
  const Tensor targets = tests::randn(Shape{12}, random);
  const Groups groups = Groups::from_sizes({5, 7});
  const RelaxedRankOptions same = {
      .relaxation = RankRelaxation::l2, .temperature = 32, .temperature_unit = StrengthUnit::per_item};
  CHECK(spearman_loss(predictions, targets, groups, {.relaxation = same}).item() ==
        spearman_loss(predictions, targets, groups).item());
  for (const RankRelaxation relaxation : {RankRelaxation::lapsum, RankRelaxation::sigmoid}) {
    const RelaxedRankOptions hard = {.relaxation = relaxation, .temperature = 1e-4};
    CHECK(spearman_loss(predictions, targets, groups, {.relaxation = hard}).item() ==
          doctest::Approx(1 - spearman_correlation(predictions, targets, groups).mean).epsilon(1e-3));
  }
}

TEST_CASE("spearman_loss: whatever the weights, hard ranks in the order of different targets have the loss 0") {
  const Tensor predictions = tests::from({5, 1, 9, 3}, {.dtype = DType::float64});
  const Tensor targets = tests::from({2, 0, 4, 1}, {.dtype = DType::float64});
  const Tensor weights = tests::from({0.5, 2, 1, 3}, {.dtype = DType::float64});
  for (const Normalization normalization : {Normalization::hard_ranks, Normalization::soft_ranks}) {
    for (const PlaceWeights places : {PlaceWeights::equal, PlaceWeights::discount, PlaceWeights::exponential}) {
      for (const Direction direction : {Direction::ascending, Direction::descending}) {
        const SpearmanOptions options = {.rank = {.regularization_strength = 1e-3, .direction = direction},
                                         .normalization = normalization,
                                         .place_weights = places,
                                         .weights = {.documents = weights}};
        CHECK(std::abs(spearman_loss(predictions, targets, options).item()) <= 1e-12);
        CHECK(spearman_loss(-predictions, targets, options).item() > 1.5);
      }
    }
  }
}

TEST_CASE("spearman_loss: with top weights a mistake costs most at the top") {
  const SpearmanOptions options = {.rank = {.regularization_strength = 1e-3}, .place_weights = PlaceWeights::discount};
  const auto loss = [&](const Values& predictions) {
    return spearman_loss(tests::from(predictions), tests::from({6, 5, 4, 3, 2, 1}), options).item();
  };
  CHECK(loss({5, 6, 4, 3, 2, 1}) > 1.2 * loss({6, 5, 4, 3, 1, 2}));
}

TEST_CASE("spearman_of_ranks: losses of the same ranks share them") {
  const Tensor scores = tests::from({0.3, -1, 2, 0.1, 0}, {.dtype = DType::float64, .requires_grad = true});
  const Tensor targets = tests::from({1, 0, 2, 0, 3}, {.dtype = DType::float64});
  const SoftRankOptions rank = {.regularization_strength = 0.7, .direction = Direction::descending};
  const Tape tape;
  const Tensor of_ranks = spearman_of_ranks(soft_rank(scores, rank), targets, {.rank = rank});
  const Tensor of_scores = spearman_loss(scores, targets, {.rank = rank});
  CHECK(of_ranks.item() == of_scores.item());
  CHECK(of_ranks.backward()[scores].to_vector<double>() == of_scores.backward()[scores].to_vector<double>());
}

TEST_CASE("spearman_loss: exact error texts") {
  const Tensor predictions = tests::from({1, 2}).named("predictions");
  const Tensor three = tests::from({1, 2, 3}).named("targets");
  CHECK(tests::error_text<ShapeError>([&] { spearman_loss(predictions, three); }) ==
        "spearman_loss: predictions 'predictions' [2] float32 and targets 'targets' [3] float32 differ in shape; each "
        "document needs one of each");
  const Tensor wide = tests::from({1, 2}, {.dtype = DType::float64});
  CHECK(tests::error_text<DTypeError>([&] { spearman_loss(predictions, wide); }) ==
        "spearman_loss: predictions 'predictions' [2] float32 and targets [2] float64 differ in type; convert one with "
        "to(DType)");
  CHECK(tests::error_text<NumericError>([&] { spearman_loss(predictions, predictions, 0.0); }) ==
        "spearman_loss: regularization_strength is 0, which makes hard ranks with no gradient; call rank or sort for "
        "those, or give a positive strength");
  CHECK(tests::error_text<NumericError>([&] {
          spearman_loss(predictions, tests::from({1, -2}), {.target_ranks = TargetRanks::gains});
        }) == "spearman_loss: element 1 of [2] float32 is negative; labels must not be negative to have a gain");
}
