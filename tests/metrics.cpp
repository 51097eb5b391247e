#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace ranktape;

namespace {

void check_against(const nlohmann::json& expected, double value) {
  if (expected.is_null()) {
    CHECK(std::isnan(value));
  } else {
    CHECK(std::abs(value - expected.get<double>()) <= 1e-12);
  }
}

}  // namespace

TEST_CASE("metrics: golden queries, alone and as groups") {
  const nlohmann::json rows = tests::golden("metrics.json");
  std::vector<double> scores;
  std::vector<double> labels;
  std::vector<std::int64_t> sizes;
  for (const nlohmann::json& row : rows) {
    const auto s = row["scores"].get<std::vector<double>>();
    const auto l = row["labels"].get<std::vector<double>>();
    scores.insert(scores.end(), s.begin(), s.end());
    labels.insert(labels.end(), l.begin(), l.end());
    sizes.push_back(static_cast<std::int64_t>(s.size()));
  }
  const Groups groups = Groups::from_sizes(sizes);
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Tensor all_scores = tests::from(scores, {.dtype = dtype});
    const Tensor all_labels = tests::from(labels, {.dtype = dtype});
    const auto check = [&](const Metric& metric, const auto& expected) {
      REQUIRE(metric.per_list.size() == rows.size());
      double sum = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(rows[i].dump());
        check_against(expected(rows[i]), metric.per_list[i]);
        sum += std::isnan(metric.per_list[i]) ? 0 : metric.per_list[i];
      }
      CHECK(metric.counted + metric.left_out == groups.count());
      CHECK(metric.mean == doctest::Approx(sum / static_cast<double>(metric.counted)));
    };
    for (const std::int64_t k : {1, 3, 5, 10}) {
      check(ndcg(all_scores, all_labels, groups, {.k = k}),
            [&](const nlohmann::json& row) { return row["ndcg"][std::to_string(k)]; });
    }
    check(average_precision(all_scores, all_labels, groups),
          [](const nlohmann::json& row) { return row["average_precision"]; });
    check(reciprocal_rank(all_scores, all_labels, groups),
          [](const nlohmann::json& row) { return row["reciprocal_rank"]; });
    check(spearman_correlation(all_scores, all_labels, groups),
          [](const nlohmann::json& row) { return row["spearman"]; });
    check(kendall_tau(all_scores, all_labels, groups), [](const nlohmann::json& row) { return row["kendall"]; });
  }
}

TEST_CASE("metrics: what a list without relevant documents counts as") {
  const Groups groups = Groups::from_sizes({2, 2});
  const Tensor scores = tests::from({1, 2, 1, 2});
  const Tensor labels = tests::from({0, 1, 0, 0});
  const auto mean = [&](NoRelevant no_relevant) {
    return ndcg(scores, labels, groups, {.no_relevant = no_relevant}).mean;
  };
  CHECK(mean(NoRelevant::skip) == 1);
  CHECK(mean(NoRelevant::zero) == 0.5);
  CHECK(mean(NoRelevant::one) == 1);
  CHECK(ndcg(scores, labels, groups).left_out == 1);
  CHECK(ndcg(tests::zeros(Shape{0}), tests::zeros(Shape{0}), Groups()).counted == 0);
}

TEST_CASE("metrics: linear gain") {
  const Metric metric = ndcg(tests::from({1, 2}), tests::from({3, 1}), Groups::from_sizes({2}), {.gain = Gain::linear});
  CHECK(metric.mean == doctest::Approx((1 + 3 / std::log2(3)) / (3 + 1 / std::log2(3))));
}

TEST_CASE("metrics: exact error texts") {
  const Tensor scores = tests::from({1, 2}).named("scores");
  const Tensor labels = tests::from({1});
  CHECK(tests::error_text<ShapeError>([&] { ndcg(scores, labels, Groups::from_sizes({2})); }) ==
        "ndcg: scores 'scores' [2] float32 and labels [1] float32 differ in shape; each document needs both");
  CHECK(tests::error_text<ShapeError>([&] { ndcg(scores, scores, Groups::from_sizes({3})); }) ==
        "ndcg: the groups hold 3 documents, but the values 'scores' [2] float32 hold 2");
}
